public import AnnalsQuery
internal import AnnalsSchema

/// Makes values of a `Decodable` type from records and from rows of queries.
///
///     struct Request: Codable {
///         let id: RecordID
///         let status: String
///         let preferredPhone: String?
///     }
///     let requests = try await session.query(
///         "SELECT Id, Status, PreferredPhone FROM ContactRequest",
///         as: Request.self
///     )
///
/// Coding keys are API names, whatever the case of their letters: `preferredPhone` is PreferredPhone.
/// A parent is a type of its own, or a key such as `Owner.Name`; children are an array, which is empty
/// where there are none. Which types a value is read as is said by ``FieldValue``. A query with one
/// column is decoded as the type of that column, too.
///
/// An optional property is `nil` where its field is null, and also where it was not selected: that is
/// how `Codable` reads it. ``Record/subscript(_:as:)`` and ``QueryRow/subscript(_:as:)`` tell the two
/// apart. What a property must have and was not selected is a ``FieldNotSelected``; what it holds and
/// is none of its type is a ``FieldTypeMismatch``, which names the field and never the value.
public struct RecordDecoder: Sendable {
    /// What types may look at while they are decoded.
    public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// A decoder without user information.
    public init() {}

    /// A value from the fields of a record.
    public func decode<T: Decodable>(_ type: T.Type, from record: Record) throws -> T {
        try decode(type, .record(record))
    }

    /// A value from a row of a query.
    public func decode<T: Decodable>(_ type: T.Type, from row: QueryRow) throws -> T {
        try decode(type, .row(row))
    }

    private func decode<T: Decodable>(_ type: T.Type, _ fields: FieldContents) throws -> T {
        try ContentDecoder(input: .fields(fields), codingPath: [], userInfo: userInfo)
            .decode(type)
    }
}

extension Record {
    /// The record as a value of a `Decodable` type, see ``RecordDecoder``.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
        try RecordDecoder().decode(type, from: self)
    }
}

extension QueryRow {
    /// The row as a value of a `Decodable` type, see ``RecordDecoder``.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
        try RecordDecoder().decode(type, from: self)
    }
}

extension QueryResult {
    /// The rows of this batch as values of a `Decodable` type, see ``RecordDecoder``.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws -> [T] {
        let decoder = RecordDecoder()
        return try records.map { try decoder.decode(type, from: $0) }
    }
}
