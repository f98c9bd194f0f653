internal import Glibc

/// A folder next to the one that it is to become, which happens when it is complete.
///
/// A process that is killed leaves it; the next one that wants to create the same folder removes
/// it, and so does every process that opens a store in the same place to write: it may contain
/// values that have been erased since.
package final class UnfinishedFolder: Sendable {
    package let path: String
    private let target: String
    private let lock: FolderLock

    /// - Parameter target: What the folder is to become: nothing yet, or an empty folder. A link to
    ///   one stands for it.
    /// - Throws: ``StorageError/exists(path:)`` if something is there, a link to nothing included,
    ///   and ``StorageError/lockedByAnotherProcess(path:)`` if another process is creating it.
    package init(for target: String) throws(StorageError) {
        // A folder cannot be moved onto a link.
        let target = FileSystem.isLink(target) ? FileSystem.absolute(target) : target
        if FileSystem.isLink(target) { throw .exists(path: target) }
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
        // A name has 255 bytes at most: a long one is hashed to a number, the same each time
        // (FNV-1a).
        guard name.utf8.count > 200 else { return parent + "/" + prefix + name }
        var number: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { number = (number ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return parent + "/" + prefix + String(number, radix: 16)
    }

    private static let prefix = ".annals-new-"

    /// Removes what killed processes have left next to the file or folder at `path`.
    package static func removeDead(nextTo path: String) {
        FileSystem.removeDeadFolders(
            in: FileSystem.parent(of: FileSystem.absolute(path)),
            prefix: prefix
        )
    }

    /// Gives the folder its name; if that cannot be, nothing of it is left.
    package func finish() throws(StorageError) {
        do throws(StorageError) {
            try FileSystem.synchronizeFolder(path)
            try FileSystem.move(path, to: target)
        } catch {
            discard()
            if case .system(let code, _) = error, code == ENOTEMPTY || code == EEXIST {
                throw .exists(path: target)
            }
            throw error
        }
        try FileSystem.synchronizeFolder(FileSystem.parent(of: target))
    }

    /// Removes the folder.
    package func discard() { FileSystem.removeFolder(path) }
}

/// A folder for temporary work, such as a replay.
///
/// A process that is killed leaves it; the next one that needs one in the same place removes it.
package final class ScratchFolder: Sendable {
    /// Of folders that no one needs once the process that created them has ended.
    package static let prefix = "annals-scratch-"

    package let path: String
    private let lock: FolderLock

    /// - Parameter path: Must not exist. Dead folders next to it are removed if their names begin
    ///   with ``prefix``.
    package init(at path: String) throws(StorageError) {
        FileSystem.removeDeadFolders(in: FileSystem.parent(of: path), prefix: Self.prefix)
        lock = try FileSystem.makeLockedFolder(path) { () throws(StorageError) in
            throw .exists(path: path)
        }
        self.path = path
    }

    deinit { FileSystem.removeFolder(path) }
}

extension FileSystem {
    /// Whether there is a symbolic link at `path`, wherever it leads.
    fileprivate static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Removes those whose names begin with `prefix` and that no process has locked.
    fileprivate static func removeDeadFolders(in parent: String, prefix: String) {
        for name in (try? names(in: parent)) ?? [] where name.hasPrefix(prefix) {
            try? removeDeadFolder(parent + "/" + name)
        }
    }

    /// Removes a folder of this user's that no process has locked.
    ///
    /// - Throws: ``StorageError/lockedByAnotherProcess(path:)`` if one has.
    fileprivate static func removeDeadFolder(_ path: String) throws(StorageError) {
        var status = stat()
        // Links are not followed: in a folder for everyone, anyone can create one.
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
            status.st_uid == geteuid()
        else { return }
        let lock = try FolderLock(folder: path)
        removeFolder(path)
        withExtendedLifetime(lock) {}
    }

    /// Creates the folder and locks it, though others may take it for a dead one in between.
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
