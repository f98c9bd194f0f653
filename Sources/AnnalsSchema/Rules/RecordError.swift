/// Why one record of a call was rejected, in the words of the API (Specification: calls 1.1, 7.1).
public struct RecordError: Error, Hashable, Sendable {
    /// The code of the API.
    public let statusCode: StatusCode
    /// The sentence, in which values may be quoted.
    public let message: String
    /// The same without values, for the answer to a repeated call with an idempotency key.
    package let recordedMessage: String
    /// API names of the fields at fault; may be empty.
    public let fields: [String]
    /// Beyond Salesforce: the expected and the actual position, if an expected position did not
    /// match.
    public let conflict: Conflict?

    /// The last event positions that did not agree.
    public struct Conflict: Hashable, Sendable {
        /// The ordinal of the position that the call expected.
        public let expected: UInt64
        /// The ordinal of the position of the last event of the record.
        public let actual: UInt64

        package init(expected: UInt64, actual: UInt64) {
            self.expected = expected
            self.actual = actual
        }
    }

    package init(
        _ statusCode: StatusCode,
        _ text: ErrorText,
        fields: [String] = [],
        conflict: Conflict? = nil
    ) {
        self.statusCode = statusCode
        message = text.full
        recordedMessage = text.recorded
        self.fields = fields
        self.conflict = conflict
    }

    // What is recorded of an error does not distinguish it from another.
    public static func == (left: Self, right: Self) -> Bool {
        left.statusCode == right.statusCode && left.message == right.message
            && left.fields == right.fields && left.conflict == right.conflict
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(statusCode)
        hasher.combine(message)
        hasher.combine(fields)
        hasher.combine(conflict)
    }
}

extension RecordError: CustomStringConvertible {
    /// The code, the message, and the fields at fault.
    public var description: String {
        let names = fields.isEmpty ? "" : " [\(fields.joined(separator: ", "))]"
        return "\(statusCode): \(message)\(names)"
    }
}

/// A code of the API for one record.
///
/// The set is Salesforce's and it grows, so it is not an `enum`.
public struct StatusCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    private init(_ rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    /// Another record of the call was rejected, and all or none were to be written.
    public static let allOrNoneOperationRolledBack = Self("ALL_OR_NONE_OPERATION_ROLLED_BACK")
    /// The last active administrator must stay active.
    public static let cannotDisableLastAdmin = Self("CANNOT_DISABLE_LAST_ADMIN")
    /// The record cannot be deleted: others refer to it.
    public static let deleteFailed = Self("DELETE_FAILED")
    /// The external id belongs to more than one record.
    public static let duplicateExternalID = Self("DUPLICATE_EXTERNAL_ID")
    /// Another live record has the value of a unique field.
    public static let duplicateValue = Self("DUPLICATE_VALUE")
    /// The record is deleted.
    public static let entityIsDeleted = Self("ENTITY_IS_DELETED")
    /// The record has changed since the expected position; see ``RecordError/conflict``.
    public static let failedIfLastModified = Self("ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE")
    /// An id is not of an object that the field may refer to.
    public static let fieldIntegrityException = Self("FIELD_INTEGRITY_EXCEPTION")
    /// The owner is not active.
    public static let inactiveOwnerOrUser = Self("INACTIVE_OWNER_OR_USER")
    /// A reference leads to no record of the right kind.
    public static let invalidCrossReferenceKey = Self("INVALID_CROSS_REFERENCE_KEY")
    /// A text is not an email address.
    public static let invalidEmailAddress = Self("INVALID_EMAIL_ADDRESS")
    /// The owner cannot be empty.
    public static let invalidEmptyKeyOwner = Self("INVALID_EMPTY_KEY_OWNER")
    /// The object has no such field.
    public static let invalidField = Self("INVALID_FIELD")
    /// The field cannot be set by this call.
    public static let invalidFieldForInsertUpdate = Self("INVALID_FIELD_FOR_INSERT_UPDATE")
    /// The text is not an id of the object.
    public static let invalidIDField = Self("INVALID_ID_FIELD")
    /// The value is not one of the picklist.
    public static let invalidOrNullForRestrictedPicklist =
        Self("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    /// The object does not allow the call.
    public static let invalidTypeForOperation = Self("INVALID_TYPE_FOR_OPERATION")
    /// The value is not of the type of the field.
    public static let invalidTypeOnFieldInRecord = Self("INVALID_TYPE_ON_FIELD_IN_RECORD")
    /// A text does not have the form of an id.
    public static let malformedID = Self("MALFORMED_ID")
    /// An id or a key is missing.
    public static let missingArgument = Self("MISSING_ARGUMENT")
    /// A number is beyond the limits of the field.
    public static let numberOutsideValidRange = Self("NUMBER_OUTSIDE_VALID_RANGE")
    /// A field that must have a value has none.
    public static let requiredFieldMissing = Self("REQUIRED_FIELD_MISSING")
    /// A text is longer than the field.
    public static let stringTooLong = Self("STRING_TOO_LONG")
    /// The record is not in the recycle bin, or cannot come back.
    public static let undeleteFailed = Self("UNDELETE_FAILED")
}
