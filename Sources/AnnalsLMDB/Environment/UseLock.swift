internal import Glibc
internal import Synchronization

/// Operations on a store that no one else may have open at the same time.
public enum StoreWork: Int32, CaseIterable, Hashable, Sendable {
    // Written into locks that other processes read: never renumbered.
    case compacting = 1
    case trimming = 2
    case rebuilding = 3
    /// Moved into its place, or otherwise locked for a moment.
    case other = 4

    /// As in "the store is being …".
    package var text: String {
        switch self {
        case .compacting: "compacted"
        case .trimming: "trimmed"
        case .rebuilding: "rebuilt"
        case .other: "made or mended"
        }
    }
}

/// The right to use a store's folder: shared by everyone who has the store open, or exclusive to
/// one process.
///
/// The folder itself is locked, so there is no lock file to remove, and the lock works across PID
/// namespaces: containers that share a volume see each other's locks. The system releases the lock
/// when the process ends, however it ends. A process with exclusive access checks and acts under
/// the same lock; no one gets in between.
package final class UseLock: Sendable {
    package enum Kind: Hashable, Sendable {
        case shared
        case alone(StoreWork)
    }

    /// How long to wait for a store that is being compacted, trimmed or rebuilt.
    private static let patienceOfUsers = 2.0
    /// How long to wait for others, such as a query that is about to end, before taking exclusive
    /// access.
    private static let patienceOfLoners = 0.25

    private static let alone = Mutex<Set<FileSystem.Identity>>([])

    private let descriptor: Int32
    let identity: FileSystem.Identity
    private let isAlone: Bool

    /// - Throws: ``StorageError/busy(path:work:)``, ``StorageError/storeInUse(path:)``,
    ///   ``StorageError/lockedByAnotherProcess(path:)``, ``StorageError/alreadyOpen(path:)``,
    ///   ``StorageError/lockFileMissing(path:)``, ``StorageError/system(errno:doing:)``.
    package init(_ path: String, _ kind: Kind) throws(StorageError) {
        let seconds = kind == .shared ? Self.patienceOfUsers : Self.patienceOfLoners
        let patience = Patience(seconds: seconds)
        while true {
            // Opened each time: the folder at the path may be another one by now.
            let folder = try LockableFolder(path)
            if try folder.lock(kind) {
                if case .alone(let work) = kind {
                    folder.mark(work)
                    Self.alone.withLock { _ = $0.insert(folder.identity) }
                }
                identity = folder.identity
                isAlone = kind != .shared
                descriptor = folder.keep()
                return
            }
            let isOwn = Self.alone.withLock { $0.contains(folder.identity) }
            if isOwn { throw .alreadyOpen(path: path) }
            if patience.waits() { continue }
            throw folder.refusal(of: kind)
        }
    }

    deinit {
        if isAlone { Self.alone.withLock { [identity] in _ = $0.remove(identity) } }
        // A child that another thread is just forking has the descriptor until it executes its
        // program: closing ours would not release the lock.
        LockableFolder.unmark(descriptor)
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}

/// A folder that is open, and closed again unless it is kept.
private final class LockableFolder {
    private let path: String
    private var descriptor: Int32
    let identity: FileSystem.Identity

    init(_ path: String) throws(StorageError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to open \(path)") }
        do throws(StorageError) {
            identity = try FileSystem.identity(ofOpen: descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The open folder, which the caller must close.
    func keep() -> Int32 {
        defer { descriptor = -1 }
        return descriptor
    }

    /// - Returns: Whether the folder at the path is locked now.
    func lock(_ kind: UseLock.Kind) throws(StorageError) -> Bool {
        if kind == .shared, try !makeLockFile() { return false }
        let operation = kind == .shared ? LOCK_SH : LOCK_EX
        guard try take(operation) else { return false }
        if try FileSystem.identity(of: path) == identity { return true }
        flock(descriptor, LOCK_UN)
        return false
    }

    private func take(_ operation: Int32) throws(StorageError) -> Bool {
        if flock(descriptor, operation | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK || errno == EINTR else {
            throw .system(errno: errno, doing: "to lock \(path)")
        }
        return false
    }

    private var lacksLockFile: Bool {
        FileSystem.exists(path + "/data.mdb") && !FileSystem.exists(path + "/lock.mdb")
            && FileSystem.mayWrite(path)
    }

    /// Creates LMDB's reader table if it is missing, once it is certain that there are no readers:
    /// a new one would not know of those that have a store open while its table is removed, and
    /// their pages would be overwritten.
    ///
    /// - Returns: Whether there is one, or none is needed.
    private func makeLockFile() throws(StorageError) -> Bool {
        guard lacksLockFile else { return true }
        guard try take(LOCK_EX) else { return false }
        defer { flock(descriptor, LOCK_UN) }
        // LMDB initializes it, and treats one that no one has locked as new.
        let file = unsafe open(path + "/lock.mdb", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system(errno: errno, doing: "to make \(path)/lock.mdb") }
        close(file)
        return true
    }

    /// Why the lock is not available.
    func refusal(of kind: UseLock.Kind) -> StorageError {
        if let work = workOfOthers() { return .busy(path: path, work: work) }
        if OpenFolder.isOpen(identity) { return .alreadyOpen(path: path) }
        if kind == .shared {
            return lacksLockFile ? .lockFileMissing(path: path) : .busy(path: path, work: .other)
        }
        return WriterLock.isHeld(in: path)
            ? .lockedByAnotherProcess(path: path) : .storeInUse(path: path)
    }

    // What is running is also announced by a lock, on the byte that stands for it: it needs no
    // file, and ends with the process. Readers' locks do not exclude each other, but are visible.

    func mark(_ work: StoreWork) {
        var lock = Self.byteLock(F_RDLCK, from: work.rawValue, count: 1)
        _ = unsafe fcntl(descriptor, Self.setOpenFileLock, &lock)
    }

    static func unmark(_ descriptor: Int32) {
        var lock = byteLock(F_UNLCK, from: 0, count: 0)
        _ = unsafe fcntl(descriptor, setOpenFileLock, &lock)
    }

    private func workOfOthers() -> StoreWork? {
        StoreWork.allCases.first { work in
            var lock = Self.byteLock(F_WRLCK, from: work.rawValue, count: 1)
            let code = unsafe fcntl(descriptor, Self.getOpenFileLock, &lock)
            return code == 0 && Int32(lock.l_type) != Int32(F_UNLCK)
        }
    }

    private static func byteLock(_ type: Int32, from start: Int32, count: Int) -> Glibc.flock {
        var lock = Glibc.flock()
        lock.l_type = Int16(type)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = Int(start)
        lock.l_len = count
        return lock
    }

    // F_OFD_GETLK and F_OFD_SETLK, which the Glibc module leaves out.
    private static let getOpenFileLock: Int32 = 36
    private static let setOpenFileLock: Int32 = 37
}

/// Tries again, for a while.
struct Patience {
    private let deadline: ContinuousClock.Instant

    init(seconds: Double) { deadline = .now + .seconds(seconds) }

    /// Waits a moment.
    ///
    /// - Returns: `false` once it has waited long enough.
    func waits() -> Bool {
        guard ContinuousClock.now < deadline else { return false }
        usleep(3000)
        return true
    }
}
