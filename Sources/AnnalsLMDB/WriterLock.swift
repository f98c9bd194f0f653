internal import Glibc

/// The right to write to a store, which one process has at a time.
///
/// It is a lock on a file of our own: LMDB's `lock.mdb` is never opened by us, since closing it
/// would drop LMDB's own locks (measured; reliability note, section 2). The system takes the lock
/// back when the process ends, however it ends.
package final class WriterLock: Sendable {
    private let descriptor: Int32

    package init(folder: String) throws(StorageError) {
        let path = folder + "/writer.lock"
        // A property would be let go of by `deinit` too, once the initializer fails.
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to open \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            if code == EWOULDBLOCK { throw .lockedByAnotherProcess(path: folder) }
            throw .system(errno: code, doing: "to lock \(path)")
        }
        self.descriptor = descriptor
    }

    deinit {
        // A child that another thread is just forking holds the descriptor until it executes its
        // program: closing ours would not give the lock back.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
