/// Bytes that do not hold what the format says they hold.
public struct Malformed: Error, Hashable, Sendable {
    /// What was expected there.
    public let finding: StaticText
    /// How many bytes from the beginning it showed.
    public let offset: Int

    public init(_ finding: StaticString, offset: Int) {
        self.finding = StaticText(finding)
        self.offset = offset
    }
}

/// A sentence of the program's own, never of the input: safe to print and to search logs for.
public struct StaticText: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ text: StaticString) { description = text.description }
}
