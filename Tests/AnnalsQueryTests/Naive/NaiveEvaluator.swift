import Annals
import AnnalsSOQL

/// Answers queries by looking at every record: slowly, but simply enough to be trusted.
///
/// It assumes that queries are valid, and stops the test if it cannot read one.
struct NaiveEvaluator {
    let store: NaiveStore
    let user: RecordID
    let includesDeleted: Bool
    let calendar: NaiveCalendar
    /// When the user last saw records.
    var views: [RecordID: NaiveViews] = [:]

    init(
        _ store: NaiveStore,
        user: RecordID,
        includesDeleted: Bool,
        _ options: QueryOptions,
        now: Timestamp
    ) {
        self.store = store
        self.user = user
        self.includesDeleted = includesDeleted
        calendar = NaiveCalendar(options, now: options.now ?? now)
    }

    /// All rows, whatever the size of a batch.
    func answer(_ query: Query) -> QueryResult {
        let scope = NaiveScope(query.sources, of: object(query.sources[0].path.last))
        if query.grouping != nil || query.columns.contains(where: \.isAggregate) {
            return grouped(query, scope)
        }
        let records = self.records(of: query, scope)
        if query.isCount { return QueryResult(totalSize: records.count, records: []) }
        let rows = rows(of: records, query.columns, scope)
        return QueryResult(totalSize: rows.count, records: rows)
    }

    func object(_ name: Name) -> ObjectType {
        guard let object = store.schema[name.text] else { fatalError("no object \(name)") }
        return object
    }

    func isVisible(_ record: NaiveRecord) -> Bool { includesDeleted || !record.isDeleted }

    /// The records that match WHERE and USING SCOPE, in the order of their ids.
    func filtered(
        _ filter: Condition?,
        _ sources: [Source],
        _ scope: NaiveScope,
        among records: [NaiveRecord]? = nil
    ) -> [NaiveRecord] {
        var records = (records ?? store.records[scope.object.name] ?? []).filter(isVisible)
        if sources[0].scope?.matches("mine") == true {
            records = records.filter { $0.values["OwnerId"] == .id(user) }
        }
        guard let filter else { return records }
        let condition = condition(filter) { expression($0, scope) }
        return records.filter(condition)
    }

    /// The records of a query in its order and within its limits.
    func records(
        of query: Query,
        _ scope: NaiveScope,
        among records: [NaiveRecord]? = nil
    ) -> [NaiveRecord] {
        var records = filtered(query.filter, query.sources, scope, among: records)
        if let last = query.order.last {
            let keys = query.order.map { key in
                (self.key(key, scope), expression(key.expression, scope))
            }
            let keyed = records.map { record in
                (record, keys.map { $1.kind.key($1.read(record), isSorting: true) })
            }
            records = keyed.sorted { left, right in
                for (index, (order, _)) in keys.enumerated() {
                    let result = order.compare(left.1[index], right.1[index])
                    if result != 0 { return result < 0 }
                }
                // Ties are sorted in the direction of the last key.
                return last.isDescending ? right.0.id < left.0.id : left.0.id < right.0.id
            }.map(\.0)
        }
        if let offset = query.offset { records = Array(records.dropFirst(offset)) }
        // With OFFSET there is only one batch.
        let limit = min(query.limit ?? .max, query.offset == nil ? .max : 2_000)
        return Array(records.prefix(limit))
    }
}

extension NaiveEvaluator {
    /// The key of an order; for references, and for paths through one, nulls stay first.
    func key(_ key: OrderKey, _ scope: NaiveScope) -> OrderKey {
        var expression = key.expression
        while case .call(let call) = expression { expression = call.argument }
        guard case .path(let path) = expression else { return key }
        let target = scope.target(of: path, in: store.schema)
        var isReference = !target.references.isEmpty
        if case .field(let field) = target.end, field.kind == .reference { isReference = true }
        guard isReference else { return key }
        var key = key
        key.nulls = nil
        return key
    }
}

/// When a user last saw a record.
struct NaiveViews {
    var viewed = Value.null
    var referenced = Value.null
}

extension Column {
    var isAggregate: Bool {
        guard case .field(.call(let call)) = kind else { return false }
        return call.function?.isAggregate == true
    }
}

extension OrderKey {
    /// Below 0 if `left` comes first; nulls come first unless the key says otherwise.
    func compare(_ left: NaiveKey?, _ right: NaiveKey?) -> Int {
        switch (left, right) {
        case (nil, nil): return 0
        case (nil, _): return nulls == .last ? 1 : -1
        case (_, nil): return nulls == .last ? -1 : 1
        case (let left?, let right?):
            if left == right { return 0 }
            return (left < right) == !isDescending ? -1 : 1
        }
    }
}
