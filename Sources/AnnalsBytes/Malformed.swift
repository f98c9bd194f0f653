/// Bytes that do not hold what the format says they hold.
package struct Malformed: Error, Hashable, Sendable {
    /// What was expected there.
    package let finding: StaticText
    /// How many bytes from the beginning it showed.
    package let offset: Int

    package init(_ finding: StaticString, offset: Int) {
        self.finding = StaticText(finding)
        self.offset = offset
    }
}

/// A sentence of the program's own, never of the input: safe to print and to search logs for.
package struct StaticText: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: StaticString) { description = text.description }
}
