extension Snapshot {
    /// The query with its semi-joins run: each becomes the set of keys that it found.
    borrowing func resolved(_ query: BoundQuery) throws -> BoundQuery {
        var query = query
        query.filter = try resolved(query.filter)
        if case .records(let nodes) = query.shape {
            query.shape = .records(try nodes.map { try resolved($0) })
        }
        return query
    }

    private borrowing func resolved(_ node: OutputNode) throws -> OutputNode {
        switch node {
        case .children(let key, let query, let field):
            return .children(key: key, try resolved(query), field: field)
        case .value, .cell, .id, .parent, .typeOf: return node
        }
    }

    private borrowing func resolved(_ predicate: Predicate) throws -> Predicate {
        switch predicate {
        case .all(let parts): return .conjunction(try parts.map { try resolved($0) })
        case .any(let parts): return .any(try parts.map { try resolved($0) })
        case .not(let part): return .not(try resolved(part))
        case .test, .constant: return predicate
        case .semiJoin(let operand, let query, let column, let isAnti):
            let keys = try keys(try resolved(query), column)
            let matcher = Matcher(form: .keys(keys), isNegated: isAnti, ofNull: isAnti)
            return .test(Test(operand: operand, matcher: matcher))
        }
    }
}
