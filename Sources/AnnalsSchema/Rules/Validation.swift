// Requirements for a value to be kept in a field: type, trimmed, not empty, not too long, in its
// list (Specification: fields 1.8). Whether a reference names an existing record is checked elsewhere.

extension Field {
    /// The value as it is kept, or why it cannot be.
    ///
    /// - Parameter isTruncating: Cut text that is too long instead of rejecting it
    ///   (AllowFieldTruncationHeader).
    package func normalized(
        _ value: Value,
        isTruncating: Bool
    ) throws(RecordError) -> Value {
        switch kind {
        case .string, .textarea, .phone, .email, .url, .picklist:
            return try normalizedText(value, isTruncating: isTruncating)
        case .boolean: return try normalizedBoolean(value)
        case .int: return try normalizedInteger(value)
        case .double: return try normalizedDouble(value)
        case .date: return try normalizedDate(value)
        case .datetime: return try normalizedDateTime(value)
        case .id, .reference: return try normalizedReference(value)
        }
    }

    private func wrongType(_ value: Value) -> RecordError {
        RecordError(
            .invalidTypeOnFieldInRecord,
            "\(name: label): value not of required type: \(value: value)",
            fields: [name]
        )
    }

    private func outOfRange(_ number: Value) -> RecordError {
        RecordError(
            .numberOutsideValidRange,
            "\(name: label): value outside of valid range on numeric field: \(value: number)",
            fields: [name]
        )
    }

    private func normalizedText(
        _ value: Value,
        isTruncating: Bool
    ) throws(RecordError) -> Value {
        let given: String
        switch value {
        case .null: return .null
        case .text(let text): given = text
        case .double(let number) where !number.isFinite: throw wrongType(value)
        case .integer, .double, .decimal, .id: given = value.description
        default: throw wrongType(value)
        }
        // XML cannot carry it, so not everyone could read the record.
        if given.holdsNull {
            throw RecordError(
                .invalidTypeOnFieldInRecord,
                "\(name: label): a text cannot hold the character U+0000",
                fields: [name]
            )
        }
        var text = given.trimmingWhiteSpace()
        if text.isEmpty { return .null }
        if kind == .picklist { text = try listed(text) }
        // A UTF-8 length is never below the UTF-16 length, and is available at once.
        if text.utf8.count > length, text.utf16.count > length {
            guard isTruncating else {
                throw RecordError(
                    .stringTooLong,
                    "\(name: label): data value too large: \(value: text) (max length=\(limit: length))",
                    fields: [name]
                )
            }
            text = text.prefix(utf16Units: length).trimmingWhiteSpace()
            if text.isEmpty { return .null }
        }
        if kind == .email, !text.isPlausibleEmailAddress {
            throw RecordError(
                .invalidEmailAddress,
                "\(name: label): invalid email address: \(value: text)",
                fields: [name]
            )
        }
        return .text(text)
    }

    /// The entry's own spelling of the value, or the value itself if the list is unrestricted.
    private func listed(_ text: String) throws(RecordError) -> String {
        let entries = admittedEntries
        let entry =
            entries.first { $0.isSameText(as: text) }
            ?? entries.first { $0.isSameTextIgnoringCase(as: text) }
        if let entry { return entry }
        guard has(.restrictedPicklist) else { return text }
        throw RecordError(
            .invalidOrNullForRestrictedPicklist,
            "\(name: label): bad value for restricted picklist field: \(value: text)",
            fields: [name]
        )
    }

    private func normalizedBoolean(_ value: Value) throws(RecordError) -> Value {
        switch value {
        case .boolean: return value
        case .text(let text):
            switch text.trimmingWhiteSpace().inSmallLetters {
            case "true", "1": return .boolean(true)
            case "false", "0": return .boolean(false)
            default: throw wrongType(value)
            }
        case .integer, .double, .decimal:
            switch value.number?.integer {
            case 0: return .boolean(false)
            case 1: return .boolean(true)
            default: throw wrongType(value)
            }
        default: throw wrongType(value)
        }
    }

    private func normalizedInteger(_ value: Value) throws(RecordError) -> Value {
        if value.isBlank { return .null }
        guard let number = value.number, number.isWhole else { throw wrongType(value) }
        let low = max(minimum ?? .min, Int(Int32.min))
        let high = min(maximum ?? .max, Int(Int32.max))
        guard let whole = number.integer, low <= whole, whole <= high else {
            throw outOfRange(value)
        }
        return .integer(Int(whole))
    }

