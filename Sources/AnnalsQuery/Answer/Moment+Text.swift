internal import AnnalsLog
internal import AnnalsSchema

extension QueryOptions.Moment {
    /// Reads a moment as people write it: the only reader of moments.
    ///
    /// - Digits alone are a position, even if they look like a date.
    /// - A time that is written to the second, like a record's SystemModstamp, is the end of that
    ///   second, and one that is written to the minute the end of that minute: what happened then
    ///   is visible. Only a time with a nonzero fraction is exact.
    /// - A day is its beginning in UTC: what happened on it is not visible.
    ///
    /// - Returns: `nil` for any other text.
    public init?(_ text: String) {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let ordinal = UInt64(text) else { return nil }
            self = .position(Position(ordinal))
        } else if let time = Timestamp(text) {
            let isWhole = time.milliseconds == time.wholeSecond.milliseconds
            let hasSeconds = text.utf8.dropFirst(16).first == UInt8(ascii: ":")
            let rest: Int64 = !hasSeconds ? 59_999 : isWhole ? 999 : 0
            self = .time(time.advanced(byMilliseconds: rest))
        } else if let day = CalendarDate(text) {
            // The state when the day began: what happened at that moment belongs to the day.
            self = .time(Timestamp(milliseconds: Int64(day.days) * 86_400_000 - 1))
        } else {
            return nil
        }
    }
}

extension QueryOptions.Moment: CustomStringConvertible {
    /// The shortest form that ``init(_:)`` reads as the same moment.
    public var description: String {
        switch self {
        case .position(let position): return position.description
        case .time(let time):
            let next = time.advanced(byMilliseconds: 1)
            if next.milliseconds % 86_400_000 == 0 { return String(next.description.prefix(10)) }
            if next == next.wholeSecond { return time.description.prefix(19) + "Z" }
            return time.precise
        }
    }
}
