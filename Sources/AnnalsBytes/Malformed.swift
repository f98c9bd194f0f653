/// Bytes that do not have the contents that the format requires.
@usableFromInline package struct Malformed: Error, Hashable, Sendable {
    /// What was expected there.
    package let finding: StaticText
    /// The offset at which this showed, from the beginning.
    package let offset: Int

    @usableFromInline package init(_ finding: StaticString, offset: Int) {
        self.finding = StaticText(finding)
        self.offset = offset
    }
}

/// A sentence of the program's own, never from the input: safe to print and to search logs for.
package struct StaticText: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: StaticString) { description = text.description }
}
