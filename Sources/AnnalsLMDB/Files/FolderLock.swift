internal import Glibc

/// The right to write to a folder of snapshots or segments, or to one that is being filled.
///
/// The folder itself is locked, so that no file has to be left in it. The system releases the lock
/// when the process ends, however it ends: the leftovers of a killed process can be distinguished
/// from what a living one is writing.
package final class FolderLock: Sendable {
    private let descriptor: Int32

    package init(folder path: String) throws(StorageError) {
        while true {
            // A property would also be released by `deinit`, once the initializer fails.
            let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .system(errno: errno, doing: "to open \(path)") }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                close(descriptor)
                if code == EWOULDBLOCK { throw .lockedByAnotherProcess(path: path) }
                throw .system(errno: code, doing: "to lock \(path)")
            }
            // It may have been removed, or moved away, before it was locked.
            do throws(StorageError) {
                let identity = try FileSystem.identity(ofOpen: descriptor, path)
                if try FileSystem.leads(path, to: identity) {
                    self.descriptor = descriptor
                    return
                }
            } catch {
                close(descriptor)
                throw error
            }
            close(descriptor)
        }
    }

    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
