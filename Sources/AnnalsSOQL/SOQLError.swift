/// Why a query was rejected (Specification: soql 13).
package struct SOQLError: Error, Hashable, Sendable {
    /// A code of the API for a whole call.
    ///
    /// The set is Salesforce's and it grows, so it is not an `enum`.
    package struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        private init(_ rawValue: String) { self.rawValue = rawValue }
        package var description: String { rawValue }

        package static let entityNotQueryable = Self("ENTITY_NOT_QUERYABLE")
        package static let exceededIDLimit = Self("EXCEEDED_ID_LIMIT")
        /// Beyond Salesforce: what is bound to a name is nothing that can stand in its place.
        package static let invalidBinding = Self("INVALID_BINDING")
        package static let invalidField = Self("INVALID_FIELD")
        package static let invalidQueryFilterOperator = Self("INVALID_QUERY_FILTER_OPERATOR")
        package static let invalidQueryLocator = Self("INVALID_QUERY_LOCATOR")
        package static let invalidQueryScope = Self("INVALID_QUERY_SCOPE")
        package static let invalidType = Self("INVALID_TYPE")
        package static let malformedQuery = Self("MALFORMED_QUERY")
        package static let numberOutsideValidRange = Self("NUMBER_OUTSIDE_VALID_RANGE")
        package static let operationTooLarge = Self("OPERATION_TOO_LARGE")
        package static let queryTooComplicated = Self("QUERY_TOO_COMPLICATED")
        /// Beyond Salesforce: the query names a value that nobody has bound.
        package static let unknownBinding = Self("UNKNOWN_BINDING")
        /// Beyond Salesforce: a value is bound that the query does not name.
        package static let unusedBinding = Self("UNUSED_BINDING")
    }

    package let code: Code
    /// The sentence alone, without the place.
    package let message: String
    package let position: SourcePosition
    /// The piece of the query around the place, on one line.
    let fragment: Fragment

    /// An error at `range` of `text`, which is the text that the tree was parsed from.
    ///
    /// The engine's errors, such as a field that an object does not have, are made with this as
    /// well.
    package init(_ code: Code, _ message: String, at range: SourceRange, in text: String) {
        self.code = code
        self.message = message
        position = SourcePosition(of: range.start, in: text)
        fragment = Fragment(of: text, at: range.start)
    }

    /// UTF-8 bytes before the place.
    package var offset: Int { position.offset }
    /// 1 for the first line that is not blank.
    package var row: Int { position.row }
    /// 1 for the first character of the row.
    package var column: Int { position.column }
}

extension SOQLError: CustomStringConvertible {
    /// The message as the API gives it.
    ///
    /// That is the fragment, a caret under the place, row and column, and the sentence. Clients
    /// parse the place and the first quoted word from it.
    package var description: String {
        """

        \(fragment.text)
        \(String(repeating: " ", count: fragment.caret))^
        ERROR at Row:\(row):Column:\(column)
        \(message)
        """
    }
}
