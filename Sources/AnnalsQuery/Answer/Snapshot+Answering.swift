internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSchema

// From serials to what a caller sees.

extension Snapshot {
    /// The rows of a batch.
    ///
    /// - Parameter areChecked: As of ``FoundRecords``; found in this snapshot, that is.
    borrowing func rows(
        _ serials: ArraySlice<UInt64>,
        areChecked: Bool,
        of object: ObjectType,
        _ nodes: [OutputNode]
    ) throws -> [QueryRow] {
        var packer = RowPacker(nodes, of: object, schema, count: serials.count)
        guard rewound.isEmpty, let table = reader.tables.objects[object.code]?.records else {
            for serial in serials {
                let key = RecordKey(object: object.code, serial: serial)
                guard let row = try row(of: key) else { continue }
                try pack(row, key, &packer)
            }
            return packer.finish()
        }
        var cursor = try reader.transaction.cursor(in: table)
        var last: UInt64?
        for serial in serials {
            let key = RecordKey(object: object.code, serial: serial)
            guard let bytes = try cursor.value(for48BitKey: serial, behind: last) else { continue }
            last = serial
            let row = areChecked ? try Row(unchecked: bytes) : try checked(bytes, of: key)
            try pack(row, key, &packer)
        }
        return packer.finish()
    }

    private borrowing func pack(
        _ row: Row,
        _ key: RecordKey,
        _ packer: inout RowPacker
    ) throws {
        try packer.append(row, serial: key.serial)
        if packer.nodes.isEmpty { return }
        for node in packer.nodes { packer.append(try content(node, key, row)) }
    }

    /// The row of a parent.
    private borrowing func answer(
        _ nodes: [OutputNode],
        _ key: RecordKey,
        _ row: Row
    ) throws -> QueryRow {
        let object = schema.object(code: key.object)
        var fields: [QueryField] = []
        fields.reserveCapacity(nodes.count)
        for node in nodes { fields.append(QueryField(node.key, try content(node, key, row))) }
        return QueryRow(
            type: object?.name ?? "",
            id: object?.id(ofSerial: key.serial),
            fields: fields
        )
    }

    private borrowing func content(
        _ node: OutputNode,
        _ key: RecordKey,
        _ row: Row
    ) throws -> QueryContent {
        switch node {
        case .cell(_, let field, let kind):
            return .value(try Scalar(try row.bytes(of: field), kind).value(schema))
        case .id: return .value(schema.id(of: key).map(Value.id) ?? .null)
        case .value(_, let operand):
            return .value(try scalar(operand, key, row).value(schema))
        case .parent(_, let hop, let seesDeleted, let nodes):
            guard let target = try target(of: hop, row), let parent = try self.row(of: target),
                try isSeen(parent, deleted: seesDeleted)
            else { return .value(.null) }
            return .row(try answer(nodes, target, parent))
        case .typeOf(_, let hop, let seesDeleted, let branches, let otherwise):
            guard let target = try target(of: hop, row), let parent = try self.row(of: target),
                try isSeen(parent, deleted: seesDeleted),
                let nodes = branches[target.object] ?? otherwise
            else { return .value(.null) }
            return .row(try answer(nodes, target, parent))
        case .children(_, var query, let field):
            guard case .records(let nodes) = query.shape else { return .value(.null) }
            let access = Access(leaf: .slot(Int(field.id.rawValue)), field: field)
            let matcher = Matcher(form: .keys([key.packed]), ofNull: false)
            let isChild = Predicate.test(Test(operand: Operand(access), matcher: matcher))
            query.filter = .conjunction([isChild, query.filter])
            let found = try found(query)
            guard !found.serials.isEmpty else { return .value(.null) }
            let rows = try rows(
                found.serials[...],
                areChecked: found.areChecked,
                of: query.object,
                nodes
            )
            return .rows(QueryResult(totalSize: rows.count, records: rows))
        }
    }

    /// The rows of groups.
    borrowing func rows(_ groups: [QueryGroup], _ grouping: BoundGrouping) -> [QueryRow] {
        groups.map { group in
            QueryRow(
                type: "AggregateResult",
                id: nil,
                fields: grouping.columns.map { column in
                    QueryField(
                        column.key,
                        .value(group.scalar(column.term, grouping).value(schema))
                    )
                }
            )
        }
    }

    /// The keys that the query of a semi-join selects.
    borrowing func keys(_ query: BoundQuery, _ column: Operand) throws -> Set<UInt64> {
        var keys: Set<UInt64> = []
        _ = try forEachRecord(of: query, needsRow: true) { key, row in
            if case .key(let found) = try scalar(column, key, row) { keys.insert(found.packed) }
            return true
        }
        return keys
    }

    /// How many records the query finds.
    borrowing func count(_ query: BoundQuery) throws -> Int {
        let offset = query.offset ?? 0
        var limit = query.limit ?? .max
        if limit == 0 { return 0 }
        // Skipped ones are counted as well, and subtracted at the end.
        limit = limit.addingReportingOverflow(offset).overflow ? .max : limit + offset
        return max(0, try counted(query, limit) - offset)
    }

    private borrowing func counted(_ query: BoundQuery, _ limit: Int) throws -> Int {
        if rewound.isEmpty, !query.includesDeleted, case .constant(true) = query.filter.simplified,
            let times = reader.tables.objects[query.object.code]?.times
        {
            return min(limit, try reader.transaction.count(of: times))
        }
        var count = 0
        _ = try forEachRecord(of: query, needsRow: false) { _, _ in
            count += 1
            return count < limit
        }
        return min(count, limit)
    }
}
