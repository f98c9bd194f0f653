import AnnalsSOQL
import AnnalsSchema

/// The names in a query as its result spells them, which is as the schema does.
///
/// A name that is not in the schema is kept as typed: the engine has the last word on those.
struct ResultPaths {
    private let query: Query
    private let object: ObjectType?
    private let schema: Schema

    init(of query: Query, about object: ObjectType?, in schema: Schema) {
        self.query = query
        self.object = object
        self.schema = schema
    }

    /// The keys of an expression of SELECT.
    func keys(_ expression: Expression, alias: Name?) -> [String] {
        if let alias { return [alias.text] }
        switch expression {
        case .path(let path): return keys(path)
        case .distance(let distance): return keys(distance.path)
        case .call(let call): return keys(call.argument, alias: nil)
        }
    }

    /// The keys of a path to a field.
    func keys(_ path: Path) -> [String] {
        let names = unaliased(path)
        let (relationships, objects) = spelled(names.dropLast(), from: object)
        guard let last = names.last else { return relationships }
        return relationships + [spelled(field: last, of: objects)]
    }

    /// The keys of a path to a record.
    func keys(toRecordAt path: Path) -> [String] { spelled(unaliased(path)[...], from: object).0 }

    /// The path without the name of the query's object.
    private func unaliased(_ path: Path) -> [String] {
        let names = path.segments.map(\.text)
        guard let first = path.segments.first, names.count > 1 else { return names }
        for (index, source) in query.sources.enumerated() {
            if let alias = source.alias, first.matches(alias) {
                let path = index == 0 ? [] : keys(toRecordAt: source.path)
                return path + names.dropFirst()
            }
        }
        guard let root = query.sources.first?.path.last else { return names }
        let isRoot = first.matches(root) || first.matches(object?.name ?? "")
        return isRoot ? Array(names.dropFirst()) : names
    }

    /// Relationships in the schema's spelling, and the objects to which they lead.
    private func spelled(
        _ relationships: ArraySlice<String>,
        from object: ObjectType?
    ) -> ([String], [ObjectType]) {
        var spelled: [String] = []
        var objects = object.map { [$0] } ?? []
        for name in relationships {
            let field = objects.lazy.compactMap { $0.reference(under: name) }.first
            spelled.append(field?.relationshipName ?? name)
            objects = field?.referenceTo.compactMap { schema[$0] } ?? []
        }
        return (spelled, objects)
    }

    private func spelled(field name: String, of objects: [ObjectType]) -> String {
        if let field = objects.lazy.compactMap({ $0[name]?.name }).first { return field }
        return name.lowercased() == "type" ? "Type" : name
    }

    /// The fields that TYPEOF may select, each once, in the order in which they are named.
    func alternatives(_ typeOf: TypeOf) -> [[String]] {
        let branches =
            typeOf.branches.map { (schema[$0.object.text], $0.fields) }
            + [(nil, typeOf.otherwise)]
        var found: [[String]] = []
        for (object, fields) in branches {
            for field in fields {
                let names = field.segments.map(\.text)
                let (relationships, objects) = spelled(names.dropLast(), from: object)
                let keys = relationships + [spelled(field: field.last.text, of: objects)]
                if !found.contains(where: { $0.matches(keys) }) { found.append(keys) }
            }
        }
        return found
    }

    /// The name of a child relationship and the object whose records they are.
    func children(_ child: Query) -> (name: String, object: ObjectType?) {
        let typed = child.sources.first?.path.last ?? ""
        guard let object, let reference = schema.children(of: object, under: typed.text)
        else { return (typed.text, nil) }
        return (reference.relationshipName ?? typed.text, reference.child)
    }

    /// The fields that FIELDS stands for.
    func fields(of group: FieldGroup?) -> [ResultColumns.Column] {
        let fields = object?.fields.filter { field in
            switch group {
            case .standard: !field.has(.custom)
            case .custom: field.has(.custom)
            case .all, nil: true
            }
        }
        return (fields ?? []).map { ResultColumns.Column(keys: [$0.name]) }
    }

    /// The keys of a grouped query (Specification: soql 4.2).
    var aggregateKeys: [String] {
        var count = 0
        return query.columns.map { column in
            guard case .field(let expression) = column.kind else { return "" }
            if column.alias == nil, case .call(let call) = expression,
                call.function?.kind != .conversion
            {
                defer { count += 1 }
                return "expr\(count)"
            }
            return keys(expression, alias: column.alias).last ?? ""
        }
    }
}

extension [String] {
    fileprivate func matches(_ other: [String]) -> Bool {
        count == other.count && zip(self, other).allSatisfy { $0.lowercased() == $1.lowercased() }
    }
}

extension ObjectType {
    /// The reference whose target queries reach by the name of this relationship.
    func reference(under relationship: String) -> Field? {
        let name = relationship.lowercased()
        return fields.first { $0.relationshipName?.lowercased() == name }
    }
}

extension Schema {
    /// The reference whose records queries reach by the name of this child relationship.
    func children(of object: ObjectType, under relationship: String) -> ChildReference? {
        let name = relationship.lowercased()
        return childReferences(to: object).first { $0.relationshipName?.lowercased() == name }
    }
}
