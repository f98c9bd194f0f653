public import AnnalsQuery
internal import AnnalsSOQL
internal import AnnalsSchema

extension Session {
    /// The rows of a query, as values of a `Decodable` type (see ``RecordDecoder``).
    ///
    ///     struct Request: Decodable { let id: RecordID, status: String }
    ///     let requests = try await session.query(
    ///         "SELECT Id, Status FROM ContactRequest LIMIT 20",
    ///         as: Request.self
    ///     )
    ///
    /// - Returns: All rows, of all batches: a query that may find more than memory should hold has a
    ///   LIMIT, or is read batch by batch (``QueryResult/decode(_:)``).
    /// - Throws: What ``query(_:_:asOf:options:)`` throws; ``FieldNotSelected`` and ``FieldTypeMismatch``
    ///   where the rows are none of the type, the number of `SELECT COUNT()` among them, and what
    ///   the type itself throws.
    public func query<T: Decodable>(
        _ soql: SOQL,
        _ values: [String: BoundValue] = [:],
        as type: T.Type,
        asOf moment: QueryOptions.Moment? = nil,
        options: QueryOptions = QueryOptions()
    ) async throws -> [T] {
        var result = try await query(soql, values, asOf: moment, options: options)
        if result.records.isEmpty, try soql.isCount(values) {
            throw FieldTypeMismatch("COUNT()", wanted: "\(T.self)", found: "a number of rows")
        }
        var values = try result.decode(type)
        while let locator = result.locator {
            result = try await queryMore(locator)
            values += try result.decode(type)
        }
        return values
    }
}

extension SOQL {
    /// Whether the answer is a number, and no rows; of a query that was answered.
    fileprivate func isCount(_ values: [String: BoundValue]) throws -> Bool {
        let bound = values.merging(self.values) { _, interpolated in interpolated }
        return try SOQLParser.parse(text, binding: bound).isCount
    }
}
