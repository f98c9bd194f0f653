internal import Glibc

/// A folder beside the one that it is to become, which it does when it is whole.
///
/// A process that is killed leaves it; the next that wants to make the same takes it away.
package final class UnfinishedFolder: Sendable {
    package let path: String
    private let target: String
    private let lock: FolderLock

    /// - Parameter target: What the folder is to become: nothing, or an empty folder.
    /// - Throws: ``StorageError/exists(path:)`` where there is something, and
    ///   ``StorageError/lockedByAnotherProcess(path:)`` where another process makes it.
    package init(for target: String, prefix: String) throws(StorageError) {
        guard !FileSystem.exists(target) || FileSystem.isEmptyFolder(target) else {
            throw .exists(path: target)
        }
        let name = target.split(separator: "/").last ?? "store"
        let path = FileSystem.parent(of: target) + "/" + prefix + name
        if FileSystem.exists(path) {
            let left = try FolderLock(folder: path)
            FileSystem.removeFolder(path)
            withExtendedLifetime(left) {}
        }
        try FileSystem.makeFolder(path)
        lock = try FolderLock(folder: path)
        self.path = path
        self.target = target
    }

    /// Gives the folder its name.
    package func finish() throws(StorageError) {
        try FileSystem.synchronizeFolder(path)
        try FileSystem.move(path, to: target)
        try FileSystem.synchronizeFolder(FileSystem.parent(of: target))
    }

    /// Takes the folder away.
    package func discard() { FileSystem.removeFolder(path) }
}
