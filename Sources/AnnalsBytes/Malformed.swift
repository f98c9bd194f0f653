/// Bytes that do not have the contents that the format requires.
public struct Malformed: Error, Hashable, Sendable {
    /// What was expected there.
    public let finding: StaticText
    /// The offset at which this showed, from the beginning.
    public let offset: Int

    public init(_ finding: StaticString, offset: Int) {
        self.finding = StaticText(finding)
        self.offset = offset
    }
}

/// A sentence of the program's own, never from the input: safe to print and to search logs for.
public struct StaticText: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ text: StaticString) { description = text.description }
}
