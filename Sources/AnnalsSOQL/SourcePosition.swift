/// A place in the text as a person counts.
package struct SourcePosition: Hashable, Sendable {
    /// UTF-8 bytes before it.
    package let offset: Int
    /// 1 for the first line that is not blank (Specification: soql 13.1).
    package let row: Int
    /// 1 for the first character of the row.
    ///
    /// A character is a UTF-16 unit, as in the API's own
    /// implementation language (inferred); for ASCII there is no difference.
    package let column: Int

    /// An offset beyond the end counts as the end.
    init(of offset: Int, in text: String) {
        var (row, column, place) = (1, 1, 0)
        var isBlank = true
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            if place + width > offset { break }
            place += width
            if scalar == "\n" {
                // Blank lines at the start are not counted, as if the text began after them.
                if !isBlank { row += 1 }
                column = 1
            } else {
                column += UTF16.width(scalar)
                if scalar != " " && scalar != "\t" && scalar != "\r" { isBlank = false }
            }
        }
        self.offset = place
        self.row = row
        self.column = column
    }
}

/// The words of a query around a place, with which the API begins a message.
///
/// How much is shown varies in the API; here it is up to 40 characters on each side, cut at white
/// space if there is any.
struct Fragment: Hashable, Sendable {
    let text: String
    /// Characters before the place.
    let caret: Int

    private static let reach = 40

    init(of text: String, at offset: Int) {
        let scalars = text.unicodeScalars
        let utf8 = text.utf8
        let place =
            utf8.index(utf8.startIndex, offsetBy: offset, limitedBy: utf8.endIndex)
            ?? utf8.endIndex
        var before = Self.line(scalars[..<place].suffix(Self.reach))
        if scalars[..<place].count > Self.reach, let cut = before.firstIndex(of: " ") {
            before.removeSubrange(...cut)
        }
        var after = Self.line(scalars[place...].prefix(Self.reach))
        if scalars[place...].count > Self.reach, let cut = after.lastIndex(of: " ") {
            after.removeSubrange(cut...)
        }
        self.text = String(String.UnicodeScalarView(before + after))
        caret = before.count
    }

    /// The characters with each control character replaced by a space, so that the caret stays
    /// under its place.
    private static func line(_ scalars: Substring.UnicodeScalarView) -> [Unicode.Scalar] {
        scalars.map { $0.value < 0x20 ? " " : $0 }
    }
}
