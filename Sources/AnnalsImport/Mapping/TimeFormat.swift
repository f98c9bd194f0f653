internal import AnnalsSchema

/// How a file writes times.
enum TimeFormat: String, Sendable, CaseIterable {
    /// `2026-01-31T08:15:30.123Z` and similar forms.
    case iso
    /// `31/1/2026 08:15`, in UTC.
    case dayFirst = "D/M/YYYY HH:mm"

    func time(_ text: String) -> Timestamp? {
        switch self {
        case .iso: Timestamp(text)
        case .dayFirst: Self.dayFirstTime(text)
        }
    }

    private static func dayFirstTime(_ text: String) -> Timestamp? {
        var rest = text.utf8[...]
        func number(_ digits: ClosedRange<Int>) -> Int64? {
            let found = rest.prefix(digits.upperBound).prefix { (0x30...0x39).contains($0) }
            guard found.count >= digits.lowerBound else { return nil }
            rest = rest.dropFirst(found.count)
            return found.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        func skip(_ separator: Unicode.Scalar) -> Bool {
            guard let first = rest.first, UInt32(first) == separator.value else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let day = number(1...2), skip("/"), let month = number(1...2), skip("/"),
            let year = number(4...4), skip(" "), let hour = number(1...2), skip(":"),
            let minute = number(2...2), rest.isEmpty, hour < 24, minute < 60,
            let date = CalendarDate(year: year, month: month, day: day)
        else { return nil }
        let minutes = Int64(date.days) * 1440 + hour * 60 + minute
        return Timestamp(milliseconds: minutes * 60_000)
    }
}
