internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSOQL
internal import AnnalsSchema

/// One group, or the sums over several.
struct QueryGroup {
    let set: UInt64
    /// The record whose spelling of the values is used: the one with the lowest id.
    var representative: UInt64
    /// Of the grouped expressions; null for those that are summed over.
    var values: [Scalar]
    var accumulators: [Accumulator]

    func scalar(_ term: BoundGrouping.Term, _ grouping: BoundGrouping) -> Scalar {
        let calendar = grouping.calendar
        switch term {
        case .label(let index):
            guard case .text(let text) = values[index] else { return values[index] }
            let folded = FoldedText.bytes(of: text)
            let entry = grouping.expressions[index].access.field?.picklist.first {
                FoldedText.bytes(of: $0.value) == folded
            }
            return .text(entry?.label ?? text)
        case .part(let index, let function):
            guard case .date(let day) = values[index],
                let part = calendar.value(of: function, day: Int(day))
            else { return .null }
            return .integer(Int64(part))
        case .group(let index): return values[index]
        case .aggregate(let index): return accumulators[index].result
        case .grouping(let index):
            return .integer(set & (1 << UInt64(index)) == 0 ? 1 : 0)
        }
    }
}

extension Snapshot {
    /// The groups of the result, in their order.
    borrowing func groups(_ query: BoundQuery, _ grouping: BoundGrouping) throws -> [QueryGroup] {
        var groups = try countedByIndex(query, grouping) ?? collected(query, grouping)
        if groups.isEmpty, grouping.expressions.isEmpty {
            groups = [grouping.emptyGroup(set: 0, representative: 0)]
        }
        for group in groups {
            for accumulator in group.accumulators { try accumulator.requireFinite() }
        }
        groups = try groups.filter { try grouping.having.holds($0, grouping) }
        sort(&groups, grouping)
        let offset = min(query.offset ?? 0, groups.count)
        let end = query.limit.map { min(groups.count - offset, $0) + offset } ?? groups.count
        return Array(groups[offset..<end])
    }

    private borrowing func collected(
        _ query: BoundQuery,
        _ grouping: BoundGrouping
    ) throws -> [QueryGroup] {
        var collector = GroupCollector(grouping, schema)
        let slot = grouping.onlySlot
        _ = try forEachRecord(of: query, needsRow: true) { record, row in
            let isKnown = slot > 0 ? try collector.find(try row.slot(slot), record.serial) : false
            if !isKnown {
                var values: [Scalar] = []
                for expression in grouping.expressions {
                    values.append(try scalar(expression, record, row))
                }
                collector.find(values, record.serial)
                if slot > 0 { collector.remember(try row.slot(slot)) }
            }
            for index in grouping.aggregates.indices {
                let value = try scalar(grouping.aggregates[index].operand, record, row)
                collector.add(value, of: record.serial, toAggregate: index)
            }
            return true
        }
        return collector.groups
    }

    private borrowing func sort(_ groups: inout [QueryGroup], _ grouping: BoundGrouping) {
        let orders = grouping.order.map { ($0, grouping.sortOrder(of: $0.term, schema)) }
        let defaults = grouping.expressions.map { $0.order(schema) }
        let keyed = groups.map { group in
            var key = ByteWriter()
            for (order, sortOrder) in orders {
                sortOrder.append(
                    group.scalar(order.term, grouping),
                    isDescending: order.isDescending,
                    nullsLast: order.nullsLast,
                    to: &key
                )
            }
            for (index, order) in defaults.enumerated() {
                if group.set & (1 << UInt64(index)) == 0 {
                    // Sums come after what they sum up.
                    key.append(UInt8(0xFF))
                } else {
                    order.append(group.values[index], to: &key)
                }
            }
            return (key.bytes, group)
        }
        groups = keyed.sorted { $0.0.rawSpan.compare(to: $1.0.rawSpan) < 0 }.map(\.1)
    }

    /// Groups by one indexed field that only count: from the index, without reading the records.
    ///
    /// - Returns: `nil` if that is not possible.
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
            !field.has(.caseSensitive),
            let tables = reader.tables.objects[query.object.code],
            let index = tables.indexes[field.id],
            grouping.aggregates.allSatisfy({ aggregate in
                aggregate.function == .count && aggregate.operand.access.isOwn
                    && aggregate.operand.access.leaf == .id
            })
        else { return nil }
        var groups: [QueryGroup] = []
        var counted = 0
        var cursor = try reader.transaction.cursor(in: index)
        var first = try cursor.next()
        while let entry = first {
            let value = entry.key.extracting(droppingLast: 6)
            // A text that was cut may stand for others.
            if value.byteCount > IndexKey.textByteCount { return nil }
            let serial = try entry.key.uint48(at: value.byteCount)
            let end = [UInt8](copying: value).endOfValue
            let count = try 1 + cursor.count(below: end)
            counted += count
            try groups.append(
                group(of: RecordKey(object: query.object.code, serial: serial), count, grouping)
            )
            first = try cursor.seek(end)
        }
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
    func emptyGroup(set: UInt64, representative: UInt64) -> QueryGroup {
        QueryGroup(
            set: set,
            representative: representative,
            values: Array(repeating: .null, count: expressions.count),
            accumulators: aggregates.map { Accumulator($0.function) }
        )
    }
}

extension BoundGrouping.Condition {
    func holds(_ group: QueryGroup, _ grouping: BoundGrouping) throws -> Bool {
        switch self {
        case .all(let parts): return try parts.allSatisfy { try $0.holds(group, grouping) }
        case .any(let parts): return try parts.contains { try $0.holds(group, grouping) }
        case .not(let part): return try !part.holds(group, grouping)
        case .constant(let flag): return flag
        case .test(let term, let matcher): return try matcher.holds(group.scalar(term, grouping))
        }
    }
}

extension Predicate {
    /// `constant(true)` for a predicate that is always true.
    var simplified: Predicate {
        if case .all(let parts) = self, parts.isEmpty { return .constant(true) }
        return self
    }
}
