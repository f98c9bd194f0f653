internal import CLMDB
internal import Glibc

/// One consistent view of the environment.
///
/// A read transaction pins every page that it can see, so the file grows while it lives: keep it
/// short. It cannot be copied, and it ends when it goes out of scope.
@safe package struct ReadTransaction: ~Copyable {
    private let environment: Environment
    private let raw: OpaquePointer
    /// What it shows, if another one may reuse the view.
    private let generation: Int?

    package init(in environment: Environment) throws(StorageError) {
        try environment.requireSameProcess()
        environment.gate.enter()
        do throws(StorageError) {
            unsafe (raw, generation) = try Self.begin(in: environment)
        } catch {
            environment.gate.leave()
            // Another process has grown the file: adopt the size, then a view can be opened.
            guard case .mapResized = error else { throw error }
            try environment.resizeMap(to: 0)
            environment.gate.enter()
            do throws(StorageError) {
                unsafe (raw, generation) = try Self.begin(in: environment)
            } catch {
                environment.gate.leave()
                throw error
            }
        }
        self.environment = environment
    }

    private static func begin(
        in environment: Environment
    ) throws(StorageError) -> (OpaquePointer, Int?) {
        // Before the view: a commit in between makes it look older than it is, never newer.
        let generation = environment.options.isOnlyWriter ? environment.generation.current : nil
        let idle = environment.idleReaders.take()
        if let idle, let raw = unsafe OpaquePointer(bitPattern: idle.address) {
            if let shown = idle.generation {
                if shown == generation { return unsafe (raw, generation) }
                unsafe mdb_txn_reset(raw)
            }
            let code = unsafe mdb_txn_renew(raw)
            if code == MDB_SUCCESS { return unsafe (raw, generation) }
            unsafe mdb_txn_abort(raw)
            if code == MDB_MAP_RESIZED { throw .mapResized }
        }
        var raw: OpaquePointer?
        var code = unsafe mdb_txn_begin(environment.raw, nil, UInt32(MDB_RDONLY), &raw)
        if code == MDB_READERS_FULL {
            // Some may belong to processes that died.
            try environment.clearStaleReaders()
            code = unsafe mdb_txn_begin(environment.raw, nil, UInt32(MDB_RDONLY), &raw)
        }
        try checkBeginning(code, environment.path)
        guard let raw = unsafe raw else { throw .readersFull }
        return unsafe (raw, generation)
    }

    /// The number of the transaction whose state it shows, as LMDB counts them.
    var transactionNumber: Int { unsafe Int(mdb_txn_id(raw)) }

    deinit {
        let isCurrent = generation != nil && generation == environment.generation.current
        if !isCurrent { unsafe mdb_txn_reset(raw) }
        let reader = IdleReaders.Reader(
            address: unsafe UInt(bitPattern: raw),
            generation: isCurrent ? generation : nil
        )
        let isKept = environment.idleReaders.put(reader)
        if !isKept { unsafe mdb_txn_abort(raw) }
        environment.gate.leave()
    }

    /// The value stored under `key`, or `nil`.
    ///
    /// The bytes lie in the map itself. Nothing is copied, and the compiler keeps the transaction
    /// alive for as long as the span is used.
    @_lifetime(borrow self)
    package func value(forKey key: RawSpan, in table: Table) throws(StorageError) -> RawSpan? {
        guard let value = unsafe try get(key, in: table, of: raw) else { return nil }
        return unsafe _overrideLifetime(value, borrowing: self)
    }

    /// The value stored under the six low bytes of `number`, or `nil`.
    @_lifetime(borrow self)
    package func value(for48BitKey number: UInt64, in table: Table) throws(StorageError) -> RawSpan?
    {
        guard let value = unsafe try get(number, in: table, of: raw) else { return nil }
        return unsafe _overrideLifetime(value, borrowing: self)
    }

    /// How many keys the table holds.
    package func count(of table: Table) throws(StorageError) -> Int {
        unsafe try AnnalsLMDB.count(of: table, in: raw)
    }

    /// Bytes of the table's pages.
    package func byteCount(of table: Table) throws(StorageError) -> Int {
        var status = MDB_stat()
        let code = unsafe mdb_stat(raw, table.handle, &status)
        try check(code, doing: "the size of the table \(table.name)")
        let pages =
            status.ms_branch_pages + status.ms_leaf_pages + status.ms_overflow_pages
        return Int(status.ms_psize) * Int(pages)
    }

    /// A cursor positioned before the first key of `table` at or above `start`.
    @_lifetime(borrow self)
    package func cursor(
        in table: Table,
        from start: [UInt8] = []
    ) throws(StorageError) -> Cursor {
        let cursor = unsafe try Cursor(in: table, of: raw, start: start)
        return unsafe _overrideLifetime(cursor, borrowing: self)
    }
}

/// Throws the error for what LMDB returned when a read was begun.
///
/// A process registers with a lock on the byte of `lock.mdb` at the offset of its number. In
/// another PID namespace there may be one with the same number.
func checkBeginning(_ code: Int32, _ path: String) throws(StorageError) {
    if code == EAGAIN || code == EACCES { throw .sameProcessNumber(path: path) }
    try check(code, doing: "a read transaction")
}
