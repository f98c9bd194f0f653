import Annals
import AnnalsSOQL
import AnnalsSchema

/// The columns of a flat table of rows.
///
/// They follow from the query and the schema, not from the rows: a parent that no row of the first
/// batch has may occur in the next.
struct ResultColumns {
    struct Column {
        /// The keys of the content, from the row inwards.
        let keys: [String]
        /// The columns of the content's rows, if it is a child relationship.
        var children: ResultColumns?
        /// The fields that TYPEOF may select.
        var alternatives: [[String]] = []

        var name: String { keys.joined(separator: ".") }
    }

    private(set) var columns: [Column] = []

    /// - Parameter rows: The first ones: the meaning of FIELDS is read off them.
    init(of query: Query, _ rows: [QueryRow], in schema: Schema) {
        let object = schema[query.sources.first?.path.last.text ?? ""]
        self.init(of: query, about: object, rows, in: schema)
    }

    private init(
        of query: Query,
        about object: ObjectType?,
        _ rows: [QueryRow],
        in schema: Schema
    ) {
        let paths = ResultPaths(of: query, about: object, in: schema)
        if query.isAggregate {
            // One batch contains them all, and every row has every key.
            let keys = rows.first?.fields.map(\.key) ?? paths.aggregateKeys
            columns = keys.map { Column(keys: [$0]) }
            return
        }
        var expansion: Int?
        for column in query.columns {
            switch column.kind {
            case .field(.call(let call)) where call.function == .fields:
                expansion = columns.count
                if rows.isEmpty { columns += paths.fields(of: call.fieldGroup) }
            case .field(let expression):
                let keys = paths.keys(expression, alias: column.alias)
                // A function of a selected field has the field's key, and there is one value.
                if !columns.contains(where: { $0.keys == keys }) {
                    columns.append(Column(keys: keys))
                }
            case .child(let child):
                let (name, object) = paths.children(child)
                let records = rows.lazy.compactMap { $0[name]?.rows?.records }.first ?? []
                let inner = ResultColumns(of: child, about: object, records, in: schema)
                columns.append(Column(keys: [name], children: inner))
            case .typeOf(let typeOf):
                var column = Column(keys: paths.keys(toRecordAt: typeOf.path))
                column.alternatives = paths.alternatives(typeOf)
                columns.append(column)
            }
        }
        if let row = rows.first { add(unknownKeysOf: row, at: expansion ?? columns.count) }
    }

    /// Adds what the query's text does not show.
    private mutating func add(unknownKeysOf row: QueryRow, at place: Int) {
        let known = Set(columns.compactMap { $0.keys.first?.lowercased() })
        let unknown = row.fields.filter { !known.contains($0.key.lowercased()) }
        columns.insert(contentsOf: unknown.map { Column(keys: [$0.key]) }, at: place)
    }

    /// The columns with one for each field that TYPEOF may select.
    var flattened: [Column] {
        columns.flatMap { column in
            if column.alternatives.isEmpty { return [column] }
            return column.alternatives.map { Column(keys: column.keys + $0) }
        }
    }
}

extension QueryRow {
    /// The content of the row under these keys; null if a parent does not exist.
    func content(of keys: [String]) -> QueryContent {
        var content: QueryContent?
        var row: QueryRow? = self
        for key in keys {
            content = row?[key]
            row = content?.row
        }
        return content ?? .value(.null)
    }
}

extension QueryContent {
    fileprivate var row: QueryRow? {
        if case .row(let row) = self { row } else { nil }
    }

    fileprivate var rows: QueryResult? {
        if case .rows(let rows) = self { rows } else { nil }
    }
}

extension Query {
    /// Whether its rows are groups, not records.
    var isAggregate: Bool {
        grouping != nil || columns.contains { $0.isAggregate }
    }
}

extension Column {
    fileprivate var isAggregate: Bool {
        guard case .field(.call(let call)) = kind else { return false }
        if call.function?.isAggregate == true { return true }
        if case .call(let inner) = call.argument { return inner.function?.isAggregate == true }
        return false
    }
}
