/// The text of an error: complete for the caller, and without the values of records where it is
/// stored.
///
/// The recorded answer of a call outlives the call, and perhaps an erasure. So a value must be
/// marked as one, and the compiler accepts no text that is not marked as something else.
///
///     "\(name: field.label): invalid email address: \(value: text)"
package struct ErrorText: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The sentence with everything that it quotes.
    package let full: String
    /// The sentence with `…` in place of each value.
    package let recorded: String

    package init(stringLiteral text: StaticString) {
        full = text.description
        recorded = full
    }

    package init(stringInterpolation text: StringInterpolation) {
        full = text.full
        recorded = text.recorded
    }

    private init(full: String, recorded: String) {
        self.full = full
        self.recorded = recorded
    }

    package static func + (left: ErrorText, right: ErrorText) -> ErrorText {
        ErrorText(full: left.full + right.full, recorded: left.recorded + right.recorded)
    }

    /// Builds both sentences.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate private(set) var full = ""
        fileprivate private(set) var recorded = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            full.reserveCapacity(literalCapacity + interpolationCount * 8)
            recorded.reserveCapacity(literalCapacity + interpolationCount * 8)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            append(literal.description)
        }

        /// A value of a record, or one it was to have, and anything else that a caller passed.
        package mutating func appendInterpolation(value: some CustomStringConvertible) {
            full += value.description
            recorded += "…"
        }

        /// The name of an object, a field or a call in the schema or in the API.
        package mutating func appendInterpolation(name: String) { append(name) }

        /// A limit of the schema or of the API.
        package mutating func appendInterpolation(limit: Int) { append(String(limit)) }

        /// Ids stay when everything else of a record is erased.
        package mutating func appendInterpolation(_ id: RecordID?) { append(id?.description ?? "") }

        package mutating func append(_ text: String) {
            full += text
            recorded += text
        }
    }
}
