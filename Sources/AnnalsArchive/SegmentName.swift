/// The name of a segment's file: its first and its last transaction, and its generation unless that
/// is the first.
///
/// Names are made and read only here: no name or path is ever taken from a file.
struct SegmentName: Hashable {
    private static let suffix = ".segment"
    private static let digitCount = 16
    private static let generationDigitCount = 4

    let first: UInt64
    let last: UInt64
    let generation: UInt32

    init(first: UInt64, last: UInt64, generation: UInt32 = 0) {
        self.first = first
        self.last = last
        self.generation = generation
    }

    /// `nil` for anything that is not a segment.
    init?(_ text: String) {
        guard text.hasSuffix(Self.suffix) else { return nil }
        let parts = text.dropLast(Self.suffix.count).split(
            separator: "-",
            omittingEmptySubsequences: false
        )
        guard (2...3).contains(parts.count), let first = Self.number(parts[0]),
            let last = Self.number(parts[1]), first > 0, first <= last
        else { return nil }
        var generation: UInt32 = 0
        if parts.count == 3 {
            let number = Self.number(parts[2], digitCount: Self.generationDigitCount)
            guard let number, number > 0, let exact = UInt32(exactly: number) else { return nil }
            generation = exact
        }
        self.init(first: first, last: last, generation: generation)
    }

    var text: String {
        var parts = [Self.digits(first), Self.digits(last)]
        if generation > 0 {
            parts.append(Self.digits(UInt64(generation), digitCount: Self.generationDigitCount))
        }
        return parts.joined(separator: "-") + Self.suffix
    }

    static func digits(_ number: UInt64, digitCount: Int = digitCount) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, digitCount - digits.count)) + digits
    }

    static func number(_ text: Substring, digitCount: Int = digitCount) -> UInt64? {
        guard let number = UInt64(text), digits(number, digitCount: digitCount) == text else {
            return nil
        }
        return number
    }
}
