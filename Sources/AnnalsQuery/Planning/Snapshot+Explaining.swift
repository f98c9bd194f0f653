internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSchema

extension Snapshot {
    /// The plan chosen for a query, and the alternatives considered.
    borrowing func plans(_ query: BoundQuery) throws -> [QueryPlan] {
        guard let planner = Planner(query, reader.tables) else { return [] }
        let all = try reader.transaction.count(of: planner.tables.records)
        let taken = try plan(query).plan
        var plans: [QueryPlan] = []
        func add(_ type: String, _ fields: [String], _ count: Int, _ notes: [QueryPlan.Note]) {
            plans.append(
                QueryPlan(
                    cardinality: count,
                    fields: fields,
                    leadingOperationType: type,
                    notes: notes,
                    relativeCost: all == 0 ? 0 : Double(count) / Double(all),
                    sObjectCardinality: all,
                    sObjectType: query.object.name
                )
            )
        }
        var used: Set<Int> = []
        switch taken {
        case .table: add("TableScan", [], all, notes(planner))
        case .run(let run):
            add("Other", ["Id"], try count(run, of: planner.tables.records, upTo: all), [])
        case .named(let serials): add("Other", ["Id"], serials.count, [])
        case .indexes(let scans):
            used = Set(scans.map(\.test))
            var fewest = Int.max
            for scan in scans { fewest = min(fewest, try count(scan.ranges, upTo: all)) }
            add("Index", scans.map(\.field.name), min(fewest, all), [])
        }
        for scan in planner.scans() where !used.contains(scan.test) {
            add("Index", [scan.field.name], try count(scan.ranges, upTo: all), [])
        }
        if case .table = taken {} else { add("TableScan", [], all, notes(planner)) }
        return plans
    }

    /// Why comparisons have no index.
    private borrowing func notes(_ planner: Planner) -> [QueryPlan.Note] {
        let used = Set(planner.scans().map(\.test))
        return planner.tests.enumerated().compactMap { index, test in
            guard !used.contains(index), let field = test.operand.access.field,
                !test.operand.access.isOwn || field.id != .id
            else { return nil }
            let isIndexed = field.isIndexed && test.operand.access.isOwn
            return QueryPlan.Note(
                description: isIndexed
                    ? "Not considering filter for optimization because it does not narrow the index"
                    : "Not considering filter for optimization because unindexed",
                fields: [field.name],
                tableEnumOrID: planner.object.name
            )
        }
    }
}
