import CLMDB

final class Database {
    let environment: OpaquePointer

    init(_ path: String) {
        var environment: OpaquePointer?
        mdb_env_create(&environment)
        mdb_env_set_mapsize(environment, 1 << 28)
        mdb_env_set_maxdbs(environment, 1000)
        let flags = UInt32(MDB_NOSUBDIR | MDB_NOSYNC | MDB_NOTLS)
        precondition(mdb_env_open(environment, path, flags, 0o600) == 0)
        self.environment = environment!
    }

    deinit { mdb_env_close(environment) }

    func write(aborting: Bool = false, _ work: (borrowing RawWrite) -> Void) {
        var raw: OpaquePointer?
        precondition(mdb_txn_begin(environment, nil, 0, &raw) == 0)
        work(RawWrite(raw: raw!))
        if aborting { mdb_txn_abort(raw) } else { precondition(mdb_txn_commit(raw) == 0) }
    }

    func whileReading(_ work: () -> Void) {
        var raw: OpaquePointer?
        precondition(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &raw) == 0)
        work()
        mdb_txn_abort(raw)
    }

    /// The counts that LMDB finds when it steps through the tables of a file.
    static func entries(ofFile path: String, tables: some Sequence<String>) -> [String: Int] {
        var environment: OpaquePointer?
        mdb_env_create(&environment)
        mdb_env_set_maxdbs(environment, 1000)
        let flags = UInt32(MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK)
        defer { mdb_env_close(environment) }
        guard mdb_env_open(environment, path, flags, 0o600) == 0 else { return [:] }
        return entries(in: environment!, tables: tables)
    }

    static func entries(
        in environment: OpaquePointer,
        tables: some Sequence<String>
    ) -> [String: Int] {
        var counts: [String: Int] = [:]
        var raw: OpaquePointer?
        guard mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &raw) == 0 else { return [:] }
        defer { mdb_txn_abort(raw) }
        for table in tables {
            var handle: MDB_dbi = 0
            var cursor: OpaquePointer?
            guard mdb_dbi_open(raw, table, 0, &handle) == 0 else { continue }
            guard mdb_cursor_open(raw, handle, &cursor) == 0 else { continue }
            defer { mdb_cursor_close(cursor) }
            var (key, value) = (MDB_val(), MDB_val())
            var count = 0
            while mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0 {
                count += 1
                // Touches both ends of what LMDB returns.
                for part in [key, value] where part.mv_size > 0 {
                    let bytes = UnsafeRawBufferPointer(start: part.mv_data, count: part.mv_size)
                    withExtendedLifetime(bytes[0] &+ bytes[part.mv_size - 1]) {}
                }
            }
            counts[table] = count
        }
        return counts
    }
}

struct RawWrite: ~Copyable {
    let raw: OpaquePointer

    func table(_ name: String) -> MDB_dbi {
        var handle: MDB_dbi = 0
        precondition(mdb_dbi_open(raw, name, UInt32(MDB_CREATE), &handle) == 0)
        return handle
    }

    func put(_ key: [UInt8], count: Int = 0, in table: String) {
        var key = key
        var value = [UInt8](repeating: 0x76, count: count)
        let code = key.withUnsafeMutableBytes { key in
            value.withUnsafeMutableBytes { value in
                var key = MDB_val(mv_size: key.count, mv_data: key.baseAddress)
                var value = MDB_val(mv_size: value.count, mv_data: value.baseAddress)
                return mdb_put(raw, self.table(table), &key, &value, 0)
            }
        }
        precondition(code == 0)
    }

    func delete(_ key: [UInt8], in table: String) {
        var key = key
        key.withUnsafeMutableBytes { key in
            var key = MDB_val(mv_size: key.count, mv_data: key.baseAddress)
            _ = mdb_del(raw, self.table(table), &key, nil)
        }
    }

    func drop(_ table: String) { precondition(mdb_drop(raw, self.table(table), 0) == 0) }
}

func key(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
}
