/// An event's place in the log: 1 for the first, and no gaps.
public struct Position: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number, 1 for the first event.
    public let ordinal: UInt64

    /// The position of the event with this number.
    public init(_ ordinal: UInt64) { self.ordinal = ordinal }

    /// Before the first event; also means "no event".
    public static let beforeFirst = Position(0)

    public static func < (left: Position, right: Position) -> Bool { left.ordinal < right.ordinal }

    public var description: String { String(ordinal) }

    package func advanced(by count: Int) -> Position { Position(ordinal + UInt64(count)) }
}
