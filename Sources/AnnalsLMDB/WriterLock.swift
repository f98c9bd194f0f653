internal import Glibc
internal import Synchronization

/// The right to write to a store, which one process has at a time.
///
/// Two files are locked: the store's data file, without which there is no store, and `writer.lock`.
/// Who removes `writer.lock`, or puts another data file into the place of one that is in use, still
/// meets the other of the two. LMDB's `lock.mdb` is never opened by us while LMDB has it open, since
/// closing it would drop LMDB's own locks (Specification: measured 1.1). The locks are of
/// `flock`: they hold across PID namespaces, and the system takes them back when the process ends,
/// however it ends.
package final class WriterLock: Sendable {
    /// How long one is waited for who holds it for a moment: to give LMDB a journal, say.
    private static let patienceSeconds = 0.2

    /// Data files that this process holds.
    private static let own = Mutex<Set<FileSystem.Identity>>([])

    private let locks: [FileLock]

    /// - Parameter isShared: It is no writer, but one who reads without a place in LMDB's table of
    ///   readers: any number of those, and no writer beside them.
    /// - Throws: ``StorageError/lockedByAnotherProcess(path:)`` beside a writer,
    ///   ``StorageError/storeInUse(path:)`` beside those others, ``StorageError/alreadyOpen(path:)``
    ///   where this process has the lock, ``StorageError/system(errno:doing:)``.
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
            // Who may not write to the folder, and keeps writers away all the same: a salvage.
        }
        return locks
    }

    /// Whether somebody writes to the store: not asked to act on it, but to say why it was refused.
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

/// A file that is locked, and that its path led to once it was.
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
            // A property would be let go of by `deinit` too, once the initializer fails.
            let descriptor = unsafe open(path, flags | O_CLOEXEC, 0o600)
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
                if (try? FileSystem.identity(of: path)) == identity {
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
        // A child that another thread is just forking holds the descriptor until it executes its
        // program: closing ours would not give the lock back.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
