internal import AnnalsBytes
internal import CLMDB

/// A position in the key order of one table.
@safe package struct Cursor: ~Copyable, ~Escapable {
    /// A key and its value, as they lie in the map.
    package struct Entry: ~Escapable {
        package let key: RawSpan
        package let value: RawSpan

        @_lifetime(copy key, copy value)
        init(key: RawSpan, value: RawSpan) {
            self.key = key
            self.value = value
        }
    }

    let raw: OpaquePointer
    let table: Table
    private let start: [UInt8]
    private var hasStarted = false
    /// The page whose nodes were touched last.
    private var touchedPage: UInt = 0
    /// Keeps the compiler from removing reads that are made only for their side effect.
    private var touched: UInt8 = 0

    @_lifetime(immortal)
    @unsafe init(
        in table: Table,
        of transaction: OpaquePointer,
        start: [UInt8]
    ) throws(StorageError) {
        var cursor: OpaquePointer?
        let code = unsafe mdb_cursor_open(transaction, table.handle, &cursor)
        try check(code, doing: "to read the table \(table.name)")
        guard let cursor = unsafe cursor else { throw .readersFull }
        unsafe raw = cursor
        self.table = table
        self.start = start
    }

    deinit { unsafe mdb_cursor_close(raw) }

    /// Steps to the next entry, or returns `nil` at the end of the table.
    ///
    /// An entry stays valid for the whole transaction, not only until the next step: a reader's
    /// pages are never overwritten.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func next() throws(StorageError) -> Entry? {
        if hasStarted { return try entry(MDB_NEXT) }
        hasStarted = true
        return start.isEmpty ? try entry(MDB_FIRST) : try seek(start)
    }

    /// Steps to the previous entry, or to the last one of the table if nothing was read yet.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func previous() throws(StorageError) -> Entry? {
        if hasStarted { return try entry(MDB_PREV) }
        hasStarted = true
        return try entry(MDB_LAST)
    }

    /// Steps to the next or the previous entry of a table that is read from end to end.
    ///
    /// At the beginning of a page, all of its entries are touched: memory serves many reads at
    /// once, but one after the other if each is waited for, and a scan consists mostly of that.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func nextInScan(isDescending: Bool) throws(StorageError) -> Entry? {
        let step =
            hasStarted
            ? (isDescending ? MDB_PREV : MDB_NEXT) : (isDescending ? MDB_LAST : MDB_FIRST)
        hasStarted = true
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        let code = unsafe mdb_cursor_get(raw, &key, &value, step)
        if code == MDB_NOTFOUND { return nil }
        unsafe touchPage(of: key.mv_data)
        return unsafe try entry(code, key, value)
    }

    /// Reads the first bytes of every node of the page that a key lies on.
    @_lifetime(self: copy self)
    @unsafe private mutating func touchPage(of key: UnsafeMutableRawPointer?) {
        let start = unsafe MappedLeaf.start(ofPageWith: key)
        guard start != touchedPage else { return }
        touchedPage = start
        // Four cache lines: the beginning of most rows.
        guard let page = unsafe MappedLeaf(with: key) else { return }
        touched &+= page.touchNodes(byteCount: 256)
    }

    /// Steps to the first entry at or above `key`.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func seek(_ key: [UInt8]) throws(StorageError) -> Entry? {
        hasStarted = true
        var value = unsafe MDB_val()
        var found = unsafe MDB_val()
        let code = unsafe key.withUnsafeBytes { bytes in
            unsafe found = MDB_val(bytes)
            return unsafe mdb_cursor_get(raw, &found, &value, MDB_SET_RANGE)
        }
        return unsafe try entry(code, found, value)
    }

    /// Steps to the entry whose key is the six low bytes of `number`.
    ///
    /// - Returns: Its value; `nil` if there is no such key. Keys in ascending order are found on
    ///   the page of the previous one.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func value(for48BitKey number: UInt64) throws(StorageError) -> RawSpan? {
        hasStarted = true
        var value = unsafe MDB_val()
        let code = unsafe with48BitKey(number) { bytes in
            var key = unsafe MDB_val(bytes)
            return unsafe mdb_cursor_get(raw, &key, &value, MDB_SET)
        }
        if code == MDB_NOTFOUND { return nil }
        try check(code, doing: "to read the table \(table.name)")
        return unsafe _overrideLifetime(RawSpan(value), copying: self)
    }

    /// The same for keys that come in runs: `last` is the one that was found before.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func value(
        for48BitKey number: UInt64,
        behind last: UInt64?
    ) throws(StorageError) -> RawSpan? {
        if let last, number == last &+ 1 || number == last &- 1 {
            var key = unsafe MDB_val()
            var value = unsafe MDB_val()
            let step = number < last ? MDB_PREV : MDB_NEXT
            let code = unsafe mdb_cursor_get(raw, &key, &value, step)
            if code == MDB_SUCCESS, unsafe (try? RawSpan(key).uint48(at: 0)) == number {
                unsafe touchPage(of: key.mv_data)
                return unsafe _overrideLifetime(RawSpan(value), copying: self)
            }
        }
        return try value(for48BitKey: number)
    }

    /// Steps to the last entry below `key`.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func last(below key: [UInt8]) throws(StorageError) -> Entry? {
        let isAbove = try seek(key) != nil
        return try entry(isAbove ? MDB_PREV : MDB_LAST)
    }

    @_lifetime(copy self)
    @_lifetime(self: copy self)
    private mutating func entry(_ step: MDB_cursor_op) throws(StorageError) -> Entry? {
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        let code = unsafe mdb_cursor_get(raw, &key, &value, step)
        return unsafe try entry(code, key, value)
    }

    @_lifetime(copy self)
    @unsafe private func entry(
        _ code: Int32,
        _ key: MDB_val,
        _ value: MDB_val
    ) throws(StorageError) -> Entry? {
        if code == MDB_NOTFOUND { return nil }
        try check(code, doing: "to read the table \(table.name)")
        let entry = unsafe Entry(key: RawSpan(key), value: RawSpan(value))
        return unsafe _overrideLifetime(entry, copying: self)
    }
}
