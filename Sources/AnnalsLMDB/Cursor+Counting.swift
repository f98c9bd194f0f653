internal import AnnalsBytes
internal import CLMDB

extension Cursor {
    /// Counts the entries behind this one whose keys lie below `end`; all, where that is empty.
    ///
    /// Page by page: of a page that lies below `end` only the last key is looked at. Where the
    /// cursor stands afterwards is not told: ``seek(_:)`` is the way on. For readers' cursors.
    ///
    /// - Returns: How many, or `limit` where there are not fewer.
    @_lifetime(self: copy self)
    package mutating func count(
        below end: [UInt8],
        upTo limit: Int = .max
    ) throws(StorageError) -> Int {
        var count = 0
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        // A file from another machine may have other pages: its keys are counted one by one.
        let hasLeaves = try pageSize() == MappedLeaf.byteCount
        while count < limit {
            let code = unsafe mdb_cursor_get(raw, &key, &value, MDB_NEXT)
            if code == MDB_NOTFOUND { return count }
            try check(code, doing: "to read the table \(table.name)")
            guard unsafe end.isEmpty || RawSpan(key).compare(to: end.rawSpan) < 0 else {
                return count
            }
            count += 1
            if hasLeaves, var last = unsafe lastOfPage(beginningWith: key, below: end) {
                count += unsafe last.others
                unsafe try check(
                    mdb_cursor_get(raw, &last.key, &value, MDB_SET),
                    doing: "to read the table \(table.name)"
                )
            }
        }
        return min(count, limit)
    }

    private func pageSize() throws(StorageError) -> UInt {
        var status = MDB_stat()
        let code = unsafe mdb_stat(mdb_cursor_txn(raw), table.handle, &status)
        try check(code, doing: "the size of the table \(table.name)")
        return UInt(status.ms_psize)
    }

    /// The last key of the page that begins with this one, and how many nodes lie behind it.
    @unsafe private func lastOfPage(
        beginningWith key: MDB_val,
        below end: [UInt8]
    ) -> (key: MDB_val, others: Int)? {
        guard let page = unsafe MappedLeaf(with: key.mv_data), page.count > 1,
            let first = unsafe page.key(0), unsafe first.mv_data == key.mv_data,
            let last = unsafe page.key(page.count - 1)
        else { return nil }
        guard unsafe end.isEmpty || RawSpan(last).compare(to: end.rawSpan) < 0 else { return nil }
        return unsafe (last, page.count - 1)
    }
}

extension ReadTransaction {
    /// How many keys of `table` lie from `start` on and below `end`, which may be empty for all
    /// behind; `limit` where there are not fewer.
    package func count(
        of table: Table,
        from start: [UInt8],
        below end: [UInt8],
        upTo limit: Int = .max
    ) throws(StorageError) -> Int {
        var cursor = try cursor(in: table, from: start)
        guard limit > 0, let first = try cursor.next() else { return 0 }
        guard end.isEmpty || first.key.compare(to: end.rawSpan) < 0 else { return 0 }
        return try 1 + cursor.count(below: end, upTo: limit - 1)
    }
}
