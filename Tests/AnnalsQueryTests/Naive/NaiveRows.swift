import Annals
import AnnalsSOQL

/// A part of a row, with the parts of a parent's row.
private struct NaiveCell {
    enum Content {
        case value((NaiveRecord) -> QueryContent)
        /// A reference; its cells are in the order in which they were selected.
        case parent(Field, [NaiveCell])
    }

    let key: String
    var content: Content
}

extension NaiveEvaluator {
    /// The rows that SELECT shows for these records.
    func rows(of records: [NaiveRecord], _ columns: [Column], _ scope: NaiveScope) -> [QueryRow] {
        let cells = cells(columns, scope)
        return records.map { row(of: $0, cells) }
    }

    private func cells(_ columns: [Column], _ scope: NaiveScope) -> [NaiveCell] {
        var cells: [NaiveCell] = []
        for column in columns {
            switch column.kind {
            case .field(.path(let path)):
                insert(scope.target(of: path, in: store.schema), to: &cells)
            case .field(.call(let call)):
                if let group = call.fieldGroup {
                    for field in scope.object.fields where group.has(field) {
                        insert(
                            NaivePath([Name(field.name)], from: scope.object, in: store.schema),
                            to: &cells
                        )
                    }
                } else {
                    guard case .path(let path) = call.argument else { fatalError("\(call)") }
                    let key = column.alias?.text ?? scope.target(of: path, in: store.schema).key
                    let expression = expression(.call(call), scope)
                    cells.append(
                        NaiveCell(
                            key: key,
                            content: .value { .value(expression.read($0)) }
                        )
                    )
                }
            case .field(.distance): fatalError("there are no places")
            case .child(let query): cells.append(children(query, scope))
            case .typeOf(let typeOf): cells.append(self.typeOf(typeOf, scope))
            }
        }
        return cells
    }

    /// Puts a path through references into the rows of the parents.
    private func insert(_ path: NaivePath, to cells: inout [NaiveCell]) {
        guard let reference = path.references.first, let key = reference.relationshipName else {
            let value = path
            cells.append(
                NaiveCell(
                    key: path.key,
                    content: .value { .value(self.value(of: $0, value)) }
                )
            )
            return
        }
        var rest = path
        rest.references.removeFirst()
        let place = cells.firstIndex { $0.key == key }
        if let place, case .parent(_, var inner) = cells[place].content {
            insert(rest, to: &inner)
            cells[place].content = .parent(reference, inner)
        } else {
            var inner: [NaiveCell] = []
            insert(rest, to: &inner)
            cells.append(NaiveCell(key: key, content: .parent(reference, inner)))
        }
    }

    private func row(of record: NaiveRecord, _ cells: [NaiveCell]) -> QueryRow {
        let fields = cells.map { cell -> QueryField in
            switch cell.content {
            case .value(let read): return QueryField(cell.key, read(record))
            case .parent(let reference, let inner):
                guard let parent = parent(of: record, reference) else {
                    return QueryField(cell.key, .value(.null))
                }
                return QueryField(cell.key, .row(row(of: parent, inner)))
            }
        }
        return QueryRow(type: record.type, id: record.id, fields: fields)
    }

    private func children(_ query: Query, _ parent: NaiveScope) -> NaiveCell {
        let name = query.sources[0].path.last
        let reference = store.schema.childReferences(to: parent.object).first {
            $0.relationshipName.map { name.matches($0) } ?? false
        }
        guard let reference, let key = reference.relationshipName else {
            fatalError("\(parent.object.name) has no children \(name)")
        }
        let scope = NaiveScope(query.sources, of: reference.child)
        let all = store.records[reference.child.name] ?? []
        return NaiveCell(
            key: key,
            content: .value { record in
                let own = all.filter { $0.value(of: reference.field) == .id(record.id) }
                let rows = rows(of: records(of: query, scope, among: own), query.columns, scope)
                if rows.isEmpty { return .value(.null) }
                return .rows(QueryResult(totalSize: rows.count, records: rows))
            }
        )
    }

    private func typeOf(_ typeOf: TypeOf, _ scope: NaiveScope) -> NaiveCell {
        let name = scope.names(of: typeOf.path)[0]
        let reference = scope.object.fields.first {
            $0.relationshipName.map { name.matches($0) } ?? false
        }
        guard let reference, let key = reference.relationshipName else { fatalError("\(name)") }
        let branches = typeOf.branches.map { branch in
            let target = object(branch.object)
            let columns = branch.fields.map { Column(.field(.path($0))) }
            return (target.name, cells(columns, NaiveScope([Source("x")], of: target)))
        }
        // Fields that all objects have are read like a path through the reference.
        let others = typeOf.otherwise.map {
            NaivePath([name] + $0.segments, from: scope.object, in: store.schema)
        }
        return NaiveCell(
            key: key,
            content: .value { record in
                guard let parent = parent(of: record, reference) else { return .value(.null) }
                if let branch = branches.first(where: { $0.0 == parent.type }) {
                    return .row(row(of: parent, branch.1))
                }
                if others.isEmpty { return .value(.null) }
                let fields = others.map { QueryField($0.key, .value(value(of: record, $0))) }
                return .row(QueryRow(type: parent.type, id: parent.id, fields: fields))
            }
        )
    }
}

extension FieldGroup {
    fileprivate func has(_ field: Field) -> Bool {
        switch self {
        case .all: true
        case .standard: !field.name.hasSuffix("__c")
        case .custom: field.name.hasSuffix("__c")
        }
    }
}
