// The clauses of a query in their fixed order (Specification: soql 2.1).
extension Parser {
    mutating func wholeQuery() throws(SOQLError) -> Query {
        let query = try query()
        guard token.kind == .endOfText else { throw unexpected() }
        return query
    }

    /// A query, at the root or within parentheses.
    mutating func query() throws(SOQLError) -> Query {
        let start = token.start
        try expect(.select)
        let isCount = try skipCount()
        var columns: [Column] = []
        if !isCount { columns = try list { parser throws(SOQLError) in try parser.column() } }
        try expect(.from)
        var query = Query(columns: columns, from: try sources())
        query.isCount = isCount
        if skip(.where) { query.filter = try condition() }
        try with(&query)
        try grouping(&query)
        try order(&query)
        try window(&query)
        try purpose(&query)
        if options.allowsAllRows, token.keyword == .all, following().keyword == .rows {
            advance()
            advance()
            query.allRows = true
        }
        query.ranges.query = range(from: start)
        return query
    }

    /// `COUNT()`, and nothing else, may replace a list of columns.
    private mutating func skipCount() throws(SOQLError) -> Bool {
        guard token.keyword == .count else { return false }
        let open = following()
        guard open.kind == .open, lexer.token(at: open.end).kind == .close else { return false }
        advance()
        advance()
        advance()
        return true
    }

    mutating func sources() throws(SOQLError) -> [Source] {
        try list { parser throws(SOQLError) in
            var source = Source(try parser.path())
            if parser.skip(.as) || parser.isAlias { source.alias = try parser.name() }
            if parser.skip(.using) {
                try parser.expect(.scope)
                source.scope = try parser.name()
            }
            return source
        }
    }

    /// Whether the next token is an alias of a source, and not the next clause's first word.
    private var isAlias: Bool {
        guard token.isFreeName else { return false }
        switch token.keyword {
        case .group, .order: return following().keyword != .by
        case .offset:
            let next = following()
            let isSigned = next.kind == .plus || next.kind == .minus
            return !(next.isNumber || isSigned || isBindingNext)
        case .all: return !(options.allowsAllRows && following().keyword == .rows)
        default: return true
        }
    }

    private mutating func grouping(_ query: inout Query) throws(SOQLError) {
        guard skip(.group) else { return }
        try expect(.by)
        let start = token.start
        var kind = Grouping.Kind.plain
        if token.keyword == .rollup || token.keyword == .cube {
            guard following().kind == .open else { throw unexpected() }
            kind = token.keyword == .rollup ? .rollup : .cube
            advance()
            advance()
        }
        let expressions = try list { parser throws(SOQLError) in try parser.fieldExpression() }
        if kind != .plain { try expect(.close) }
        query.grouping = Grouping(expressions, kind: kind, range: range(from: start))
        if skip(.having) { query.having = try condition() }
    }

    private mutating func order(_ query: inout Query) throws(SOQLError) {
        guard skip(.order) else { return }
        try expect(.by)
        query.order = try list { parser throws(SOQLError) in
            var key = OrderKey(try parser.expression())
            if !parser.skip(.asc) { key.isDescending = parser.skip(.desc) }
            if parser.skip(.nulls) {
                if parser.skip(.first) {
                    key.nulls = .first
                } else {
                    try parser.expect(.last)
                    key.nulls = .last
                }
            }
            return key
        }
    }

    /// LIMIT and OFFSET.
    private mutating func window(_ query: inout Query) throws(SOQLError) {
        if skip(.limit) {
            let start = token.start
            query.limit = try signedInteger()
            query.ranges.limit = range(from: start)
        }
        if skip(.offset) {
            let start = token.start
            query.offset = try signedInteger()
            query.ranges.offset = range(from: start)
        }
    }

    /// FOR and UPDATE.
    private mutating func purpose(_ query: inout Query) throws(SOQLError) {
        if skip(.for) {
            query.ranges.purpose = range(of: token)
            switch token.keyword {
            case .view: query.purpose = .view
            case .reference: query.purpose = .reference
            case .update: query.purpose = .update
            default: throw unexpected()
            }
            advance()
        }
        guard skip(.update) else { return }
        query.statistics = try list { parser throws(SOQLError) in
            if parser.skip(.tracking) { return .tracking }
            try parser.expect(.viewstat)
            return .viewStat
        }
    }
}
