/// The pattern after which the engine numbers records: `CR-{00000000}`, `{YYYY}-{000}`.
///
/// The counter is the record's serial, so numbers ascend in the order of saving, are not used
/// again, and need no counter of their own. Dates are UTC (fields.md, section 6: unverified).
package struct Autonumber: Sendable, Hashable {
    private enum Part: Hashable, Sendable {
        case text(String)
        case counter(width: Int)
        case year, shortYear, month, day
    }

    private let parts: [Part]

    /// - Returns: `nil` where the format has no counter, or something else in braces.
    package init?(format: String) {
        var parts: [Part] = []
        var rest = Substring(format)
        var counters = 0
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            let inside = rest[rest.index(after: open)..<close]
            switch inside {
            case "YYYY": parts.append(.year)
            case "YY": parts.append(.shortYear)
            case "MM": parts.append(.month)
            case "DD": parts.append(.day)
            default:
                guard !inside.isEmpty, inside.allSatisfy({ $0 == "0" }) else { return nil }
                parts.append(.counter(width: inside.count))
                counters += 1
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        guard counters == 1 else { return nil }
        self.parts = parts
    }

    /// The number of the record `serial`, saved at `time`.
    package func text(serial: UInt64, at time: Timestamp) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .counter(let width): text += Self.padded(serial, width)
            case .year: text += Self.padded(UInt64(Self.date(time).year), 4)
            case .shortYear: text += Self.padded(UInt64(Self.date(time).year % 100), 2)
            case .month: text += Self.padded(UInt64(Self.date(time).month), 2)
            case .day: text += Self.padded(UInt64(Self.date(time).day), 2)
            }
        }
        return text
    }

    private static func date(_ time: Timestamp) -> (year: Int64, month: Int64, day: Int64) {
        let days = (time.seconds - (time.seconds < 0 ? 86_399 : 0)) / 86_400
        return CalendarDate(days: Int32(clamping: days)).components
    }

    private static func padded(_ number: UInt64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
