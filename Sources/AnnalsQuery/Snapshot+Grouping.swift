internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSOQL
internal import AnnalsSchema

/// One group, or the sums over several.
struct QueryGroup {
    let set: UInt8
    /// The record whose spelling of the values is told: the one with the lowest id.
    var representative: UInt64
    /// Of the grouped expressions; null for those that are summed up over.
    var values: [Scalar]
    var accumulators: [Accumulator]

    func scalar(_ term: BoundGrouping.Term) -> Scalar {
        switch term {
        case .group(let index): values[index]
        case .aggregate(let index): accumulators[index].result
        case .grouping(let index): .integer(set & (1 << UInt8(index)) == 0 ? 1 : 0)
        }
    }
}

extension Snapshot {
    /// The groups of the answer, in their order.
    borrowing func groups(_ query: BoundQuery, _ grouping: BoundGrouping) throws -> [QueryGroup] {
        var groups = try countedByIndex(query, grouping) ?? collected(query, grouping)
        if groups.isEmpty, grouping.expressions.isEmpty {
            groups = [grouping.emptyGroup(set: 0, representative: 0)]
        }
        groups = try groups.filter { try grouping.having.holds($0) }
        sort(&groups, grouping)
        let offset = min(query.offset ?? 0, groups.count)
        let end = query.limit.map { min(groups.count - offset, $0) + offset } ?? groups.count
        return Array(groups[offset..<end])
    }

    private borrowing func collected(
        _ query: BoundQuery,
        _ grouping: BoundGrouping
    ) throws -> [QueryGroup] {
        var groups: [QueryGroup] = []
        var places: [[UInt8]: Int] = [:]
        let orders = grouping.expressions.map(\.order)
        let aggregates = grouping.aggregates.map { ($0, $0.operand.order) }
        var key = ByteWriter()
        var values: [Scalar] = []
        var parts: [Range<Int>] = []
        var whole = ByteWriter()
        _ = try forEachRecord(of: query, needsRow: true) { record, row in
            values.removeAll(keepingCapacity: true)
            parts.removeAll(keepingCapacity: true)
            whole.bytes.removeAll(keepingCapacity: true)
            for (index, expression) in grouping.expressions.enumerated() {
                let value = try scalar(expression, record, row)
                let start = whole.count
                orders[index].append(value, to: &whole)
                parts.append(start..<whole.count)
                values.append(value)
            }
            let arguments = try aggregates.map { aggregate, order in
                let value = try scalar(aggregate.operand, record, row)
                var key = ByteWriter()
                if Accumulator.needsKey(aggregate.function) { order.append(value, to: &key) }
                return (value, key.bytes)
            }
            for set in grouping.sets {
                key.bytes.removeAll(keepingCapacity: true)
                key.append(set)
                for (index, part) in parts.enumerated() where set & (1 << UInt8(index)) != 0 {
                    key.append(whole.bytes.rawSpan.extracting(part))
                }
                let place: Int
                if let known = places[key.bytes] {
                    place = known
                } else {
                    place = groups.count
                    places[key.bytes] = place
                    groups.append(grouping.emptyGroup(set: set, representative: .max))
                }
                if record.serial < groups[place].representative {
                    groups[place].representative = record.serial
                    for index in values.indices where set & (1 << UInt8(index)) != 0 {
                        groups[place].values[index] = values[index]
                    }
                }
                for (index, argument) in arguments.enumerated() {
                    groups[place].accumulators[index].add(argument.0, argument.1)
                }
            }
            return true
        }
        return groups
    }

