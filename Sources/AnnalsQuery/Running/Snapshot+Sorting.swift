internal import AnnalsBytes
internal import AnnalsProjections
internal import AnnalsSchema

extension Snapshot {
    /// The records of the result, in their order.
    ///
    /// After LIMIT and OFFSET.
    borrowing func found(_ query: BoundQuery) throws -> FoundRecords {
        let offset = query.offset ?? 0
        if query.limit == 0 { return FoundRecords(serials: [], areChecked: true) }
        let wanted = query.limit.map { $0.addingReportingOverflow(offset) }
            .map { $0.overflow ? Int.max : $0.partialValue }
        let plan = try plan(query).plan
        var found: [UInt64]
        if let order = query.serialOrder {
            found = try inSerialOrder(query, plan, order, wanted)
        } else {
            found = try sorted(query, plan, wanted)
        }
        if offset > 0 { found.removeFirst(min(offset, found.count)) }
        let areChecked =
            switch plan {
            case .table, .run: true
            case .named, .indexes: false
            }
        return FoundRecords(serials: found, areChecked: areChecked)
    }

    private borrowing func inSerialOrder(
        _ query: BoundQuery,
        _ plan: AccessPlan,
        _ order: BoundQuery.SerialOrder,
        _ wanted: Int?
    ) throws -> [UInt64] {
        let isDescending = order == .descending
        var found: [UInt64] = []
        if wanted == nil, rewound.isEmpty, !query.includesDeleted,
            case .indexes(let scans) = plan, covers(plan, query)
        {
            // The indexes cover the whole filter.
            found = try serials(of: scans)
            if isDescending { found.reverse() }
            return found
        }
        // Records of the past come after the others, and so do deleted ones, which no index has:
        // all are needed then.
        var mayStop = rewound.isEmpty
        if case .indexes = plan, query.includesDeleted { mayStop = false }
        let isOrdered = try forEachRecord(
            of: query,
            by: plan,
            isDescending: isDescending,
            needsRow: false
        ) { key, _ in
            found.append(key.serial)
            return !mayStop || found.count < wanted ?? .max
        }
        if !isOrdered {
            found.sort()
            if isDescending { found.reverse() }
        }
        if let wanted, found.count > wanted { found.removeLast(found.count - wanted) }
        return found
    }

    private borrowing func sorted(
        _ query: BoundQuery,
        _ plan: AccessPlan,
        _ wanted: Int?
    ) throws -> [UInt64] {
        var sorter = Sorter(limit: wanted)
        let orders = query.order.map { ($0, $0.operand.order(schema)) }
        let isDescending = query.order.last?.isDescending ?? false
        var key = ByteWriter()
        _ = try forEachRecord(
            of: query,
            by: plan,
            isDescending: false,
            needsRow: true
        ) { record, row in
            key.bytes.removeAll(keepingCapacity: true)
            for (order, sortOrder) in orders {
                sortOrder.append(
                    try scalar(order.operand, record, row),
                    isDescending: order.isDescending,
                    nullsLast: order.nullsLast,
                    to: &key
                )
            }
            key.append(isDescending ? ~record.serial : record.serial)
            sorter.add(key.bytes, record.serial)
            return true
        }
        return sorter.finish()
    }
}

/// The records of an answer.
struct FoundRecords {
    /// In the order of the answer.
    var serials: [UInt64]
    /// Whether the row of each was checked against its checksum when it was found: a reader with the same
    /// view need not check it again, which takes 160 instructions a row.
    let areChecked: Bool
}

/// Sorts records by the bytes of their keys, keeping no more than are needed.
struct Sorter {
    private struct Item {
        /// The first eight bytes, which decide most comparisons.
        let prefix: UInt64
        let key: [UInt8]
        let serial: UInt64

        static func < (left: Item, right: Item) -> Bool {
            if left.prefix != right.prefix { return left.prefix < right.prefix }
            return left.key.rawSpan.compare(to: right.key.rawSpan) < 0
        }
    }

    private let limit: Int
    private var items: [Item] = []
    /// The last one needed so far, once there are enough.
    private var bound: Item?

    init(limit: Int?) { self.limit = limit ?? .max }

    mutating func add(_ key: [UInt8], _ serial: UInt64) {
        var prefix: UInt64 = 0
        for index in 0..<8 { prefix = prefix << 8 | UInt64(index < key.count ? key[index] : 0) }
        let item = Item(prefix: prefix, key: key, serial: serial)
        if let bound, !(item < bound) { return }
        items.append(item)
        if limit < 1 << 20, items.count >= 2 * limit + 1024 { shrink() }
    }

    private mutating func shrink() {
        items.sort { $0 < $1 }
        if items.count > limit {
            items.removeLast(items.count - limit)
            bound = items.last
        }
    }

    mutating func finish() -> [UInt64] {
        shrink()
        return items.map(\.serial)
    }
}
