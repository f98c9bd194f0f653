package import AnnalsSOQL
package import AnnalsSchema

/// On whose behalf a query is made.
package struct QueryAsker: Sendable {
    let user: RecordKey
    let apiVersion: Int

    package init(user: RecordKey, apiVersion: Int) {
        self.user = user
        self.apiVersion = apiVersion
    }
}

/// One query: parsed, bound to the schema of its day, and ready to run.
package struct QueryRun: Sendable {
    private let bound: BoundQuery
    private let text: String
    private let range: SourceRange

    /// - Throws: ``SOQLError`` if the query is rejected.
    package init(
        _ text: String,
        _ options: QueryOptions,
        _ asker: QueryAsker,
        now: Timestamp,
        in snapshot: borrowing Snapshot
    ) throws {
        self.text = text
        let query = try SOQLParser.parse(text, binding: options.bindings)
        range = query.ranges.query
        let calendar = UserCalendar(
            now: options.now ?? now,
            timeZone: options.timeZone,
            firstWeekday: options.firstWeekday,
            fiscalYearStart: options.fiscalYearStart
        )
        guard let calendar else {
            throw SOQLError(
                .malformedQuery,
                "there is no such calendar: time zone \(options.timeZone), first weekday "
                    + "\(options.firstWeekday), fiscal year from month \(options.fiscalYearStart)",
                at: SourceRange(),
                in: text
            )
        }
        let circumstances = Binder.Circumstances(
            text: text,
            schema: snapshot.schema,
            user: asker.user,
            apiVersion: asker.apiVersion,
            calendar: calendar,
            includesDeleted: options.includesDeleted
        )
        bound = try snapshot.resolved(try Binder.bind(query, circumstances))
    }

    /// Whether the rows stand for records.
    package var isOfRecords: Bool {
        if case .records = bound.shape { true } else { false }
    }

    /// The purpose for which records are read, if the query states one.
    package var purpose: Query.Purpose? { bound.purpose }

    /// The object whose records are found.
    package var object: ObjectType { bound.object }

    /// Whether the whole result comes at once: with OFFSET there is no cursor.
    private var isSingleBatch: Bool { bound.offset != nil }

    /// The serials of all records of the result, in their order.
    package func serials(in snapshot: borrowing Snapshot) throws -> [UInt64] {
        try found(in: snapshot).serials
    }

    private func found(in snapshot: borrowing Snapshot) throws -> FoundRecords {
        var found = try snapshot.found(bound)
        if isSingleBatch, found.serials.count > QueryOptions.batchSizes.upperBound {
            found.serials.removeLast(found.serials.count - QueryOptions.batchSizes.upperBound)
        }
        return found
    }

    /// The serials of all records of the answer, and the rows of the first batch.
    package func firstBatch(
        ofSize batchSize: Int,
        in snapshot: borrowing Snapshot
    ) throws -> (serials: [UInt64], rows: [QueryRow]) {
        guard case .records(let nodes) = bound.shape else { return ([], []) }
        let found = try found(in: snapshot)
        let rows = try snapshot.rows(
            found.serials.prefix(isSingleBatch ? .max : batchSize),
            areChecked: found.areChecked,
            of: bound.object,
            nodes
        )
        return (found.serials, rows)
    }

    /// The rows of records returned by ``serials(in:)``.
    package func rows(
        _ serials: ArraySlice<UInt64>,
        in snapshot: borrowing Snapshot
    ) throws -> [QueryRow] {
        guard case .records(let nodes) = bound.shape else { return [] }
        return try snapshot.rows(serials, areChecked: false, of: bound.object, nodes)
    }

    /// The result of a query that is not for records.
    package func summary(in snapshot: borrowing Snapshot) throws -> QueryResult {
        switch bound.shape {
        case .records: return QueryResult(totalSize: 0, records: [])
        case .count: return QueryResult(totalSize: try snapshot.count(bound), records: [])
        case .groups(let grouping):
            let groups = try snapshot.groups(bound, grouping)
            guard groups.count <= QueryOptions.batchSizes.upperBound else {
                throw SOQLError(
                    .exceededIDLimit,
                    "Aggregate query does not support queryMore(), use LIMIT to restrict the "
                        + "results to a single batch",
                    at: range,
                    in: text
                )
            }
            let rows = snapshot.rows(groups, grouping)
            return QueryResult(totalSize: rows.count, records: rows)
        }
    }

    /// How the query finds its records.
    package func plans(in snapshot: borrowing Snapshot) throws -> [QueryPlan] {
        try snapshot.plans(bound)
    }
}
