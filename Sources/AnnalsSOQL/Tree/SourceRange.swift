/// Where in the text a node stands, in UTF-8 bytes.
///
/// All ranges are equal to each other: a tree is what a query says, not where it says it. A node
/// that was built by hand has the empty range at 0. ``SOQLError`` converts a range to row and
/// column when it is made; a correct query never pays for them.
package struct SourceRange: Hashable, Sendable {
    private let lower: UInt32
    private let upper: UInt32

    package init() {
        lower = 0
        upper = 0
    }

    /// `start` and `end` are below 2^32: the parser accepts no text that is longer.
    init(_ start: Int, _ end: Int) {
        lower = UInt32(truncatingIfNeeded: start)
        upper = UInt32(truncatingIfNeeded: end)
    }

    /// Offset of the first byte.
    package var start: Int { Int(lower) }
    /// Offset after the last byte.
    package var end: Int { Int(upper) }

    package static func == (left: SourceRange, right: SourceRange) -> Bool { true }
    package func hash(into hasher: inout Hasher) {}
}
