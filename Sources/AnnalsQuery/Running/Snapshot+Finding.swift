internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSchema

// From a bound query to the serials of its records.

extension Snapshot {
    /// Iterates over the records that satisfy the filter; in the order of their serials if the
    /// result says so.
    ///
    /// - Parameters:
    ///   - isDescending: The wanted order of serials.
    ///   - needsRow: Whether `body` uses the row; if not it may get an empty one.
    ///   - body: Returns whether to continue.
    /// - Returns: Whether the records came in the wanted order.
    borrowing func forEachRecord(
        of query: BoundQuery,
        isDescending: Bool = false,
        needsRow: Bool,
        _ body: (RecordKey, Row) throws -> Bool
    ) throws -> Bool {
        try forEachRecord(
            of: query,
            by: try plan(query).plan,
            isDescending: isDescending,
            needsRow: needsRow,
            body
        )
    }

    /// The same by a given plan.
    borrowing func forEachRecord(
        of query: BoundQuery,
        by plan: AccessPlan,
        isDescending: Bool,
        needsRow: Bool,
        _ body: (RecordKey, Row) throws -> Bool
    ) throws -> Bool {
        let finder = Finder(query: query, isCovered: !needsRow && covers(plan, query))
        switch plan {
        case .table:
            try scanTable(finder, isDescending, body)
            return rewound.isEmpty
        case .run(let run):
            try scan(run, finder, isDescending, body)
            return rewound.isEmpty
        case .named(let serials):
            for serial in isDescending ? serials.reversed() : serials {
                try cancellation.check()
                let key = RecordKey(object: query.object.code, serial: serial)
                guard try visit(key, finder, body) else { return true }
            }
            return true
        case .indexes(let scans):
            return try scan(scans, finder, isDescending, body)
        }
    }

    /// Shows a record to `body` if the query sees it and it satisfies the filter.
    private borrowing func visit(
        _ key: RecordKey,
        _ finder: Finder,
        _ body: (RecordKey, Row) throws -> Bool
    ) throws -> Bool {
        guard let row = try row(of: key) else { return true }
        return try visit(key, row, finder, body)
    }

    private borrowing func visit(
        _ key: RecordKey,
        _ row: Row,
        _ finder: Finder,
        _ body: (RecordKey, Row) throws -> Bool
    ) throws -> Bool {
        guard try isSeen(row, deleted: finder.query.includesDeleted),
            try holds(finder.query.filter, key, row)
        else { return true }
        return try body(key, row)
    }

    private borrowing func scanTable(
        _ finder: Finder,
        _ isDescending: Bool,
        _ body: (RecordKey, Row) throws -> Bool
    ) throws {
        let code = finder.query.object.code
        guard let table = reader.tables.objects[code]?.records else { return }
        var cursor = try reader.transaction.cursor(in: table)
        while let entry = try cursor.nextInScan(isDescending: isDescending) {
            try cancellation.check()
            let key = RecordKey(object: code, serial: try entry.key.uint48(at: 0))
            guard try visit(key, stored: entry.value, finder, body) else { return }
        }
        try visitRewound(finder, body)
    }

    /// Checks a row that a scan has met, and shows it to `body` as the others do, unless the record is not
    /// in the tables work it was.
    private borrowing func visit(
        _ key: RecordKey,
        stored bytes: RawSpan,
        _ finder: Finder,
        _ body: (RecordKey, Row) throws -> Bool
    ) throws -> Bool {
        let isLong = bytes.byteCount > Self.shortRowByteCount
        let row = isLong ? try Row(unchecked: bytes) : try checked(bytes, of: key)
        guard try isSeen(row, deleted: finder.query.includesDeleted) else { return true }
        // Most records are left here: with as little as can be.
        let isFound =
            if let test = finder.onlyTest { try test.holds(row) } else {
                try holds(finder.query.filter, key, row)
            }
        guard isFound, rewound.isEmpty || rewound[key] == nil else { return true }
        return try body(key, isLong ? try checked(bytes, of: key) : row)
    }

