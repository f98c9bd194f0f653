internal import Glibc

/// A folder beside the one that it is to become, which it does when it is whole.
///
/// A process that is killed leaves it; the next that wants to make the same takes it away, and so does
/// who writes to what another has made there.
package final class UnfinishedFolder: Sendable {
    package let path: String
    private let target: String
    private let lock: FolderLock

    /// - Parameter target: What the folder is to become: nothing, or an empty folder.
    /// - Throws: ``StorageError/exists(path:)`` where there is something, and
    ///   ``StorageError/lockedByAnotherProcess(path:)`` where another process makes it.
    package init(for target: String) throws(StorageError) {
        guard !FileSystem.exists(target) || FileSystem.isEmptyFolder(target) else {
            throw .exists(path: target)
        }
        let path = Self.path(for: target)
        self.path = path
        self.target = target
        lock = try FileSystem.makeLockedFolder(path) { () throws(StorageError) in
            try FileSystem.removeDeadFolder(path)
        }
    }

    private static func path(for target: String) -> String {
        let name = target.split(separator: "/").last.map(String.init) ?? "store"
        let parent = FileSystem.parent(of: target)
        // A name has 255 bytes at most: of a long one a number is made, the same each time (FNV-1a).
        guard name.utf8.count > 200 else { return parent + "/.annals-new-" + name }
        var number: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { number = (number ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return parent + "/.annals-new-" + String(number, radix: 16)
    }

    /// Removes what a killed process has left of one that was to become `target`.
    package static func removeDead(of target: String) {
        // A path such as "." has no name.
        let path = path(for: FileSystem.absolute(target))
        if FileSystem.exists(path) { try? FileSystem.removeDeadFolder(path) }
    }

    /// Gives the folder its name.
    package func finish() throws(StorageError) {
        try FileSystem.synchronizeFolder(path)
        do throws(StorageError) {
            try FileSystem.move(path, to: target)
        } catch .system(let code, _) where code == ENOTEMPTY || code == EEXIST {
            throw .exists(path: target)
        }
        try FileSystem.synchronizeFolder(FileSystem.parent(of: target))
    }

    /// Takes the folder away.
    package func discard() { FileSystem.removeFolder(path) }
}

/// A folder for work that is thrown away, such as a replay.
///
/// A process that is killed leaves it; the next that needs one in the same place takes it away.
package final class ScratchFolder: Sendable {
    /// Of folders that nobody needs once the process that made them has ended.
    package static let prefix = "annals-scratch-"

    package let path: String
    private let lock: FolderLock

    /// - Parameter path: Must not exist. Beside it dead folders are removed whose names begin with
    ///   ``prefix``.
    package init(at path: String) throws(StorageError) {
        let parent = FileSystem.parent(of: path)
        for name in (try? FileSystem.names(in: parent)) ?? [] where name.hasPrefix(Self.prefix) {
            try? FileSystem.removeDeadFolder(parent + "/" + name)
        }
        lock = try FileSystem.makeLockedFolder(path) { () throws(StorageError) in
            throw .exists(path: path)
        }
        self.path = path
    }

    deinit { FileSystem.removeFolder(path) }
}

extension FileSystem {
    /// Removes a folder of this user's that no process has locked.
    ///
    /// - Throws: ``StorageError/lockedByAnotherProcess(path:)`` where one has.
    fileprivate static func removeDeadFolder(_ path: String) throws(StorageError) {
        var status = stat()
        // Links are not followed: in a folder for everybody anybody can make one.
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
            status.st_uid == geteuid()
        else { return }
        let lock = try FolderLock(folder: path)
        removeFolder(path)
        withExtendedLifetime(lock) {}
    }

    /// Makes the folder and locks it, though others may take it for a dead one in between.
    fileprivate static func makeLockedFolder(
        _ path: String,
        whereThereIsOne: () throws(StorageError) -> Void
    ) throws(StorageError) -> FolderLock {
        for _ in 0..<1000 {
            if exists(path) { try whereThereIsOne() }
            do throws(StorageError) {
                try makeFolder(path)
                return try FolderLock(folder: path)
            } catch .system(let code, _) where code == EEXIST || code == ENOENT {
                let parent = parent(of: path)
                guard exists(parent) else {
                    throw .system(errno: ENOENT, doing: "to open \(parent)")
                }
                usleep(1000)
            }
        }
        throw .lockedByAnotherProcess(path: path)
    }
}
