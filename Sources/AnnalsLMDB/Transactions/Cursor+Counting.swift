internal import AnnalsBytes
internal import CLMDB

extension Cursor {
    /// Counts the entries after this one whose keys are below `end`; all, if that is empty.
    ///
    /// Page by page: for a page that lies below `end` only the last key is examined. The position
    /// of the cursor afterwards is undefined: call ``seek(_:)`` to continue. For readers' cursors.
    ///
    /// - Returns: How many, or `limit` if there are at least that many.
    @_lifetime(self: copy self)
    package mutating func count(
        below end: [UInt8],
        upTo limit: Int = .max
    ) throws(StorageError) -> Int {
        var count = 0
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        // A file from another machine may have different pages: its keys are counted one by one.
        let hasLeaves = try pageSize() == MappedLeaf.byteCount
        while count < limit {
            let code = unsafe mdb_cursor_get(raw, &key, &value, MDB_NEXT)
            if code == MDB_NOTFOUND { return count }
            try check(code, doing: "to read the table \(table.name)")
            guard unsafe RawSpan(key).isBelow(end) else { return count }
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

    /// Shows the keys from the cursor's first to those below `end`; all, if that is empty.
    ///
    /// Works page by page, like ``count(below:upTo:)``.
    ///
    /// - Parameter body: Returns whether to continue.
    /// - Returns: Whether all were shown.
    @_lifetime(self: copy self)
    package mutating func forEachKey(
        below end: [UInt8],
        _ body: (RawSpan) throws -> Bool
    ) throws -> Bool {
        let hasLeaves = try pageSize() == MappedLeaf.byteCount
        guard let first = try next(), first.key.isBelow(end) else { return true }
        guard try body(first.key) else { return false }
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        while true {
            let code = unsafe mdb_cursor_get(raw, &key, &value, MDB_NEXT)
            if code == MDB_NOTFOUND { return true }
            try check(code, doing: "to read the table \(table.name)")
            guard unsafe RawSpan(key).isBelow(end) else { return true }
            guard unsafe try body(RawSpan(key)) else { return false }
            guard hasLeaves, var last = unsafe lastOfPage(beginningWith: key, below: end),
                let page = unsafe MappedLeaf(with: key.mv_data)
            else { continue }
            for index in 1..<page.count {
                guard let key = unsafe page.key(index) else {
                    throw StorageError.corrupted(
                        Corruption(PageFault.nodeBounds.rawValue, table: table.name)
                    )
                }
                guard unsafe try body(RawSpan(key)) else { return false }
            }
            unsafe try check(
                mdb_cursor_get(raw, &last.key, &value, MDB_SET),
                doing: "to read the table \(table.name)"
            )
        }
    }

    private func pageSize() throws(StorageError) -> UInt {
        var status = MDB_stat()
        let code = unsafe mdb_stat(mdb_cursor_txn(raw), table.handle, &status)
        try check(code, doing: "the size of the table \(table.name)")
        return UInt(status.ms_psize)
    }

    /// The last key of the page that begins with this one, and how many nodes come after it.
    @unsafe private func lastOfPage(
        beginningWith key: MDB_val,
        below end: [UInt8]
    ) -> (key: MDB_val, others: Int)? {
        guard let page = unsafe MappedLeaf(with: key.mv_data), page.count > 1,
            let first = unsafe page.key(0), unsafe first.mv_data == key.mv_data,
            let last = unsafe page.key(page.count - 1)
        else { return nil }
        guard unsafe RawSpan(last).isBelow(end) else { return nil }
        // A damaged page must not lead back to where the cursor was: the walk would never end.
        guard unsafe RawSpan(key).compare(to: RawSpan(last)) < 0 else { return nil }
        return unsafe (last, page.count - 1)
    }
}

extension ReadTransaction {
    /// How many keys of `table` there are from `start` on and below `end`, which may be empty for
    /// no end; `limit` if there are at least that many.
    package func count(
        of table: Table,
        from start: [UInt8],
        below end: [UInt8],
        upTo limit: Int = .max
    ) throws(StorageError) -> Int {
        var cursor = try cursor(in: table, from: start)
        guard limit > 0, let first = try cursor.next(), first.key.isBelow(end) else { return 0 }
        return try 1 + cursor.count(below: end, upTo: limit - 1)
    }
}

extension RawSpan {
    /// Whether the key lies below `end`, which is empty if there is none.
    fileprivate func isBelow(_ end: [UInt8]) -> Bool {
        end.isEmpty || compare(to: end.rawSpan) < 0
    }
}
