/// The name of a segment's file: its first and its last transaction.
///
/// Made and read here alone: no name or path is ever taken from a file.
struct SegmentName: Hashable {
    private static let suffix = ".segment"
    private static let digitCount = 16

    let first: UInt64
    let last: UInt64

    init(first: UInt64, last: UInt64) {
        self.first = first
        self.last = last
    }

    /// `nil` for what is no segment.
    init?(_ text: String) {
        guard text.hasSuffix(Self.suffix) else { return nil }
        let parts = text.dropLast(Self.suffix.count).split(
            separator: "-",
            omittingEmptySubsequences: false
        )
        guard parts.count == 2, let first = Self.number(parts[0]), let last = Self.number(parts[1]),
            first > 0, first <= last
        else { return nil }
        self.init(first: first, last: last)
    }

    var text: String { Self.digits(first) + "-" + Self.digits(last) + Self.suffix }

    static func digits(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, digitCount - digits.count)) + digits
    }

    static func number(_ text: Substring) -> UInt64? {
        guard let number = UInt64(text), digits(number) == text else { return nil }
        return number
    }
}
