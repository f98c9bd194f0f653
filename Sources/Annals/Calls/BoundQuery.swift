public import AnnalsQuery
internal import AnnalsSOQL

// Queries with bound values. Each is the call of the text with the values in its options.

extension Session {
    /// Runs a query in SOQL, with values that are bound to names or interpolated (Specification:
    /// calls 4.2; soql 2).
    ///
    ///     try await session.query("SELECT Id FROM Contact WHERE Email = \(email)")
    ///     try await session.query(
    ///         "SELECT Id FROM Contact WHERE Email = :email AND AccountId IN :accounts",
    ///         ["email": .text(email), "accounts": .list(accounts)],
    ///         asOf: .time(yesterday)
    ///     )
    ///
    /// The result shows one state of the store, all batches included, whatever is written in the
    /// meantime.
    ///
    /// - Parameters:
    ///   - soql: The query. What is interpolated in it is bound, see ``SOQL``.
    ///   - values: What stands for `:name` in it, whatever the case of the name's letters.
    ///   - moment: Beyond Salesforce: what the store was like then. `nil` for now, or for what
    ///     `options` say.
    ///   - options: How the query is to be answered.
    /// - Throws: What ``query(text:options:)`` throws; `UNKNOWN_BINDING`, `UNUSED_BINDING` and
    ///   `INVALID_BINDING` for names and values that do not fit each other, with the place, and
    ///   `INVALID_FIELD` for a value of another type than the field's, as for one that is written.
    public func query(
        _ soql: SOQL,
        _ values: [String: BoundValue] = [:],
        asOf moment: QueryOptions.Moment? = nil,
        options: QueryOptions = QueryOptions()
    ) async throws(StoreError) -> QueryResult {
        try await query(text: soql.text, options: try options.binding(soql, values, moment))
    }

    /// The same with records that are deleted and not purged (Specification: calls 4.3).
    public func queryAll(
        _ soql: SOQL,
        _ values: [String: BoundValue] = [:],
        asOf moment: QueryOptions.Moment? = nil,
        options: QueryOptions = QueryOptions()
    ) async throws(StoreError) -> QueryResult {
        try await queryAll(text: soql.text, options: try options.binding(soql, values, moment))
    }

    /// Explains a query: the chosen plan, then the alternatives considered.
    ///
    /// - Throws: What ``query(_:_:asOf:options:)`` throws.
    public func explain(
        _ soql: SOQL,
        _ values: [String: BoundValue] = [:],
        asOf moment: QueryOptions.Moment? = nil,
        options: QueryOptions = QueryOptions()
    ) async throws(StoreError) -> [QueryPlan] {
        try await explain(text: soql.text, options: try options.binding(soql, values, moment))
    }
}

extension QueryOptions {
    /// The options with what is bound.
    ///
    /// - Throws: `INVALID_BINDING` where the caller gives a name that an interpolated value has.
    func binding(
        _ soql: SOQL,
        _ values: [String: BoundValue],
        _ moment: Moment?
    ) throws(StoreError) -> QueryOptions {
        let interpolated = soql.values
        if let name = values.keys.sorted().first(where: { interpolated[$0] != nil }) {
            throw .fault(
                Fault(
                    ExceptionCode(rawValue: SOQLError.Code.invalidBinding.rawValue),
                    "\(name) is the name of an interpolated value",
                    row: 1,
                    column: 1
                )
            )
        }
        var options = self
        if let moment { options.asOf = moment }
        options.bindings = values.merging(interpolated) { given, _ in given }
        return options
    }
}
