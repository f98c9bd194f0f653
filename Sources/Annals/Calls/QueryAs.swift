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
    /// - Throws: What ``query(_:options:)`` throws; ``FieldNotSelected`` and ``FieldTypeMismatch``
    ///   where the rows are none of the type, the number of `SELECT COUNT()` among them, and what
    ///   the type itself throws.
    public func query<T: Decodable>(
        _ soql: String,
        as type: T.Type,
        options: QueryOptions = QueryOptions()
    ) async throws -> [T] {
        var result = try await query(soql, options: options)
        if result.records.isEmpty, try SOQLParser.parse(soql).isCount {
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
