import Annals

/// The error that the model expects for a record.
struct NaiveError {
    let code: String
    /// `nil` unless the specification gives the words, or how they begin.
    var message: String?
    /// `nil` unless the specification names them.
    var fields: [String]?

    init(_ code: String, _ message: String? = nil, fields: [String]? = nil) {
        self.code = code
        self.message = message
        self.fields = fields
    }

    static func notWritable(_ names: [String]) -> NaiveError {
        NaiveError(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: \(names.joined(separator: ", ")). Please check the "
                + "security settings of this field and verify that it is read/write for your "
                + "profile or permission set.",
            fields: names
        )
    }

    static func missing(_ names: [String]) -> NaiveError {
        // The order of several names is not specified.
        NaiveError(
            "REQUIRED_FIELD_MISSING",
            names.count == 1 ? "Required fields are missing: [\(names[0])]" : nil,
            fields: names
        )
    }

    static let noSuchRecord = NaiveError(
        "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id",
        fields: []
    )
    static let deleted = NaiveError("ENTITY_IS_DELETED", "entity is deleted", fields: [])
    static let rolledBack = NaiveError(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using "
            + "AllOrNone header",
        fields: []
    )

    func agrees(with error: RecordError) -> Bool {
        guard code == error.statusCode.rawValue else { return false }
        if let message {
            // A repeated answer does not quote values.
            let told = error.message.prefix { $0 != "…" }
            guard
                told.count < error.message.count
                    ? message.hasPrefix(told) || told.hasPrefix(message)
                    : error.message.hasPrefix(message)
            else { return false }
        }
        if let fields, Set(fields) != Set(error.fields) { return false }
        return true
    }
}

extension NaiveError: Error {}

/// Types, trimming, lengths and lists (Specification: fields 1).
extension NaiveField {
    func kept(_ value: Value, isTruncating: Bool) throws(NaiveError) -> Value {
        switch kind {
        case .text, .email, .picklist: return try keptText(value, isTruncating)
        case .boolean:
            switch value {
            case .boolean: return value
            case .integer(0): return false
            case .integer(1): return true
            default: throw wrongType(value)
            }
        case .int:
            switch value {
            case .null: return .null
            case .integer(let number):
                guard minimum <= number, number <= maximum else {
                    throw NaiveError("NUMBER_OUTSIDE_VALID_RANGE", "\(label): ", fields: [name])
                }
                return value
            default: throw wrongType(value)
            }
        case .double:
            switch value {
            case .null, .double: return value
            default: throw wrongType(value)
            }
        case .date:
            switch value {
            case .null, .date: return value
            default: throw wrongType(value)
            }
        case .dateTime:
            switch value {
            case .null: return .null
            case .dateTime(let time):
                return .dateTime(Timestamp(milliseconds: time.milliseconds / 1000 * 1000))
            default: throw wrongType(value)
            }
        case .reference: return try keptReference(value)
        }
    }

    private func wrongType(_ value: Value) -> NaiveError {
        NaiveError(
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
            "\(label): value not of required type: \(value)",
            fields: [name]
        )
    }

    private func keptText(_ value: Value, _ isTruncating: Bool) throws(NaiveError) -> Value {
        if value == .null { return .null }
        guard case .text(let given) = value else { throw wrongType(value) }
        var text = given.trimmed
        if text.isEmpty { return .null }
        if kind == .picklist {
            if let entry = values.first(where: { $0.lowercased() == text.lowercased() }) {
                return .text(entry)
            }
            if isRestricted {
                throw NaiveError(
                    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                    "\(label): bad value for restricted picklist field: \(text)",
                    fields: [name]
                )
            }
        }
        if text.utf16.count > length {
            guard isTruncating else {
                throw NaiveError(
                    "STRING_TOO_LONG",
                    "\(label): data value too large: \(text) (max length=\(length))",
                    fields: [name]
                )
            }
            while text.utf16.count > length { text.unicodeScalars.removeLast() }
            text = text.trimmed
        }
        if kind == .email, !text.contains("@") {
            throw NaiveError("INVALID_EMAIL_ADDRESS", fields: [name])
        }
        return .text(text)
    }

    /// As far as it can be checked without the record (Specification: calls 6.2).
    private func keptReference(_ value: Value) throws(NaiveError) -> Value {
        let given: String
        switch value {
        case .null: return .null
        case .id(let id): given = id.description
        case .text(let text): given = text.trimmed
        case .lookup: return value
        default: throw wrongType(value)
        }
        if given.isEmpty { return .null }
        let words = "\(label): id value of incorrect type: \(given)"
        guard let id = RecordID(given) else {
            throw NaiveError("MALFORMED_ID", words, fields: [name])
        }
        guard let object = NaiveObject.of(id) ?? .elsewhere(id), targets.contains(object.name)
        else {
            let code = isOwner ? "FIELD_INTEGRITY_EXCEPTION" : "MALFORMED_ID"
            // Whether an id of fifteen characters is quoted verbatim is not specified.
            throw NaiveError(code, given.count == 18 ? words : nil, fields: [name])
        }
        return .id(id)
    }
}

extension NaiveObject {
    /// Objects whose records the model does not have, but which references may name.
    static func elsewhere(_ id: RecordID) -> NaiveObject? {
        let names = ["00Q": "Lead", "500": "Case", "006": "Opportunity", "0WO": "WorkOrder"]
        let prefix = String(id.description.prefix(3))
        return names[prefix].map {
            NaiveObject(name: $0, label: $0, prefix: prefix, fields: [])
        }
    }
}

extension String {
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
