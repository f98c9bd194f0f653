/// From text to tree.
package enum SOQLParser {
    /// Choices of the caller.
    package struct Options: Hashable, Sendable {
        /// Whether `ALL ROWS` may end a query: Apex has it, the API does not
        /// (Specification: soql 2.3).
        package var allowsAllRows = false
        /// Whether ``Query/check(in:)`` follows.
        package var checks = true
        /// What stands for `:name`, which is refused where this is `nil`: the API has none.
        package var bindings: Bindings?

        package init() {}
    }

    /// The query in `text`.
    ///
    /// It takes time in proportion to the text, and no more memory or stack than the limits of
    /// ``Dialect`` allow, whatever the text is.
    package static func parse(_ text: String, options: Options = Options())
        throws(SOQLError) -> Query
    {
        try checkLength(of: text)
        var parser = Parser(text, options: options)
        let query = try parser.wholeQuery()
        try parser.checkUsed(query)
        if options.checks { try query.check(in: text) }
        return query
    }

    private static func checkLength(of text: String) throws(SOQLError) {
        // A UTF-16 unit has one to three bytes, so most texts need no counting.
        let bytes = text.utf8.count
        if bytes <= Dialect.lengthMax { return }
        if bytes <= 3 * Dialect.lengthMax, text.utf16.count <= Dialect.lengthMax { return }
        throw SOQLError(
            .malformedQuery,
            "a query has at most \(Dialect.lengthMax) characters",
            at: SourceRange(),
            in: text
        )
    }
}
