internal import CLMDB

extension MDB_val {
    @unsafe init(_ bytes: UnsafeRawBufferPointer) {
        let base = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        unsafe self.init(mv_size: bytes.count, mv_data: base)
    }
}

extension RawSpan {
    @_lifetime(immortal)
    @unsafe init(_ value: MDB_val) {
        let bytes = unsafe UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        let span = unsafe RawSpan(_unsafeBytes: bytes)
        self = unsafe _overrideLifetime(span, copying: ())
    }
}

/// The value of `key`, wherever LMDB keeps it.
@_lifetime(immortal)
@unsafe func get(
    _ key: RawSpan,
    in table: Table,
    of transaction: OpaquePointer
) throws(StorageError) -> RawSpan? {
    var value = unsafe MDB_val()
    let code = unsafe key.withUnsafeBytes { bytes in
        var key = unsafe MDB_val(bytes)
        return unsafe mdb_get(transaction, table.handle, &key, &value)
    }
    if code == MDB_NOTFOUND { return nil }
    try check(code, doing: "to read the table \(table.name)")
    return unsafe RawSpan(value)
}

/// Six bytes of a key, most significant first, on the stack: every record has such a key.
@unsafe func with48BitKey<T>(_ number: UInt64, _ body: (UnsafeRawBufferPointer) -> T) -> T {
    unsafe withUnsafeBytes(of: (number << 16).bigEndian) { bytes in
        unsafe body(UnsafeRawBufferPointer(rebasing: bytes[..<6]))
    }
}

/// The value of a six-byte key, wherever LMDB keeps it.
@_lifetime(immortal)
@unsafe func get(
    _ number: UInt64,
    in table: Table,
    of transaction: OpaquePointer
) throws(StorageError) -> RawSpan? {
    var value = unsafe MDB_val()
    let code = unsafe with48BitKey(number) { bytes in
        var key = unsafe MDB_val(bytes)
        return unsafe mdb_get(transaction, table.handle, &key, &value)
    }
    if code == MDB_NOTFOUND { return nil }
    try check(code, doing: "to read the table \(table.name)")
    return unsafe RawSpan(value)
}

/// How many keys the table holds.
@unsafe func count(of table: Table, in transaction: OpaquePointer) throws(StorageError) -> Int {
    var status = MDB_stat()
    let code = unsafe mdb_stat(transaction, table.handle, &status)
    try check(code, doing: "the size of the table \(table.name)")
    return Int(status.ms_entries)
}
