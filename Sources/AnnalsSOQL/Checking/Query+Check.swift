extension Query {
    /// Rejects what the grammar allows and SOQL does not, as far as that needs no schema.
    ///
    /// ``SOQLParser/parse(_:options:)`` calls it. Of several faults it reports the first that it
    /// finds, clause by clause. `text` is what the query was parsed from: it is only used to report
    /// where the fault is.
    package func check(in text: String) throws(SOQLError) {
        var check = Check(text: text)
        try check.query(self, level: 1)
    }
}

/// The rules of SOQL that need no schema, over one query with everything in it.
struct Check {
    let text: String
    /// Child queries so far.
    private var children = 0

    init(text: String) { self.text = text }

    /// - Parameter level: 1 for the root, 2 for a child query of it, and so on.
    mutating func query(_ query: Query, level: Int) throws(SOQLError) {
        let scope = try scope(of: query.sources, isChild: level > 1)
        var paths = Paths(scope)
        let grouping = Groups(query, scope)
        if level > 1 { try child(query, grouping, level: level) }
        if query.isCount { try count(query) }

        for column in query.columns {
            switch column.kind {
            case .field(let expression):
                try function(in: expression, of: grouping, at: .select)
                try paths.add(expression, self)
            case .typeOf(let typeOf):
                try paths.add(typeOf, self)
            case .child(let child):
                try self.child(child, beside: grouping, level: level)
            }
        }
        if grouping.isGrouped {
            try groupedColumns(query, grouping)
        } else {
            try recordColumns(query, scope)
        }
        try fields(query, scope)

        try filter(query.filter, in: query.sources, grouping, isChild: level > 1, &paths)
        try categories(query.categories)
        try groupBy(grouping, &paths)
        if let having = query.having { try self.having(having, grouping, &paths) }
        try order(query, grouping, &paths)
        try window(query, grouping, isChild: level > 1)
        try purpose(query)
        try paths.checkCount(self)
    }

    /// A child query in the list of columns of a query at `level`.
    private mutating func child(
        _ child: Query,
        beside grouping: Groups,
        level: Int
    ) throws(SOQLError) {
        let range = child.ranges.query
        if grouping.isGrouped {
            throw malformed("a grouped query has no child queries", at: range)
        }
        children += 1
        if children > Dialect.childQueriesMax || level == Dialect.childLevelsMax {
            throw SOQLError(
                Dialect.relationshipsCode,
                level == Dialect.childLevelsMax
                    ? "child queries nest at most \(Dialect.childLevelsMax) levels, the root counted"
                    : "a query has at most \(Dialect.childQueriesMax) child queries",
                at: range,
                in: text
            )
        }
        try query(child, level: level + 1)
    }

    /// What a child query may not have (Specification: soql 5.2, 8.1, 9.2).
    private func child(_ query: Query, _ grouping: Groups, level: Int) throws(SOQLError) {
        if grouping.isGrouped || query.isCount {
            throw malformed(
                "only root queries support aggregate expressions",
                at: query.ranges.query
            )
        }
        if query.offset != nil && !Dialect.allowsOffsetInChild {
            throw malformed("a child query has no OFFSET", at: query.ranges.offset)
        }
        if let scope = query.sources[0].scope {
            throw malformed("a child query has no USING SCOPE", at: scope.range)
        }
    }

    /// `COUNT()` (Specification: soql 4.4).
    private func count(_ query: Query) throws(SOQLError) {
        if let grouping = query.grouping, !Dialect.allowsGroupedCount {
            throw malformed("COUNT() cannot be grouped: count a field", at: grouping.range)
        }
        if let key = query.order.first {
            throw malformed("COUNT() has no order", at: key.expression.range)
        }
    }

    func malformed(_ message: String, at range: SourceRange) -> SOQLError {
        SOQLError(.malformedQuery, message, at: range, in: text)
    }
}
