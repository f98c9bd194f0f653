/// Why a query was rejected (Specification: soql 13).
public struct SOQLError: Error, Hashable, Sendable {
    /// A code of the API for a whole call.
    ///
    /// The set is Salesforce's and it grows, so it is not an `enum`.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        private init(_ rawValue: String) { self.rawValue = rawValue }
        public var description: String { rawValue }

        public static let entityNotQueryable = Self("ENTITY_NOT_QUERYABLE")
        public static let exceededIDLimit = Self("EXCEEDED_ID_LIMIT")
        /// Beyond Salesforce: what is bound to a name is nothing that can stand in its place.
        public static let invalidBinding = Self("INVALID_BINDING")
        public static let invalidField = Self("INVALID_FIELD")
        public static let invalidQueryFilterOperator = Self("INVALID_QUERY_FILTER_OPERATOR")
        public static let invalidQueryLocator = Self("INVALID_QUERY_LOCATOR")
        public static let invalidQueryScope = Self("INVALID_QUERY_SCOPE")
        public static let invalidType = Self("INVALID_TYPE")
        public static let malformedQuery = Self("MALFORMED_QUERY")
        public static let numberOutsideValidRange = Self("NUMBER_OUTSIDE_VALID_RANGE")
        public static let operationTooLarge = Self("OPERATION_TOO_LARGE")
        public static let queryTooComplicated = Self("QUERY_TOO_COMPLICATED")
        /// Beyond Salesforce: the query names a value that nobody has bound.
        public static let unknownBinding = Self("UNKNOWN_BINDING")
        /// Beyond Salesforce: a value is bound that the query does not name.
        public static let unusedBinding = Self("UNUSED_BINDING")
    }

    public let code: Code
    /// The sentence alone, without the place.
    public let message: String
    public let position: SourcePosition
    /// The piece of the query around the place, on one line.
    let fragment: Fragment

    /// An error at `range` of `text`, which is the text that the tree was parsed from.
    ///
    /// The engine's errors, such as a field that an object does not have, are made with this as
    /// well.
    public init(_ code: Code, _ message: String, at range: SourceRange, in text: String) {
        self.code = code
        self.message = message
        position = SourcePosition(of: range.start, in: text)
        fragment = Fragment(of: text, at: range.start)
    }

    /// UTF-8 bytes before the place.
    public var offset: Int { position.offset }
    /// 1 for the first line that is not blank.
    public var row: Int { position.row }
    /// 1 for the first character of the row.
    public var column: Int { position.column }
}

extension SOQLError: CustomStringConvertible {
    /// The message as the API gives it.
    ///
    /// That is the fragment, a caret under the place, row and column, and the sentence. Clients
    /// parse the place and the first quoted word from it.
    public var description: String {
        """

        \(fragment.text)
        \(String(repeating: " ", count: fragment.caret))^
        ERROR at Row:\(row):Column:\(column)
        \(message)
        """
    }
}
