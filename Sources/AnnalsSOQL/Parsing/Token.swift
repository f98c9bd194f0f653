/// A word or sign of the text, from `start` until `end` in UTF-8 bytes.
struct Token {
    enum Kind {
        /// One name; `keyword` says whether it is a word of the grammar.
        case name
        /// Names joined by dots.
        case path
        case string
        case integer
        case decimal
        case date
        case dateTime
        case time
        case comma, open, close, colon, plus, minus
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        /// The end of the text.
        case endOfText
        /// A string without its closing quote.
        case unterminated
        /// A dateTime that breaks off at `end`.
        case broken
        /// A character that begins nothing.
        case unknown
    }

    var kind: Kind
    var start: Int
    var end: Int
    var keyword: Keyword?
    /// For a string, whether it contains a backslash.
    var hasEscape = false

    /// Whether it can be the name of something.
    var isFreeName: Bool {
        switch kind {
        case .name: keyword?.isReserved != true
        default: false
        }
    }

    var isNumber: Bool { kind == .integer || kind == .decimal }
}
