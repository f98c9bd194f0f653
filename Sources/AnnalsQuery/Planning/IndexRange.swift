internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSchema

/// A run of keys in an index, each ending in the serial of a live record.
struct IndexRange: Sendable {
    let table: Table
    /// The first key, and the first one after the last; empty for none.
    let low: [UInt8]
    let high: [UInt8]
    /// The size of the part of each key before the serial, if all have the same: the records then
    /// come in the order of their serials.
    let prefixByteCount: Int?

    /// All keys of this value.
    init(_ table: Table, equalTo prefix: [UInt8]) {
        self.table = table
        low = prefix
        high = prefix.endOfValue
        prefixByteCount = prefix.count
    }

    /// Of the keys of one value, those whose records are in the run.
    func within(_ run: SerialRange) -> IndexRange {
        guard let prefixByteCount else { return self }
        let value = low.prefix(prefixByteCount)
        let end = SerialRange.key(run.high)
        return IndexRange(
            table,
            from: value + SerialRange.key(min(run.low, RecordKey.serialMax)),
            to: end.isEmpty ? high : value + end,
            prefixByteCount: prefixByteCount
        )
    }

    private init(
        _ table: Table,
        from low: [UInt8],
        to high: [UInt8],
        prefixByteCount: Int
    ) {
        self.table = table
        self.low = low
        self.high = high
        self.prefixByteCount = prefixByteCount
    }

    init(_ table: Table, from low: [UInt8], to high: [UInt8]) {
        self.table = table
        self.low = low
        self.high = high
        prefixByteCount = nil
    }
}

extension [UInt8] {
    /// What sorts after all keys of this value in an index.
    ///
    /// No serial that was ever assigned begins with this byte; in a text it follows a zero, where
    /// another text continues.
    var endOfValue: [UInt8] { self + [0xFF] }

    /// The first bytes that sort after all that begin with these; empty if there are none.
    var successor: [UInt8] {
        var bytes = self
        while let last = bytes.popLast() {
            if last < 0xFF { return bytes + [last + 1] }
        }
        return []
    }
}

/// The keys of an index that match one comparison, and what is known about them.
struct IndexScan: Sendable {
    let field: Field
    let ranges: [IndexRange]
    /// Whether every record found satisfies the comparison: its row need not be checked.
    let isExact: Bool
    /// Whether the records come in the order of their serials.
    let isInSerialOrder: Bool
    /// Which of the tests of the filter it implements.
    let test: Int

    /// The same for the records of a run only.
    func within(_ run: SerialRange) -> IndexScan {
        IndexScan(
            field: field,
            ranges: ranges.map { $0.within(run) },
            isExact: isExact,
            isInSerialOrder: isInSerialOrder,
            test: test
        )
    }
}

extension Snapshot {
    /// Iterates over the keys of a range.
    ///
    /// - Parameter body: Called with the serial; returns whether to continue.
    /// - Returns: Whether all were visited.
    @discardableResult
    borrowing func walk(
        _ range: IndexRange,
        isDescending: Bool = false,
        _ body: (UInt64) throws -> Bool
    ) throws -> Bool {
        var cursor = try reader.transaction.cursor(in: range.table, from: range.low)
        if !isDescending {
            return try cursor.forEachKey(below: range.high) { key in
                try cancellation.check()
                if let count = range.prefixByteCount, key.byteCount != count + 6 { return true }
                return try body(try key.uint48(at: key.byteCount - 6))
            }
        }
        guard
            var entry = try range.high.isEmpty ? cursor.previous() : cursor.last(below: range.high)
        else { return true }
        while true {
            try cancellation.check()
            let key = entry.key
            if key.compare(to: range.low.rawSpan) < 0 { return true }
            if range.prefixByteCount == nil || key.byteCount == (range.prefixByteCount ?? 0) + 6 {
                guard try body(try key.uint48(at: key.byteCount - 6)) else { return false }
            }
            guard let before = try cursor.previous() else { return true }
            entry = before
        }
    }

    /// How many keys a range has, up to `limit`.
    borrowing func count(_ ranges: [IndexRange], upTo limit: Int) throws -> Int {
        var count = 0
        for range in ranges where count < limit {
            count += try reader.transaction.count(
                of: range.table,
                from: range.low,
                below: range.high,
                upTo: limit - count
            )
        }
        return count
    }
}
