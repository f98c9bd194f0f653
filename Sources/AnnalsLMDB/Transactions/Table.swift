internal import CLMDB
internal import Synchronization

/// One of the environment's named databases: an ordered map from bytes to bytes.
package struct Table: Sendable, Hashable {
    package let name: String
    let handle: UInt32
}

extension Environment {
    /// Opens those of the named tables that exist, in the given order; `nil` for one that does not.
    package func existingTables(_ names: [String]) throws(StorageError) -> [Table?] {
        try requireSameProcess()
        let result: Result<[Table?], StorageError> = tableOpening.withLock { _ in
            do throws(StorageError) {
                return .success(try openExisting(names))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func openExisting(_ names: [String]) throws(StorageError) -> [Table?] {
        gate.enter()
        defer { gate.leave() }
        var raw: OpaquePointer?
        let code = unsafe mdb_txn_begin(self.raw, nil, UInt32(MDB_RDONLY), &raw)
        try checkBeginning(code, path)
        var tables: [Table?] = []
        for name in names {
            var handle: UInt32 = 0
            let code = unsafe mdb_dbi_open(raw, name, 0, &handle)
            if code == MDB_NOTFOUND {
                tables.append(nil)
            } else if code == MDB_SUCCESS {
                tables.append(Table(name: name, handle: handle))
            } else {
                unsafe mdb_txn_abort(raw)
                try check(code, doing: "to open the table \(name)")
            }
        }
        // Committing keeps the handles that were opened; views that began earlier do not have them.
        let kept = generation.change { unsafe mdb_txn_commit(raw) }
        try check(kept, doing: "a read transaction")
        return tables
    }
}
