internal import Glibc

/// A folder next to the one that it is to become, which happens when it is complete.
///
/// A process that is killed leaves it; the next one that wants to create the same folder removes
/// it, and so does a process that writes to what another has created there.
package final class UnfinishedFolder: Sendable {
    package let path: String
    private let target: String
    private let lock: FolderLock

    /// - Parameter target: What the folder is to become: nothing yet, or an empty folder.
    /// - Throws: ``StorageError/exists(path:)`` if something is there, and
    ///   ``StorageError/lockedByAnotherProcess(path:)`` if another process is creating it.
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
        // A name has 255 bytes at most: a long one is hashed to a number, the same each time
        // (FNV-1a).
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
