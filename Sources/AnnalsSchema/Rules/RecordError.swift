/// Why one record of a call was rejected, in the words of the API (Specification: calls 1.1, 7.1).
public struct RecordError: Error, Hashable, Sendable {
    public let statusCode: StatusCode
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
        public let expected: UInt64
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

    public static let allOrNoneOperationRolledBack = Self("ALL_OR_NONE_OPERATION_ROLLED_BACK")
    public static let cannotDisableLastAdmin = Self("CANNOT_DISABLE_LAST_ADMIN")
    public static let deleteFailed = Self("DELETE_FAILED")
    public static let duplicateExternalID = Self("DUPLICATE_EXTERNAL_ID")
    public static let duplicateValue = Self("DUPLICATE_VALUE")
    public static let entityIsDeleted = Self("ENTITY_IS_DELETED")
    public static let failedIfLastModified = Self("ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE")
    public static let fieldIntegrityException = Self("FIELD_INTEGRITY_EXCEPTION")
    public static let inactiveOwnerOrUser = Self("INACTIVE_OWNER_OR_USER")
    public static let invalidCrossReferenceKey = Self("INVALID_CROSS_REFERENCE_KEY")
    public static let invalidEmailAddress = Self("INVALID_EMAIL_ADDRESS")
    public static let invalidEmptyKeyOwner = Self("INVALID_EMPTY_KEY_OWNER")
    public static let invalidField = Self("INVALID_FIELD")
    public static let invalidFieldForInsertUpdate = Self("INVALID_FIELD_FOR_INSERT_UPDATE")
    public static let invalidIDField = Self("INVALID_ID_FIELD")
    public static let invalidOrNullForRestrictedPicklist =
        Self("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    public static let invalidTypeForOperation = Self("INVALID_TYPE_FOR_OPERATION")
    public static let invalidTypeOnFieldInRecord = Self("INVALID_TYPE_ON_FIELD_IN_RECORD")
    public static let malformedID = Self("MALFORMED_ID")
    public static let missingArgument = Self("MISSING_ARGUMENT")
    public static let numberOutsideValidRange = Self("NUMBER_OUTSIDE_VALID_RANGE")
    public static let requiredFieldMissing = Self("REQUIRED_FIELD_MISSING")
    public static let stringTooLong = Self("STRING_TOO_LONG")
    public static let undeleteFailed = Self("UNDELETE_FAILED")
}
