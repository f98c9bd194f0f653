internal import AnnalsSOQL
internal import AnnalsSchema

// The select list of a query for records (Specification: soql 4).

extension Binder {
    func output(_ columns: [Column]) throws -> [OutputNode] {
        var builder = OutputBuilder()
        for column in columns {
            switch column.kind {
            case .field(let expression):
                if case .call(let call) = expression, let group = call.fieldGroup {
                    try expand(group, call, &builder)
                } else {
                    try add(expression, alias: column.alias, &builder)
                }
            case .child(let query):
                let node = try children(query)
                try insert(node.key, path: [], node.node, at: column.range, &builder)
            case .typeOf(let typeOf):
                let node = try self.typeOf(typeOf)
                try insert(node.key, path: [], node.node, at: column.range, &builder)
            }
        }
        return builder.nodes
    }

    private func insert(
        _ key: String,
        path: [OutputBuilder.Step],
        _ node: OutputNode,
        at range: SourceRange,
        _ builder: inout OutputBuilder
    ) throws {
        guard builder.insert(node.simplified, key: key, path: path) else {
            throw refusal(
                .invalidField,
                "duplicate field selected: \((path.map(\.key) + [key]).joined(separator: "."))",
                at: range
            )
        }
    }

    private func add(
        _ expression: Expression,
        alias: Name?,
        _ builder: inout OutputBuilder
    ) throws {
        let operand = try operand(expression)
        if let alias {
            let node = OutputNode.value(key: alias.text, operand)
            try insert(alias.text, path: [], node, at: expression.range, &builder)
            return
        }
        let access = operand.access
        var own = operand
        own.access.hops = []
        let key = access.keys.last ?? ""
        let path = zip(access.keys, access.hops).map { key, hop in
            OutputBuilder.Step(key: key, hop: hop, seesDeleted: access.seesDeleted)
        }
        try insert(key, path: path, .value(key: key, own), at: expression.range, &builder)
    }

    private func expand(
        _ group: FieldGroup,
        _ call: FunctionCall,
        _ builder: inout OutputBuilder
    ) throws {
        let fields = object.fields.filter { field in
            guard field.since <= circumstances.apiVersion else { return false }
            return switch group {
            case .all: true
            case .standard: !field.has(.custom)
            case .custom: field.has(.custom)
            }
        }
        guard !fields.isEmpty else {
            throw refusal(
                .malformedQuery,
                "'FIELDS(...)' expansion function must result in at least one field being "
                    + "selected.",
                at: call.range
            )
        }
        for field in fields {
            guard let leaf = Leaf(field.id, user: circumstances.user) else { continue }
            var access = Access(leaf: leaf, field: field)
            access.entity = object.name
            let node = OutputNode.value(key: field.name, Operand(access))
            try insert(field.name, path: [], node, at: call.range, &builder)
        }
    }

    private func children(_ query: Query) throws -> (key: String, node: OutputNode) {
        guard let source = query.sources.first else {
            throw refusal(.malformedQuery, "no FROM", at: query.ranges.query)
        }
        let name = source.path.last
        let references = schema.childReferences(to: object)
        guard
            let reference = references.first(where: { reference in
                reference.relationshipName.map { name.matches($0) } == true
                    && reference.child.isKnown(at: circumstances.apiVersion)
                    && reference.field.since <= circumstances.apiVersion
            }), let key = reference.relationshipName
        else {
            throw refusal(
                .invalidType,
                "Didn't understand relationship '\(name)' in FROM part of query call. If you are "
                    + "attempting to use a custom relationship, be sure to append the '__r' "
                    + "after the custom relationship name. Please reference your WSDL or the "
                    + "describe call for the appropriate names.",
                at: source.path.range
            )
        }
        let bound = try Self.bind(query, of: reference.child, circumstances)
        return (key, .children(key: key, bound, field: reference.field))
    }

