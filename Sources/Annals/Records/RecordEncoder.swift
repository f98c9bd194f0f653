public import AnnalsLog
public import AnnalsSchema

/// Makes the record that a call is given from a value of an `Encodable` type.
///
///     let record = try SObject("ContactRequest", encoding: request)
///
/// Coding keys are API names, whatever the case of their letters; the one that is Id becomes
/// ``SObject/id``. A property that is encoded as null sets the field to null; one that is not encoded,
/// as an optional without a value is not, leaves the field alone.
///
/// What is encoded is written, so a type for writing has only what a caller may set: CreatedDate and
/// its like are rejected. Which types a field can hold is said by ``FieldValue``; others, such as a
/// parent's fields or a list, are a ``FieldTypeMismatch``.
public struct RecordEncoder: Sendable {
    /// What types may look at while they are encoded.
    public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// An encoder without user information.
    public init() {}

    /// The record of an object.
    ///
    /// - Parameters:
    ///   - value: What the record is to hold.
    ///   - type: The API name of the object.
    public func encode(_ value: some Encodable, as type: String) throws -> SObject {
        let record = EncodedRecord(type)
        try value.encode(to: FieldsEncoder(record: record, userInfo: userInfo))
        return record.object
    }
}

extension SObject {
    /// The record that a value of an `Encodable` type stands for, see ``RecordEncoder``.
    ///
    /// - Parameters:
    ///   - type: The API name of the object.
    ///   - value: What the record is to hold.
    ///   - id: Whose record, where `value` has no Id.
    ///   - expectedPosition: The last event position that the record must have.
    public init(
        _ type: String,
        encoding value: some Encodable,
        id: RecordID? = nil,
        expectedPosition: Position? = nil
    ) throws {
        self = try RecordEncoder().encode(value, as: type)
        if let id { self.id = .id(id) }
        self.expectedPosition = expectedPosition
    }
}
