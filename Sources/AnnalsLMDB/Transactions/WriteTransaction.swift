internal import CLMDB
internal import Glibc

/// The one transaction that changes the environment.
///
/// It belongs to the thread that began it: with LMDB 0.9.24 a commit on another thread succeeds and
/// blocks every later writer (measured), so doing that stops the program. It ends without effect
/// unless it is committed.
@safe package struct WriteTransaction: ~Copyable {
    private let environment: Environment
    private var raw: OpaquePointer?
    // Kept from put to put: sorted keys of one table are found where the last one was.
    private var cursor: OpaquePointer?
    private var cursorTable: Table?
    private let thread = pthread_self()

    package init(in environment: Environment) throws(StorageError) {
        try environment.requireSameProcess()
        // No one is in these views: what only they can see is free space for this transaction.
        environment.idleReaders.endOpen()
        var raw: OpaquePointer?
        var code = unsafe mdb_txn_begin(environment.raw, nil, 0, &raw)
        if code == MDB_MAP_RESIZED {
            try environment.resizeMap(to: 0)
            code = unsafe mdb_txn_begin(environment.raw, nil, 0, &raw)
        }
        do throws(StorageError) {
            try check(code, doing: "a write transaction")
        } catch {
            throw environment.classified(error)
        }
        self.environment = environment
        unsafe self.raw = raw
    }

    deinit {
        requireOwnThread()
        unsafe mdb_cursor_close(cursor)
        unsafe mdb_txn_abort(raw)
    }

    /// Makes every `put` and `delete` visible at once, and durable unless the environment is
    /// unsynchronized.
    ///
    /// - Throws: The error of the disk. The state on disk is then the old or the new one: open the
    ///   environment again to find out.
    package consuming func commit() throws(StorageError) {
        requireOwnThread()
        closeCursor()
        let code = environment.generation.change { unsafe mdb_txn_commit(raw) }
        unsafe raw = nil  //  LMDB freed the handle, whatever it returned.
        do throws(StorageError) {
            try check(code, doing: "to write \(environment.path)")
        } catch {
            throw environment.classified(error)
        }
    }

    private func requireOwnThread() {
        precondition(
            pthread_equal(pthread_self(), thread) != 0,
            "a write transaction ends on the thread that began it"
        )
    }

    /// Opens the named table, and creates it if it is missing.
    ///
    /// Everyone may use the handle once this transaction has committed.
    package mutating func openTable(_ name: String) throws(StorageError) -> Table {
        var handle: UInt32 = 0
        let code = unsafe mdb_dbi_open(raw, name, UInt32(MDB_CREATE), &handle)
        try check(code, doing: "to open the table \(name)")
        return Table(name: name, handle: handle)
    }

    /// The value stored under `key`, or `nil`; invalid after the next `put` or `delete`.
    @_lifetime(borrow self)
    package func value(forKey key: RawSpan, in table: Table) throws(StorageError) -> RawSpan? {
        guard let raw = unsafe raw else { return nil }
        guard let value = unsafe try get(key, in: table, of: raw) else { return nil }
        return unsafe _overrideLifetime(value, borrowing: self)
    }

    /// The value stored under the six low bytes of `number`, or `nil`.
    @_lifetime(borrow self)
    package func value(for48BitKey number: UInt64, in table: Table) throws(StorageError) -> RawSpan?
    {
        guard let raw = unsafe raw else { return nil }
        guard let value = unsafe try get(number, in: table, of: raw) else { return nil }
        return unsafe _overrideLifetime(value, borrowing: self)
    }

    /// How many keys the table holds.
    package func count(of table: Table) throws(StorageError) -> Int {
        guard let raw = unsafe raw else { return 0 }
        return unsafe try AnnalsLMDB.count(of: table, in: raw)
    }

    /// A cursor positioned before the first key of `table` at or above `start`.
    @_lifetime(borrow self)
    package func cursor(
        in table: Table,
        from start: [UInt8] = []
    ) throws(StorageError) -> Cursor {
        guard let raw = unsafe raw else { throw .readersFull }
        let cursor = unsafe try Cursor(in: table, of: raw, start: start)
        return unsafe _overrideLifetime(cursor, borrowing: self)
    }

    /// Stores `value` under `key`.
    ///
    /// - Parameter isLast: The key is likely above every key of the table: its page is then filled
    ///   to the end instead of being split in half. A wrong guess only costs time.
    package mutating func put(
        _ value: RawSpan,
        forKey key: RawSpan,
        in table: Table,
        isLast: Bool = false
    ) throws(StorageError) {
        try moveCursor(to: table)
        let code = unsafe key.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { value in
                unsafe put(value, forKey: key, isLast: isLast)
            }
        }
        try checkPut(code, in: table)
    }

    /// Stores `value` under the six low bytes of `number`.
    package mutating func put(
        _ value: RawSpan,
        for48BitKey number: UInt64,
        in table: Table,
        isLast: Bool
    ) throws(StorageError) {
        try moveCursor(to: table)
        let code = unsafe with48BitKey(number) { key in
            unsafe value.withUnsafeBytes { value in
                unsafe put(value, forKey: key, isLast: isLast)
            }
        }
        try checkPut(code, in: table)
    }

    @unsafe private func put(
        _ value: UnsafeRawBufferPointer,
        forKey key: UnsafeRawBufferPointer,
        isLast: Bool
    ) -> Int32 {
        if environment.hasPagesOfItsOwn(keyByteCount: key.count, valueByteCount: value.count) {
            return unsafe putLong(value, forKey: key, isLast: isLast)
        }
        var rawKey = unsafe MDB_val(key)
        var rawValue = unsafe MDB_val(value)
        if isLast {
            let code = unsafe mdb_cursor_put(cursor, &rawKey, &rawValue, UInt32(MDB_APPEND))
            if code != MDB_KEYEXIST { return code }
            unsafe rawKey = MDB_val(key)
            unsafe rawValue = MDB_val(value)
        }
        return unsafe mdb_cursor_put(cursor, &rawKey, &rawValue, 0)
    }

    /// Stores a value that has pages of its own.
    @unsafe private func putLong(
        _ value: UnsafeRawBufferPointer,
        forKey key: UnsafeRawBufferPointer,
        isLast: Bool
    ) -> Int32 {
        let flags = UInt32(MDB_RESERVE)
        var rawKey = unsafe MDB_val(key)
        var place = unsafe MDB_val(value)
        var code = unsafe mdb_cursor_put(
            cursor,
            &rawKey,
            &place,
            isLast ? flags | UInt32(MDB_APPEND) : flags
        )
        if isLast, code == MDB_KEYEXIST {
            unsafe rawKey = MDB_val(key)
            unsafe place = MDB_val(value)
            code = unsafe mdb_cursor_put(cursor, &rawKey, &place, flags)
        }
        guard code == MDB_SUCCESS, let start = unsafe place.mv_data else { return code }
        unsafe start.copyBytes(of: value)
        unsafe environment.clearRest(behind: start, byteCount: value.count)
        return code
    }

    private func checkPut(_ code: Int32, in table: Table) throws(StorageError) {
        guard code != MDB_SUCCESS else { return }
        do throws(StorageError) {
            try check(code, doing: "to write the table \(table.name)")
        } catch {
            throw environment.classified(error)
        }
    }

    /// Stores the three parts, one after the other, under `key`, which is above every other.
    ///
    /// They are copied directly to where LMDB keeps them.
    package mutating func putLast(
        _ first: RawSpan,
        _ second: RawSpan,
        _ third: RawSpan,
        forKey key: RawSpan,
        in table: Table
    ) throws(StorageError) {
        try moveCursor(to: table)
        var value = unsafe MDB_val()
        unsafe value.mv_size = first.byteCount + second.byteCount + third.byteCount
        let code = unsafe key.withUnsafeBytes { key in
            var rawKey = unsafe MDB_val(key)
            let flags = UInt32(MDB_APPEND) | UInt32(MDB_RESERVE)
            return unsafe mdb_cursor_put(cursor, &rawKey, &value, flags)
        }
        do throws(StorageError) {
            try check(code, doing: "to write the table \(table.name)")
        } catch {
            throw environment.classified(error)
        }
        guard var place = unsafe value.mv_data else { return }
        unsafe first.withUnsafeBytes { unsafe place.copyBytes(of: $0) }
        unsafe place += first.byteCount
        unsafe second.withUnsafeBytes { unsafe place.copyBytes(of: $0) }
        unsafe place += second.byteCount
        unsafe third.withUnsafeBytes { unsafe place.copyBytes(of: $0) }
        let byteCount = first.byteCount + second.byteCount + third.byteCount
        if environment.hasPagesOfItsOwn(keyByteCount: key.byteCount, valueByteCount: byteCount),
            let start = unsafe value.mv_data
        {
            unsafe environment.clearRest(behind: start, byteCount: byteCount)
        }
    }

    /// Removes `key`.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    package mutating func delete(
        _ key: RawSpan,
        in table: Table
    ) throws(StorageError) -> Bool {
        try moveCursor(to: table)
        var code = unsafe key.withUnsafeBytes { bytes in
            var key = unsafe MDB_val(bytes)
            var value = unsafe MDB_val()
            return unsafe mdb_cursor_get(cursor, &key, &value, MDB_SET)
        }
        if code == MDB_NOTFOUND { return false }
        if code == MDB_SUCCESS { code = unsafe mdb_cursor_del(cursor, 0) }
        guard code != MDB_SUCCESS else { return true }
        do throws(StorageError) {
            try check(code, doing: "to write the table \(table.name)")
        } catch {
            throw environment.classified(error)
        }
        return true
    }

    /// Removes every key of the table, which stays open.
    package mutating func clear(_ table: Table) throws(StorageError) {
        closeCursor()
        let code = unsafe mdb_drop(raw, table.handle, 0)
        try check(code, doing: "to clear the table \(table.name)")
    }

    private mutating func moveCursor(to table: Table) throws(StorageError) {
        if let cursorTable, cursorTable.handle == table.handle { return }
        closeCursor()
        let code = unsafe mdb_cursor_open(raw, table.handle, &cursor)
        try check(code, doing: "to write the table \(table.name)")
        cursorTable = table
    }

    private mutating func closeCursor() {
        unsafe mdb_cursor_close(cursor)
        unsafe cursor = nil
        cursorTable = nil
    }
}

extension UnsafeMutableRawPointer {
    @unsafe fileprivate func copyBytes(of source: UnsafeRawBufferPointer) {
        if let start = source.baseAddress {
            unsafe copyMemory(from: start, byteCount: source.count)
        }
    }
}
