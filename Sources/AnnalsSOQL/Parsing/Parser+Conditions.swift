// Conditions and comparisons (Specification: soql 2.1, 2.2).
extension Parser {
    /// One NOT, or a chain of one kind of connective.
    mutating func condition() throws(SOQLError) -> Condition {
        if skip(.not) { return .not(try primary()) }
        let first = try primary()
        let connective = token.keyword
        guard connective == .and || connective == .or else { return first }
        var terms = [first]
        while token.keyword == connective {
            advance()
            terms.append(try primary())
        }
        // The other connective must not follow: nothing that may begins with AND or OR.
        return connective == .and ? .and(terms) : .or(terms)
    }

    private mutating func primary() throws(SOQLError) -> Condition {
        guard token.kind == .open else { return .comparison(try comparison()) }
        return try nested { parser throws(SOQLError) in
            parser.advance()
            let condition = try parser.condition()
            try parser.expect(.close)
            return condition
        }
    }

    private mutating func comparison() throws(SOQLError) -> Comparison {
        let start = token.start
        let left = try expression()
        let (operation, right) = try operation(on: left)
        return Comparison(left, operation, right, range: range(from: start))
    }

    private mutating func operation(
        on left: Expression
    ) throws(SOQLError) -> (Comparison.Operator, Comparison.Operand) {
        if let relation {
            advance()
            return (relation, .value(try literal()))
        }
        // A distance has only relational operators.
        if case .distance = left { throw unexpected() }
        switch token.keyword {
        case .like:
            advance()
            return (.like, .value(try literal(inLike: true)))
        case .includes:
            advance()
            return (.includes, .list(try valueList()))
        case .excludes:
            advance()
            return (.excludes, .list(try valueList()))
        case .in:
            advance()
            return (.in, try listOrSemiJoin())
        case .not where following().keyword == .in:
            advance()
            advance()
            return (.notIn, try listOrSemiJoin())
        default: throw unexpected()
        }
    }

    private var relation: Comparison.Operator? {
        switch token.kind {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        default: nil
        }
    }

    private mutating func valueList() throws(SOQLError) -> [Literal] {
        try expect(.open)
        // An empty list lacks no value in particular: the parenthesis is what is unexpected.
        guard token.kind != .close else { throw unexpected() }
        let values = try list { parser throws(SOQLError) in try parser.literal() }
        try expect(.close)
        return values
    }

    private mutating func listOrSemiJoin() throws(SOQLError) -> Comparison.Operand {
        if isBinding { return .list(try boundList()) }
        guard token.kind == .open, following().keyword == .select else {
            return .list(try valueList())
        }
        return try nested { parser throws(SOQLError) in
            parser.advance()
            let semiJoin = try parser.semiJoin()
            try parser.expect(.close)
            return .semiJoin(semiJoin)
        }
    }

    private mutating func semiJoin() throws(SOQLError) -> SemiJoin {
        let start = token.start
        advance()
        let column = try fieldExpression()
        try expect(.from)
        var semiJoin = SemiJoin(column, from: try sources())
        if skip(.where) { semiJoin.filter = try condition() }
        if token.keyword == .with {
            advance()
            if token.keyword == .data, following().keyword == .category {
                semiJoin.categories = try categories()
            } else {
                let name = try name()
                semiJoin.named = try namedFilter(name)
            }
        }
        semiJoin.range = range(from: start)
        return semiJoin
    }
}
