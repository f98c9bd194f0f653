internal import Glibc
internal import Synchronization

/// The right to write to a store, which one process has at a time.
///
/// Two files are locked: the store's data file, without which there is no store, and `writer.lock`.
/// If someone removes `writer.lock`, or puts another data file in place of one that is in use, the
/// other of the two still conflicts. LMDB's `lock.mdb` is never opened by us while LMDB has it
/// open, since closing it would drop LMDB's own locks (Specification: measured 1.1). The
/// locks are `flock` locks: they hold across PID namespaces, and the system releases them when the
/// process ends, however it ends.
package final class WriterLock: Sendable {
    /// How long to wait for a process that holds it for a moment: to apply a journal, for example.
    private static let patienceSeconds = 0.2

    /// Data files that this process has locked.
    private static let own = Mutex<Set<FileSystem.Identity>>([])

    private let locks: [FileLock]

    /// - Parameter isShared: Not for a writer, but for a reader without a slot in LMDB's reader
    ///   table: any number of those, and no writer at the same time.
    /// - Throws: ``StorageError/lockedByAnotherProcess(path:)`` if there is a writer,
    ///   ``StorageError/storeInUse(path:)`` if there are such readers,
    ///   ``StorageError/alreadyOpen(path:)`` if this process has the lock,
    ///   ``StorageError/system(errno:doing:)``.
    package init(folder: String, isShared: Bool = false) throws(StorageError) {
        let patience = Patience(seconds: Self.patienceSeconds)
        while true {
            do throws(StorageError) {
                locks = try Self.locks(of: folder, isShared: isShared)
                break
            } catch .lockedByAnotherProcess {
                let isOwn = Self.identity(in: folder).map { file in
                    Self.own.withLock { $0.contains(file) }
                }
                if isOwn == true { throw .alreadyOpen(path: folder) }
                if patience.waits() { continue }
                let isRead = !isShared && !Self.isHeld(in: folder)
                throw isRead ? .storeInUse(path: folder) : .lockedByAnotherProcess(path: folder)
            }
        }
        if let first = locks.first { Self.own.withLock { _ = $0.insert(first.identity) } }
    }

    deinit {
        if let first = locks.first { Self.own.withLock { _ = $0.remove(first.identity) } }
    }

    private static func identity(in folder: String) -> FileSystem.Identity? {
        (try? FileSystem.identity(of: folder + "/data.mdb"))
            ?? (try? FileSystem.identity(of: folder + "/writer.lock"))
    }

    private static func locks(
        of folder: String,
        isShared: Bool
    ) throws(StorageError) -> [FileLock] {
        var locks: [FileLock] = []
        if FileSystem.exists(folder + "/data.mdb") {
            locks.append(
                try FileLock(folder + "/data.mdb", in: folder, O_RDONLY, isShared: isShared)
            )
        }
        if isShared { return locks }
        do throws(StorageError) {
            locks.append(
                try FileLock(folder + "/writer.lock", in: folder, O_RDWR | O_CREAT, isShared: false)
            )
        } catch .system(let code, _) where [EACCES, EPERM, EROFS].contains(code) && !locks.isEmpty {
            // A process that may not write to the folder, and keeps writers out all the same: a
            // salvage.
        }
        return locks
    }

    /// Whether someone is writing to the store: not a basis for decisions, but for error messages.
    static func isHeld(in folder: String) -> Bool {
        for name in ["data.mdb", "writer.lock"] where FileSystem.exists(folder + "/" + name) {
            do throws(StorageError) {
                _ = try FileLock(folder + "/" + name, in: folder, O_RDONLY, isShared: true)
            } catch {
                if case .lockedByAnotherProcess = error { return true }
            }
        }
        return false
    }
}

/// A file that is locked, and to which its path led once it was.
private final class FileLock: Sendable {
    private let descriptor: Int32
    let identity: FileSystem.Identity

    init(
        _ path: String,
        in folder: String,
        _ flags: Int32,
        isShared: Bool
    ) throws(StorageError) {
        while true {
            // A property would also be released by `deinit`, once the initializer fails.
            // Without O_NONBLOCK a named pipe would make the caller wait for its writer.
            let descriptor = unsafe open(path, flags | O_CLOEXEC | O_NONBLOCK, 0o600)
            guard descriptor >= 0 else { throw .system(errno: errno, doing: "to open \(path)") }
            guard flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
                let code = errno
                close(descriptor)
                if code == EWOULDBLOCK { throw .lockedByAnotherProcess(path: folder) }
                throw .system(errno: code, doing: "to lock \(path)")
            }
            do throws(StorageError) {
                let identity = try FileSystem.identity(ofOpen: descriptor, path)
                // It may have been removed, and made by another process, before it was locked.
                if try FileSystem.leads(path, to: identity) {
                    self.descriptor = descriptor
                    self.identity = identity
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
        // A child that another thread is just forking has the descriptor until it executes its
        // program: closing ours would not release the lock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