    private borrowing func sort(_ groups: inout [QueryGroup], _ grouping: BoundGrouping) {
        let orders = grouping.order.map { ($0, grouping.sortOrder(of: $0.term)) }
        let defaults = grouping.expressions.map(\.order)
        let keyed = groups.map { group in
            var key = ByteWriter()
            for (order, sortOrder) in orders {
                sortOrder.append(
                    group.scalar(order.term),
                    isDescending: order.isDescending,
                    nullsLast: order.nullsLast,
                    to: &key
                )
            }
            for (index, order) in defaults.enumerated() {
                if group.set & (1 << UInt8(index)) == 0 {
                    // Sums come behind what they sum up.
                    key.append(UInt8(0xFF))
                } else {
                    order.append(group.values[index], to: &key)
                }
            }
            return (key.bytes, group)
        }
        groups = keyed.sorted { $0.0.rawSpan.compare(to: $1.0.rawSpan) < 0 }.map(\.1)
    }

    /// Groups by one indexed field that only count: from the index, without a look at the records.
    ///
    /// - Returns: `nil` where that is not possible.
    private borrowing func countedByIndex(
        _ query: BoundQuery,
        _ grouping: BoundGrouping
    ) throws -> [QueryGroup]? {
        guard grouping.expressions.count == 1, grouping.sets == [1], rewound.isEmpty,
            !query.includesDeleted, case .constant(true) = query.filter.simplified,
            let expression = grouping.expressions.first, expression.access.isOwn,
            case .none = expression.transform, case .slot = expression.access.leaf,
            let field = expression.access.field,
            field.kind == .picklist || field.kind == .reference,
            !field.kind.isText || field.length <= 25, !field.has(.caseSensitive),
            let tables = reader.tables.objects[query.object.code],
            let index = tables.indexes[field.id],
            grouping.aggregates.allSatisfy({ aggregate in
                aggregate.function == .count && aggregate.operand.access.isOwn
                    && aggregate.operand.access.leaf == .id
            })
        else { return nil }
        var groups: [QueryGroup] = []
        var counted = 0
        var prefix: [UInt8] = []
        var count = 0
        var first: UInt64 = 0
        func end() throws {
            guard count > 0 else { return }
            counted += count
            try groups.append(
                group(of: RecordKey(object: query.object.code, serial: first), count, grouping)
            )
        }
        var cursor = try reader.transaction.cursor(in: index)
        while let entry = try cursor.next() {
            let value = entry.key.extracting(droppingLast: 6)
            if count == 0 || !value.isEqual(to: prefix.rawSpan) {
                try end()
                prefix = [UInt8](copying: value)
                first = try entry.key.uint48(at: entry.key.byteCount - 6)
                count = 0
            }
            count += 1
        }
        try end()
        let without = try reader.transaction.count(of: tables.times) - counted
        if without > 0 {
            var group = grouping.emptyGroup(set: 1, representative: 0)
            for index in group.accumulators.indices {
                group.accumulators[index].add(count: without)
            }
            groups.append(group)
        }
        return groups
    }

    private borrowing func group(
        of key: RecordKey,
        _ count: Int,
        _ grouping: BoundGrouping
    ) throws -> QueryGroup {
        var group = grouping.emptyGroup(set: 1, representative: key.serial)
        if let row = try row(of: key) {
            group.values[0] = try scalar(grouping.expressions[0], key, row)
        }
        for index in group.accumulators.indices { group.accumulators[index].add(count: count) }
        return group
    }
}

extension BoundGrouping {
    func emptyGroup(set: UInt8, representative: UInt64) -> QueryGroup {
        QueryGroup(
            set: set,
            representative: representative,
            values: Array(repeating: .null, count: expressions.count),
            accumulators: aggregates.map { Accumulator($0.function) }
        )
    }
}

extension BoundGrouping.Condition {
    func holds(_ group: QueryGroup) throws -> Bool {
        switch self {
        case .all(let parts): return try parts.allSatisfy { try $0.holds(group) }
        case .any(let parts): return try parts.contains { try $0.holds(group) }
        case .not(let part): return try !part.holds(group)
        case .constant(let flag): return flag
        case .test(let term, let matcher): return try matcher.holds(group.scalar(term))
        }
    }
}

extension Predicate {
    /// `constant(true)` for what says nothing.
    var simplified: Predicate {
        if case .all(let parts) = self, parts.isEmpty { return .constant(true) }
        return self
    }
}
