/// The pattern by which the engine numbers records: `CR-{00000000}`, `{YYYY}-{000}`.
///
/// The counter is the record's serial, so numbers ascend in the order of saving, are never reused,
/// and need no counter of their own. Dates are UTC by choice (Specification: fields 6).
package struct Autonumber: Sendable, Hashable {
    private enum Part: Hashable, Sendable {
        case text(String)
        case counter(width: Int)
        case year, shortYear, month, day
    }

    private let parts: [Part]

    /// - Returns: `nil` if the format has no counter, or something else in braces.
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

    /// Appends the number of the record `serial`, saved at `time`, in ASCII.
    package func append(serial: UInt64, at time: Timestamp, to bytes: inout [UInt8]) {
        for part in parts {
            switch part {
            case .text(let literal): bytes.append(contentsOf: literal.utf8)
            case .counter(let width): Self.append(serial, width, to: &bytes)
            case .year: Self.append(UInt64(time.date.components.year), 4, to: &bytes)
            case .shortYear: Self.append(UInt64(time.date.components.year % 100), 2, to: &bytes)
            case .month: Self.append(UInt64(time.date.components.month), 2, to: &bytes)
            case .day: Self.append(UInt64(time.date.components.day), 2, to: &bytes)
            }
        }
    }

    /// The digits of `number`, with leading zeros up to `width`.
    private static func append(_ number: UInt64, _ width: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        var count = width
        var rest = number
        for _ in 0..<width { rest /= 10 }
        while rest > 0 {
            count += 1
            rest /= 10
        }
        bytes.append(contentsOf: repeatElement(0x30, count: count))
        rest = number
        var index = start + count
        while rest > 0 {
            index -= 1
            bytes[index] = UInt8(0x30 + rest % 10)
            rest /= 10
        }
    }
}