    /// Goes through the records of a run, from one of its ends to the other.
    private borrowing func scan(
        _ run: SerialRange,
        _ finder: Finder,
        _ isDescending: Bool,
        _ body: (RecordKey, Row) throws -> Bool
    ) throws {
        let code = finder.query.object.code
        guard let table = reader.tables.objects[code]?.records else { return }
        let end = SerialRange.key(run.high)
        var cursor = try reader.transaction.cursor(in: table)
        var next =
            if isDescending {
                try end.isEmpty ? cursor.previous() : cursor.last(below: end)
            } else {
                try cursor.seek(SerialRange.key(run.low))
            }
        while let entry = next {
            let serial = try entry.key.uint48(at: 0)
            guard run.contains(serial) else { break }
            try cancellation.check()
            let key = RecordKey(object: code, serial: serial)
            guard try visit(key, stored: entry.value, finder, body) else { return }
            next = try cursor.nextInScan(isDescending: isDescending)
        }
        try visitRewound(finder, body)
    }

    /// The records whose earlier state is not in the tables.
    private borrowing func visitRewound(
        _ finder: Finder,
        _ body: (RecordKey, Row) throws -> Bool
    ) throws {
        for (key, bytes) in rewound where key.object == finder.query.object.code {
            guard let bytes else { continue }
            guard try visit(key, try Row(unchecked: bytes.rawSpan), finder, body) else { return }
        }
    }

    private borrowing func scan(
        _ scans: [IndexScan],
        _ finder: Finder,
        _ isDescending: Bool,
        _ body: (RecordKey, Row) throws -> Bool
    ) throws -> Bool {
        let object = finder.query.object
        let nothing = Finder.emptyRow
        func take(_ serial: UInt64) throws -> Bool {
            let key = RecordKey(object: object.code, serial: serial)
            if !rewound.isEmpty, rewound[key] != nil { return true }
            if finder.isCovered { return try body(key, try Row(unchecked: nothing.rawSpan)) }
            return try visit(key, finder, body)
        }
        if scans.count == 1, scans[0].isInSerialOrder {
            let isAll = try walk(scans[0].ranges[0], isDescending: isDescending, take)
            if !isAll { return true }
        } else {
            var serials = try serials(of: scans)
            if isDescending { serials.reverse() }
            for serial in serials {
                try cancellation.check()
                guard try take(serial) else { return rewound.isEmpty }
            }
        }
        if finder.query.includesDeleted, let table = reader.tables.objects[object.code]?.deletions {
            // Indexes contain only live records.
            try walk(IndexRange(table, from: [], to: [])) { serial in
                let key = RecordKey(object: object.code, serial: serial)
                if !rewound.isEmpty, rewound[key] != nil { return true }
                return try visit(key, finder, body)
            }
        }
        try visitRewound(finder, body)
        return rewound.isEmpty && !finder.query.includesDeleted
    }

    /// The serials that are in all of the scans, in their order, each once.
    borrowing func serials(of scans: [IndexScan]) throws -> [UInt64] {
        var found: [UInt64] = []
        guard let first = scans.first else { return [] }
        for range in first.ranges {
            try walk(range) {
                found.append($0)
                return true
            }
        }
        if !first.isInSerialOrder {
            found.sort()
            if first.ranges.count > 1 { found.removeRepetitions() }
        }
        for scan in scans.dropFirst() {
            var kept: [UInt64] = []
            var next = 0
            try walk(scan.ranges[0]) { serial in
                while next < found.count, found[next] < serial { next += 1 }
                if next < found.count, found[next] == serial { kept.append(serial) }
                return next < found.count
            }
            found = kept
        }
        return found
    }
}

/// The search, while it runs.
private struct Finder {
    let query: BoundQuery
    /// Whether the indexes have shown already that the filter holds.
    let isCovered: Bool
    /// As of the filter.
    let onlyTest: Test?

    init(query: BoundQuery, isCovered: Bool) {
        self.query = query
        self.isCovered = isCovered
        onlyTest = query.filter.onlyTest
    }

    /// For callers that do not use it.
    static let emptyRow =
        [UInt8](repeating: 0, count: 4) + [1, 1, 0, 0]
        + [UInt8](repeating: 0, count: 68)
}

extension Predicate {
    /// The comparison of a slot that is the whole filter; `nil` if it is more.
    fileprivate var onlyTest: Test? {
        if case .test(let test) = self, test.slot > 0 { test } else { nil }
    }
}

extension [UInt64] {
    fileprivate mutating func removeRepetitions() {
        guard count > 1 else { return }
        var last = 0
        for index in 1..<count where self[index] != self[last] {
            last += 1
            self[last] = self[index]
        }
        removeLast(count - last - 1)
    }
}
