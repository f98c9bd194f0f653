public import AnnalsQuery
internal import AnnalsSchema

/// A query in SOQL, with the values that are bound in it.
///
/// What is interpolated is bound, not pasted: it is compared as a value, whatever is in it, and can never
/// become a part of the query.
///
///     let status = "Contacted' OR Name != '"
///     let found = try await session.query(
///         "SELECT Id FROM ContactRequest WHERE Status = \(status) AND OwnerId IN \(owners)"
///     )
///
/// Values stand where Apex has `:name`: on the right of a comparison, as the list of IN, and in LIMIT and
/// OFFSET; names of objects and fields do not. Elsewhere, within quotes too, the query is rejected. In a
/// pattern of LIKE `%` and `_` keep their meaning: ``escapedForLike(_:)`` takes it away.
///
/// Text that a program has as a `String` becomes a query where it says so, ``init(text:)``: nobody
/// pastes by accident. A query that is a part of another one is interpolated with all that is bound in it.
///
///     let mine: SOQL = "OwnerId = \(session.user)"
///     let open: SOQL = "SELECT Id FROM ContactRequest WHERE \(mine) AND Status = \("New")"
public struct SOQL: Sendable, Hashable {
    fileprivate enum Piece: Hashable, Sendable {
        case text(String)
        case value(BoundValue)
    }

    fileprivate var pieces: [Piece]

    /// Takes text as a query, all of it: a value that was pasted into it is a part of the query.
    public init(text: String) { pieces = [.text(text)] }

    /// The query as it is parsed: `:1` stands for the first interpolated value, `:2` for the second.
    public var text: String {
        var number = 0
        return pieces.map { piece in
            switch piece {
            case .text(let text): return text
            case .value:
                number += 1
                return ":\(number)"
            }
        }.joined()
    }

    /// The interpolated values, by their numbers.
    public var values: [String: BoundValue] {
        var values: [String: BoundValue] = [:]
        for case .value(let value) in pieces { values[String(values.count + 1)] = value }
        return values
    }

    /// One query out of two parts of it, such as the lines of a long one.
    public static func + (left: SOQL, right: SOQL) -> SOQL {
        var query = left
        query.pieces += right.pieces
        return query
    }

    /// The text with a backslash before `%`, `_` and `\`: in a pattern of LIKE it stands for itself.
    ///
    ///     "SELECT Id FROM Contact WHERE LastName LIKE \(SOQL.escapedForLike(typed) + "%")"
    public static func escapedForLike(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if ["%", "_", "\\"].contains(scalar) { escaped.unicodeScalars.append("\\") }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }
}

extension SOQL: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(text: text) }
    public init(stringInterpolation query: StringInterpolation) { pieces = query.pieces }

    /// Builds a query.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate private(set) var pieces: [Piece] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount * 2 + 1)
        }

        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { pieces.append(.text(literal)) }
        }

        /// A value, which is bound.
        public mutating func appendInterpolation(_ value: some FieldValue) {
            pieces.append(.value(.value(value.fieldValue)))
        }

        /// A value, or null.
        public mutating func appendInterpolation<Wrapped: FieldValue>(_ value: Wrapped?) {
            pieces.append(.value(.value(value.fieldValue)))
        }

        /// A list of values, for IN and NOT IN.
        public mutating func appendInterpolation<Values: Sequence>(_ values: Values)
        where Values.Element: FieldValue {
            pieces.append(.value(.list(values.map(\.fieldValue))))
        }

        /// What a `:name` would stand for.
        public mutating func appendInterpolation(_ value: BoundValue) {
            pieces.append(.value(value))
        }

        /// A part of a query, with what is bound in it.
        public mutating func appendInterpolation(_ part: SOQL) { pieces += part.pieces }

        /// Text that becomes a part of the query, such as the name of a field: never a person's.
        public mutating func appendInterpolation(text: String) { pieces.append(.text(text)) }
    }
}
