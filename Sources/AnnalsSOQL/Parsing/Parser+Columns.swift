// What is selected, and the expressions of every clause (Specification: soql 2, 4).
extension Parser {
    mutating func column() throws(SOQLError) -> Column {
        let start = token.start
        let kind: Column.Kind
        if token.kind == .open {
            kind = .child(try child())
        } else if beginsTypeOf {
            kind = .typeOf(try typeOf())
        } else {
            kind = .field(try expression())
        }
        let alias: Name? = token.isFreeName ? try name() : nil
        return Column(kind, alias: alias, range: range(from: start))
    }

    private mutating func child() throws(SOQLError) -> Query {
        try nested { parser throws(SOQLError) in
            try parser.expect(.open)
            guard parser.token.keyword == .select else { throw parser.unexpected() }
            let query = try parser.query()
            try parser.expect(.close)
            return query
        }
    }

    /// A field, a function of one, or a distance.
    mutating func expression() throws(SOQLError) -> Expression {
        if token.keyword == .distance, following().kind == .open {
            return .distance(try distance())
        }
        return try fieldExpression()
    }

    /// A field, or a function of one; functions may be nested once.
    mutating func fieldExpression(depth: Int = 0) throws(SOQLError) -> Expression {
        guard token.isFreeName, following().kind == .open else { return .path(try path()) }
        if depth == 2 {
            advance()
            throw unexpected()
        }
        let start = token.start
        let function = Word(lexer.bytes[token.start..<token.end]).flatMap { Function.byWord[$0] }
        let name = try name()
        advance()
        let argument = try fieldExpression(depth: depth + 1)
        try expect(.close)
        return .call(FunctionCall(name, function, of: argument, range: range(from: start)))
    }

    private mutating func distance() throws(SOQLError) -> Distance {
        let start = token.start
        advance()
        try expect(.open)
        guard following().kind != .open else {
            advance()
            throw unexpected()
        }
        let path = try path()
        try expect(.comma)
        try expect(.geolocation)
        try expect(.open)
        let latitude = try signedNumber()
        try expect(.comma)
        let longitude = try signedNumber()
        try expect(.close)
        try expect(.comma)
        let unit = try plainString()
        try expect(.close)
        return Distance(
            from: path,
            latitude: latitude,
            longitude: longitude,
            unit: unit,
            range: range(from: start)
        )
    }
}

// TYPEOF (Specification: soql 3.3).
extension Parser {
    /// TYPEOF may be a field's name as well: only a path and WHEN after it decide.
    private var beginsTypeOf: Bool {
        guard token.keyword == .typeof else { return false }
        let path = following()
        return (path.isFreeName || path.kind == .path)
            && lexer.token(at: path.end).keyword == .when
    }

    private mutating func typeOf() throws(SOQLError) -> TypeOf {
        advance()
        var typeOf = TypeOf(try path(), branches: [])
        while skip(.when) {
            let object = try name()
            try expect(.then)
            typeOf.branches.append(TypeOf.Branch(object, fields: try branchFields()))
        }
        if skip(.else) { typeOf.otherwise = try branchFields() }
        try expect(.end)
        return typeOf
    }

    private mutating func branchFields() throws(SOQLError) -> [Path] {
        try list { parser throws(SOQLError) in
            // Both could be names, but then a branch without fields would swallow what follows.
            if parser.token.keyword == .end || parser.token.keyword == .when {
                throw parser.unexpected()
            }
            return try parser.path()
        }
    }
}