    private func normalizedDouble(_ value: Value) throws(RecordError) -> Value {
        if value.isBlank { return .null }
        // Adding zero turns both zeros into one.
        if case .double(let number) = value, number.isFinite { return .double(number + 0) }
        guard let number = value.number else { throw wrongType(value) }
        guard case .double(let nearest) = number.place else { throw outOfRange(value) }
        return .double(nearest + 0)
    }

    private func normalizedDate(_ value: Value) throws(RecordError) -> Value {
        switch value {
        case .null: return .null
        case .date(let date):
            guard date.isInCalendar else { throw wrongType(value) }
            return value
        case .dateTime(let time):
            guard time.date.isInCalendar else { throw wrongType(value) }
            return .date(time.date)
        case .text(let text):
            let trimmed = text.trimmingWhiteSpace()
            if trimmed.isEmpty { return .null }
            guard let date = CalendarDate(trimmed) ?? CalendarDate(ofMoment: trimmed)
            else {
                throw wrongType(value)
            }
            return .date(date)
        default: throw wrongType(value)
        }
    }

    private func normalizedDateTime(_ value: Value) throws(RecordError) -> Value {
        switch value {
        case .null: return .null
        case .dateTime(let time):
            guard (Timestamp.earliest...Timestamp.latest).contains(time) else {
                throw wrongType(value)
            }
            return .dateTime(time.wholeSecond)
        case .text(let text):
            let trimmed = text.trimmingWhiteSpace()
            if trimmed.isEmpty { return .null }
            guard let time = Timestamp(trimmed) else { throw wrongType(value) }
            return .dateTime(time.wholeSecond)
        default: throw wrongType(value)
        }
    }

    private func normalizedReference(_ value: Value) throws(RecordError) -> Value {
        switch value {
        case .null, .id, .lookup: return value
        case .text(let text):
            let trimmed = text.trimmingWhiteSpace()
            if trimmed.isEmpty { return .null }
            guard let id = RecordID(trimmed) else {
                throw RecordError(
                    .malformedID,
                    "\(name: label): id value of incorrect type: \(value: trimmed)",
                    fields: [name]
                )
            }
            return .id(id)
        default: throw wrongType(value)
        }
    }
}

extension Value {
    /// Whether it is neither a value nor an id: null, or text with nothing visible in it
    /// (Specification: fields 2.1).
    package var isBlank: Bool {
        switch self {
        case .null: true
        case .text(let text): text.trimmingWhiteSpace().isEmpty
        default: false
        }
    }

    /// The exact number; `nil` for what is not a number.
    fileprivate var number: DecimalNumber? {
        switch self {
        case .integer(let number): DecimalNumber(String(number))
        case .double(let number): number.isFinite ? DecimalNumber("\(number)") : nil
        case .decimal(let number): number.number
        case .text(let text): DecimalNumber(text.trimmingWhiteSpace())
        default: nil
        }
    }
}

extension String {
    /// The text without white space and control characters at its ends.
    package func trimmingWhiteSpace() -> String {
        func isEnd(_ byte: UInt8?) -> Bool { byte.map { $0 > 0x20 && $0 < 0x80 } ?? false }
        if isEnd(utf8.first), isEnd(utf8.last) { return self }
        func isSpace(_ scalar: Unicode.Scalar) -> Bool {
            // Of ASCII without a look at Unicode's tables, which takes some 200 instructions each time.
            scalar.isASCII ? (1...0x20).contains(scalar.value) : scalar.properties.isWhitespace
        }
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(scalars[first...last])
    }

    /// The first `count` UTF-16 code units, or one less rather than half a surrogate pair.
    func prefix(utf16Units count: Int) -> String {
        var end = utf16.index(startIndex, offsetBy: count)
        if end.samePosition(in: unicodeScalars) == nil { end = utf16.index(before: end) }
        return String(self[..<end])
    }

    /// One `@` with something on both sides and no white space: the API's own check is not
    /// published.
    var isPlausibleEmailAddress: Bool {
        let parts = unicodeScalars.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
            && !unicodeScalars.contains { $0.value <= 0x20 || $0.properties.isWhitespace }
    }
}