    private func typeOf(_ typeOf: TypeOf) throws -> (key: String, node: OutputNode) {
        let segments = unaliased(typeOf.path.segments)
        let (access, _) = try access(toRecordAt: segments, range: typeOf.path.range)
        guard access.hops.count == 1, let hop = access.hops.first,
            let reference = access.field, reference.has(.namePointing)
        else {
            throw refusal(
                .malformedQuery,
                "TYPEOF takes a reference to several objects, which '\(typeOf.path)' is not",
                at: typeOf.path.range
            )
        }
        var branches: [UInt16: [OutputNode]] = [:]
        for branch in typeOf.branches {
            guard let target = schema[branch.object.text],
                target.isKnown(at: circumstances.apiVersion),
                reference.referenceTo.contains(target.name)
            else {
                throw refusal(
                    .malformedQuery,
                    "'\(branch.object)' is not an object that '\(typeOf.path)' refers to",
                    at: branch.object.range
                )
            }
            let inner = try Binder([], of: target, circumstances)
            let nodes = try inner.output(branch.fields.map { Column(.field(.path($0))) })
            // The first matching branch is used.
            if branches[target.code] == nil { branches[target.code] = nodes }
        }
        var otherwise: [OutputNode]?
        if !typeOf.otherwise.isEmpty {
            otherwise = try typeOf.otherwise.map { path in
                let named = Path(typeOf.path.segments + path.segments, range: path.range)
                var operand = Operand(try self.access(named))
                operand.access.hops = []
                return .value(key: operand.access.keys.last ?? "", operand)
            }
        }
        let key = access.keys.last ?? ""
        return (
            key,
            .typeOf(
                key: key,
                hop,
                seesDeleted: access.seesDeleted,
                branches,
                otherwise: otherwise
            )
        )
    }
}

/// Puts fields under the relationships that lead to them, in the order of the select list.
private struct OutputBuilder {
    struct Step {
        let key: String
        let hop: Leaf
        let seesDeleted: Bool
    }

    private(set) var nodes: [OutputNode] = []

    /// - Returns: `false` if the key exists already.
    mutating func insert(_ node: OutputNode, key: String, path: [Step]) -> Bool {
        Self.insert(node, key, path[...], &nodes)
    }

    private static func insert(
        _ node: OutputNode,
        _ key: String,
        _ path: ArraySlice<Step>,
        _ nodes: inout [OutputNode]
    ) -> Bool {
        guard let step = path.first else {
            guard !nodes.contains(where: { $0.key.lowercased() == key.lowercased() }) else {
                return false
            }
            nodes.append(node)
            return true
        }
        for (index, known) in nodes.enumerated() where known.key == step.key {
            guard case .parent(_, let hop, let seesDeleted, var inner) = known else { return false }
            guard insert(node, key, path.dropFirst(), &inner) else { return false }
            nodes[index] = .parent(key: step.key, hop, seesDeleted: seesDeleted, inner)
            return true
        }
        var inner: [OutputNode] = []
        _ = insert(node, key, path.dropFirst(), &inner)
        nodes.append(.parent(key: step.key, step.hop, seesDeleted: step.seesDeleted, inner))
        return true
    }
}

extension OutputNode {
    fileprivate var simplified: OutputNode {
        guard case .value(let key, let operand) = self, operand.access.isOwn,
            case .none = operand.transform, operand.access.targets == nil,
            let field = operand.access.field
        else { return self }
        switch operand.access.leaf {
        case .id: return .id(key: key)
        case .slot, .createdDate, .createdBy, .lastModifiedDate, .lastModifiedBy, .systemModstamp:
            return .cell(key: key, field.id, field.kind)
        case .isDeleted, .viewed, .referenced, .type: return self
        }
    }

    var key: String {
        switch self {
        case .value(let key, _), .cell(let key, _, _), .id(let key), .parent(let key, _, _, _),
            .children(let key, _, _),
            .typeOf(let key, _, _, _, _):
            key
        }
    }
}
