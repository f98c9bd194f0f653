internal import CLMDB
internal import Glibc
internal import Synchronization

/// A memory-mapped file that one writer and many readers share.
///
/// It observes the rules that LMDB's manual imposes on callers, where it can: a file is opened once
/// in a process, the map grows by itself, reader slots of dead processes are cleared, a forked
/// child is rejected, and WRITEMAP, NOMETASYNC, DUPSORT and nested transactions are not available.
@safe package final class Environment: Sendable {
    /// How a file is opened.
    package struct Options: Sendable {
        /// Read-only: other processes need not be kept from writing.
        package var isReadOnly = false
        /// Let the system decide when to write to disk, until ``Environment/synchronize()`` is
        /// called.
        package var isUnsynchronized = false
        /// The initial size of the map; it grows when the file comes close to it.
        ///
        /// This reserves address space, not memory.
        package var mapSizeBytes = 16 << 30
        /// Accept network and user-space file systems as well.
        package var allowsAnyFileSystem = false
        /// No other process writes to the file, which a lock ensures: while nothing is committed
        /// here, a view that has ended shows what a new one would, and is reused.
        package var isOnlyWriter = false
        /// No one else has the file open, or will: it is opened without a lock file.
        package var isUnshared = false
        /// The caller has exclusive access to the folder, by a lock of its own.
        package var isHeld = false

        package init() {}
    }

    package let path: String
    package let options: Options
    // LMDB does its own locking, and the pointer is never written after `init`.
    nonisolated(unsafe) let raw: OpaquePointer
    let gate = MapGate()
    let idleReaders = IdleReaders()
    let generation = Generation()
    /// LMDB lets one transaction at a time open tables.
    let tableOpening = Mutex(())
    private let folder: OpenFolder
    /// What keeps others from using the folder, or from writing.
    private let locks: Mutex<(use: UseLock?, writing: WriterLock?)>
    private let file: FileSystem.Identity
    let pageByteCount: Int
    let sharedNodeByteCountMax: Int
    private let forks = Forks.count

    /// How many named tables a new file may have while it is created: some of the engine's own, and
    /// three to ten per object.
    private static let newFileTableCount: UInt32 = 4096
    /// How many more tables a file may have than it had when it was opened.
    private static let newTableCountMax: UInt32 = 1024
    /// LMDB keeps some bytes for each in every transaction: no number from a file is accepted
    /// unchecked.
    private static let tableCountMax: UInt32 = 1 << 15
    private static let readerCountMax: UInt32 = 1022

    /// Opens the environment in the folder `path`, which must exist.
    ///
    /// Nothing is read before it can be trusted: if a writer died between its last write to the
    /// file and announcing it, the lock file describes the previous transaction until someone
    /// begins to write.
    ///
    /// - Throws: ``StorageError/system(errno:doing:)`` if the folder cannot be used,
    ///   ``StorageError/alreadyOpen(path:)``, ``StorageError/unsuitableFileSystem(path:kind:)``,
    ///   ``StorageError/notAStore(path:finding:)``, and the errors of ``UseLock`` and
    ///   ``WriterLock``.
    package init(path: String, options: Options = Options()) throws(StorageError) {
        if !options.allowsAnyFileSystem { try FileSystem.requireLocal(path) }
        let isShared = !options.isUnshared && !options.isHeld
        // First, since what is at the path may be replaced until then.
        let use = isShared ? try UseLock(path, .shared) : nil
        let file = path + "/data.mdb"
        let isNew = try !FileSystem.isThere(file)
        if isNew, options.isReadOnly {
            throw .notAStore(path: path, finding: "it holds no data.mdb")
        }
        // The identity of the folder stands for that of the data file, which does not exist yet.
        let folder = try OpenFolder(path)
        // A reader that cannot be entered in the reader table keeps writers out instead.
        let isUnregistered = isShared && options.isReadOnly && !Self.mayRegister(in: path)
        var writing: WriterLock?
        if isUnregistered {
            writing = try Self.withoutWriters(path)
        } else if isShared, options.isOnlyWriter {
            // LMDB treats an empty file as missing.
            if isNew { _ = try NewFile(at: file) }
            writing = try WriterLock(folder: path)
        }
        // LMDB clears some bytes for each in every transaction that begins: room for the expected
        // number, and no more.
        var tableCount = isNew ? Self.newFileTableCount : Self.newTableCountMax
        if !isNew {
            // LMDB itself trusts what it maps: a short file would end the process with SIGBUS.
            do throws(PageFinding) {
                let own = UInt32(clamping: try PageCheck.checkHeader(ofFile: file))
                let wanted = min(own, Self.tableCountMax) + Self.newTableCountMax
                tableCount = wanted
            } catch {
                throw .notAStore(path: path, finding: error.description)
            }
        }
        let size = max(options.mapSizeBytes, isNew ? 0 : try FileSystem.byteCount(ofFile: file))
        let isLocking = !options.isUnshared && !isUnregistered
        if isLocking { try Self.allocateLockFile(of: path) }
        unsafe raw = try Self.open(path, options, size, tableCount, isLocking: isLocking)
        var status = MDB_stat()
        unsafe mdb_env_stat(raw, &status)
        pageByteCount = Int(status.ms_psize)
        sharedNodeByteCountMax = Self.sharedNodeByteCountMax(pageByteCount: pageByteCount)
        self.path = path
        self.options = options
        self.folder = folder
        locks = Mutex((use, writing))
        // Applies to the file that LMDB has: its name can lead to another only in violation of the
        // locks.
        do throws(StorageError) {
            self.file = try FileSystem.identity(of: file)
        } catch {
            unsafe mdb_env_close(raw)
            throw error
        }
        _ = try? clearStaleReaders()
        if !options.isReadOnly { try renewLockFile() }
        if isShared { try requireOwnLockFile() }
    }

    /// Sees to it that the lock file has room on the disk for all that it may hold.
    ///
    /// LMDB makes it as a hole, and writes to it through a map: where the disk is full by then, that
    /// ends the process with SIGBUS, in the middle of a read too. Nobody in this process has it open.
    private static func allocateLockFile(of path: String) throws(StorageError) {
        let file = path + "/lock.mdb"
        // A place in the table is a cache line, and what stands before them is a few.
        if FileSystem.allocate(file, byteCount: Int(readerCountMax) * 64 + 1024) { return }
        // Where it was made before the disk was full, the first readers find their places.
        guard FileSystem.allocate(file, byteCount: 4096) else { throw .diskFull(path: path) }
    }

    private static func open(
        _ path: String,
        _ options: Options,
        _ mapSizeBytes: Int,
        _ tableCount: UInt32,
        isLocking: Bool
    ) throws(StorageError) -> OpaquePointer {
        var raw: OpaquePointer?
        do throws(StorageError) {
            unsafe try check(mdb_env_create(&raw), doing: "memory")
            let size = mapSizeBytes
            unsafe try check(mdb_env_set_mapsize(raw, size), doing: "a map of \(size) bytes")
            unsafe try check(mdb_env_set_maxdbs(raw, tableCount), doing: "tables")
            unsafe try check(mdb_env_set_maxreaders(raw, Self.readerCountMax), doing: "readers")
            var flags = UInt32(MDB_NOTLS) | UInt32(MDB_NORDAHEAD)
            if options.isReadOnly { flags |= UInt32(MDB_RDONLY) }
            if !isLocking { flags |= UInt32(MDB_NOLOCK) }
            if options.isUnsynchronized { flags |= UInt32(MDB_NOSYNC) }
            unsafe try check(mdb_env_open(raw, path, flags, 0o600), doing: "to open \(path)")
        } catch {
            unsafe mdb_env_close(raw)
            if case .corrupted(let corruption) = error {
                throw .notAStore(path: path, finding: corruption.finding)
            }
            throw error
        }
        guard let raw = unsafe raw else { throw .system(errno: ENOMEM, doing: "memory") }
        return unsafe raw
    }

    /// Whether a reader can take a slot in LMDB's reader table, so that a writer leaves its pages
    /// alone.
    private static func mayRegister(in path: String) -> Bool {
        let table = path + "/lock.mdb"
        return FileSystem.mayWrite(FileSystem.exists(table) ? table : path)
    }

    /// - Throws: ``StorageError/writtenMeanwhile(path:)``.
    private static func withoutWriters(_ path: String) throws(StorageError) -> WriterLock {
        do throws(StorageError) {
            return try WriterLock(folder: path, isShared: true)
        } catch .lockedByAnotherProcess {
            throw .writtenMeanwhile(path: path)
        }
    }

    /// Updates the lock file to the newest transaction of the file.
    ///
    /// A writer that dies after it has written its meta page, and before it has updated the lock
    /// file, leaves that one transaction behind for as long as anyone has the file open. LMDB
    /// repairs this for the process that gets the dead one's mutex, which is the next one that
    /// begins to write.
    private func renewLockFile() throws(StorageError) { _ = try WriteTransaction(in: self) }

    /// Whether what is read now is older than the newest transaction of the file.
    ///
    /// This happens if a writer died at the moment described at ``renewLockFile()``; a living one
    /// may just be at that point.
    package func isBehind() throws(StorageError) -> Bool {
        let (shown, newest) = try transactionNumbers()
        return shown < newest && !WriterLock.isHeld(in: path)
    }

    /// Rejects the lock file of another data file whose processes are still running: its newest
    /// transaction is not the one of this file.
    private func requireOwnLockFile() throws(StorageError) {
        // A writer that commits in the meantime is one ahead or behind.
        for _ in 0..<100 {
            let (shown, newest) = try transactionNumbers()
            if shown == newest || shown + 1 == newest { return }
            usleep(1000)
        }
        throw .replaced(path: path)
    }

    /// The transaction that a view shows, and the newest one of the file.
    private func transactionNumbers() throws(StorageError) -> (shown: Int, newest: Int) {
        let shown = try ReadTransaction(in: self).transactionNumber
        var info = unsafe MDB_envinfo()
        unsafe mdb_env_info(raw, &info)
        return unsafe (shown, Int(info.me_last_txnid))
    }

    /// Whether the path still leads to the folder and the data file that are open.
    package var isInPlace: Bool {
        folder.isInPlace && (try? FileSystem.identity(of: path + "/data.mdb")) == file
    }

    /// Announces that it will be closed as soon as no one uses it any more: opening the folder
    /// again in this process waits for that.
    package func willClose() { folder.willClose() }

    deinit {
        idleReaders.removeAll()
        unsafe mdb_env_close(raw)
        // Before the folder counts as closed: another thread may be waiting for that, and opens it
        // at once.
        locks.withLock { $0 = (nil, nil) }
    }

    /// Fails in a child process.
    func requireSameProcess() throws(StorageError) {
        guard forks == Forks.count else { throw .forked }
    }

    /// Frees the reader slots of processes that died, which would otherwise keep old pages forever.
    ///
    /// - Returns: How many there were.
    @discardableResult
    package func clearStaleReaders() throws(StorageError) -> Int {
        var dead: Int32 = 0
        unsafe try check(mdb_reader_check(raw, &dead), doing: "to clear stale readers")
        return Int(dead)
    }

    /// Writes everything that was committed to disk.
    package func synchronize() throws(StorageError) {
        let code = unsafe mdb_env_sync(raw, 1)
        try check(code, doing: "to write \(path) to the disk")
    }

    /// Bytes of the map, and how many of them are in pages that were ever used.
    package var map: (sizeBytes: Int, usedBytes: Int) {
        var info = unsafe MDB_envinfo()
        var status = MDB_stat()
        unsafe mdb_env_info(raw, &info)
        unsafe mdb_env_stat(raw, &status)
        return unsafe (Int(info.me_mapsize), (Int(info.me_last_pgno) + 1) * Int(status.ms_psize))
    }

    /// LMDB's own version, such as `0.9.24`.
    package static var libraryVersion: String {
        "\(MDB_VERSION_MAJOR).\(MDB_VERSION_MINOR).\(MDB_VERSION_PATCH)"
    }

    /// Doubles the map if less than a quarter of it, or less than `bytes`, is free.
    ///
    /// Called by the writer between transactions; waits until the current readers of this process
    /// have finished.
    package func makeRoom(forBytes bytes: Int) throws(StorageError) {
        let (size, used) = map
        var wanted = size
        while wanted - used < max(bytes, wanted / 4) {
            let (doubled, overflow) = wanted.multipliedReportingOverflow(by: 2)
            guard !overflow, doubled < 1 << 46 else { throw .mapFull }
            wanted = doubled
        }
        if wanted != size { try resizeMap(to: wanted) }
    }

    /// Sets the size of the map, or adopts the size that another process has set if `bytes` is 0.
    package func resizeMap(to bytes: Int) throws(StorageError) {
        // A process that adopts a size is about to read, and may be inside a view already.
        let patience = bytes == 0 ? 10_000_000 : Int.max
        let isDone: Void? = try gate.whileEmpty(waiting: patience) { () throws(StorageError) in
            idleReaders.removeAll()
            let code = unsafe mdb_env_set_mapsize(raw, bytes)
            if code == ENOMEM { throw .mapFull }
            try check(code, doing: "a map of \(bytes) bytes")
        }
        if isDone == nil { throw .mapResized }
    }

    /// Classifies a disk failure: LMDB reports a short write as EIO.
    func classified(_ error: StorageError) -> StorageError {
        guard case .system(let code, _) = error else { return error }
        switch code {
        case ENOSPC, EDQUOT, EFBIG: return .diskFull(path: path)
        case EIO:
            if let free = FileSystem.freeBytes(at: path), free < 1 << 20 {
                return .diskFull(path: path)
            }
            return error
        default: return error
        }
    }
}

/// The number of forks between this process and its ancestor that first asked.
private enum Forks {
    private static let counter = Atomic<Int>(0)
    private static let isWatching: Bool = {
        pthread_atfork(nil, nil) { Forks.counter.wrappingAdd(1, ordering: .relaxed) } == 0
    }()

    static var count: Int {
        _ = isWatching
        return counter.load(ordering: .relaxed)
    }
}
