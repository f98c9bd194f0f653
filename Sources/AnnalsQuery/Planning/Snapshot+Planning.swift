internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSchema

extension Snapshot {
    /// The plan for a query, and how many records it leads to: `nil` if the count was not
    /// completed.
    borrowing func plan(_ query: BoundQuery) throws -> (plan: AccessPlan, count: Int?) {
        guard let planner = Planner(query, reader.tables) else { return (.table, nil) }
        if let named = planner.named() { return (.named(named), named.count) }
        let run = planner.run()
        if let run, run.isEmpty { return (.named([]), 0) }
        let scans = planner.scans()
        let whole = run.map(AccessPlan.run) ?? .table
        if scans.isEmpty { return (whole, nil) }
        let living = try reader.transaction.count(of: planner.tables.times)
        // Reading a record by its serial costs several times as much as in a scan.
        let limit = max(1000, living / 8)
        var best: (scan: IndexScan, count: Int)?
        for scan in scans {
            let most = best.map { min(limit, $0.count) } ?? limit
            let count = try count(scan.ranges, upTo: most)
            if count < most { best = (scan, count) }
        }
        let inOrder = scans.filter(\.isInSerialOrder)
        if let best {
            if let run, try count(run, of: planner.tables.records, upTo: best.count) < best.count {
                return (whole, nil)
            }
            if best.count > 1000, best.scan.isInSerialOrder, inOrder.count > 1, !query.stopsEarly {
                return (.indexes(inOrder), best.count)
            }
            return (.indexes([best.scan]), best.count)
        }
        if query.stopsEarly, let scan = inOrder.first { return (.indexes([scan]), nil) }
        if inOrder.count > 1 { return (.indexes(inOrder), nil) }
        // If no row is needed, the index is the shortest way however long it is.
        if scans.count == 1, scans[0].isExact, planner.isConjunction, planner.tests.count == 1,
            query.needsNoRows
        {
            return (.indexes(scans), nil)
        }
        return (whole, nil)
    }

    /// How many records a run has, including deleted ones, up to `limit`.
    borrowing func count(
        _ run: SerialRange,
        of records: Table,
        upTo limit: Int
    ) throws -> Int {
        try reader.transaction.count(
            of: records,
            from: SerialRange.key(run.low),
            below: SerialRange.key(run.high),
            upTo: limit
        )
    }

    /// Whether the plan's indexes cover the whole filter.
    borrowing func covers(_ plan: AccessPlan, _ query: BoundQuery) -> Bool {
        guard case .indexes(let scans) = plan, let planner = Planner(query, reader.tables) else {
            return false
        }
        return planner.isConjunction
            && planner.tests.indices.allSatisfy { index in
                scans.contains { $0.test == index && $0.isExact }
            }
    }
}

extension BoundQuery {
    /// Whether records come in the order of their serials: the order of ids, and of creation.
    ///
    /// Serials and commit times are assigned in the same order, so the order by CreatedDate is that
    /// of ids as well.
    var serialOrder: SerialOrder? {
        guard case .records = shape else { return nil }
        guard let first = order.first else { return .ascending }
        let isDescending = first.isDescending
        for key in order {
            guard key.operand.access.isOwn, case .none = key.operand.transform,
                key.isDescending == isDescending
            else { return nil }
            switch key.operand.access.leaf {
            case .id: return isDescending ? .descending : .ascending
            case .createdDate: continue
            default: return nil
            }
        }
        return isDescending ? .descending : .ascending
    }

    enum SerialOrder { case ascending, descending }

    /// Whether the first records found are the result.
    var stopsEarly: Bool { limit != nil && serialOrder != nil }

    /// Whether the result, except for the values that are shown at the end, needs no row.
    var needsNoRows: Bool {
        switch shape {
        case .count: true
        case .records: serialOrder != nil
        case .groups: false
        }
    }
}
