/// A literal value in a query (Specification: soql 1, 7).
///
/// What it may be compared with depends on the schema: the parser only knows what was written.
package struct Literal: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        /// Without its quotes, escapes resolved.
        case text(String)
        /// The string on the right of LIKE, where `\%` and `\_` are not `%` and `_`.
        case pattern(LikePattern)
        case number(Number)
        case date(CivilDate)
        /// Milliseconds since 1970-01-01T00:00:00Z. Digits of a fraction beyond them are cut off.
        case dateTime(milliseconds: Int64)
        /// Milliseconds since midnight UTC, below 86,400,000.
        case time(milliseconds: Int)
        /// The code as typed, such as `USD`.
        case currency(code: String, amount: Number)
        case boolean(Bool)
        case null
        case dateRange(DateRange)
    }

    package var value: Value
    package var range: SourceRange

    package init(_ value: Value, range: SourceRange = .init()) {
        self.value = value
        self.range = range
    }
}

/// A number exactly as written.
package struct Number: Hashable, Sendable {
    /// A written `+` is the same as none.
    package var isNegative: Bool
    /// Digits, with at most one point, and at least one digit after it: `5000`, `007`, `.5`.
    package var digits: String

    package init(digits: String, isNegative: Bool = false) {
        self.isNegative = isNegative
        self.digits = digits
    }

    package var hasFraction: Bool { digits.utf8.contains(UInt8(ascii: ".")) }

    /// The number with its sign.
    package var text: String { isNegative ? "-" + digits : digits }

    /// The nearest double; infinite for more digits than one can hold.
    package var double: Double { Double(text) ?? .nan }

    /// `nil` if there is a fraction, or if it does not fit.
    package var integer: Int64? { Int64(text) }
}

/// The pattern of LIKE (Specification: soql 6.1), which matches a whole value.
package struct LikePattern: Hashable, Sendable {
    package enum Element: Hashable, Sendable {
        /// These characters. Never empty, and never two in a row.
        case text(String)
        /// `%`: any characters or none.
        case anyRun
        /// `_`: any one character.
        case anyCharacter
    }

    package var elements: [Element]

    package init(_ elements: [Element]) { self.elements = elements }
}
