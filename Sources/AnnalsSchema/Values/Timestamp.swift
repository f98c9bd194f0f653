/// A moment, in milliseconds since 1970 UTC.
public struct Timestamp: Hashable, Sendable, Comparable {
    /// Milliseconds since 1970, UTC.
    public let milliseconds: Int64

    /// The time so many milliseconds after the beginning of 1970, UTC.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The moment `milliseconds` later.
    public func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds + milliseconds)
    }

    /// The second that contains it; every dateTime of the API has kept
    /// (Specification: calls 1.9).
    package var wholeSecond: Timestamp { floored(to: 1000) }

    /// The minute that contains it, as getUpdated and getDeleted read their arguments.
    package var wholeMinute: Timestamp { floored(to: 60_000) }

    package var seconds: Int64 { wholeSecond.milliseconds / 1000 }

    /// The day that contains it, in UTC.
    package var date: CalendarDate {
        let days = milliseconds.floorDivided(by: 86_400_000)
        // A hostile file may hold any number; every valid date fits by far.
        return CalendarDate(days: Int32(exactly: days) ?? (days < 0 ? .min : .max))
    }

    private func floored(to unit: Int64) -> Timestamp {
        let rest = milliseconds % unit
        // Wrapping: a hostile file may hold any number.
        return Timestamp(milliseconds: milliseconds &- (rest < 0 ? rest + unit : rest))
    }

    /// The range of audit dateTimes: 1970-01-01 to 4000-12-31 (Specification: fields 1.3); of other
    /// dateTimes from 1700-01-01.
    package static let earliest = Timestamp(milliseconds: -8_520_336_000_000)
    package static let latest = Timestamp(milliseconds: 64_092_124_800_000)
}

extension Timestamp: CustomStringConvertible {
    /// As in JSON of the REST API, to the second: `2026-01-31T08:15:30.000+0000`.
    public var description: String { "\(wholeSecond.text).000+0000" }

    /// To the millisecond: `2026-01-31T08:15:30.123Z`.
    public var precise: String {
        // Wrapping here and below: a hostile file may hold any number.
        let fraction = milliseconds &- wholeSecond.milliseconds
        return "\(wholeSecond.text).\(padded(fraction, 3))Z"
    }

    private var text: String {
        let days = wholeSecond.milliseconds.floorDivided(by: 86_400_000)
        let second = (wholeSecond.milliseconds &- days &* 86_400_000) / 1000
        let time =
            "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        return "\(date)T\(time)"
    }
}

extension Timestamp {
    /// Reads `2026-01-31T08:15:30.123+01:00` and similar forms: no fraction or any number of
    /// digits, `Z`, `+0100`, `+01:00` or `-01:00`.
    ///
    /// - Returns: `nil` for any other text, and for a moment outside 1700 to 4000.
    public init?(_ text: String) {
        self.init(ofAnyYear: text)
        guard (Timestamp.earliest...Timestamp.latest).contains(self) else { return nil }
    }

    /// As ``init(_:)``, without the check of the range.
    fileprivate init?(ofAnyYear text: String) {
        var scan = DigitScan(text)
        guard let date = scan.date(), scan.skip("T") || scan.skip("t") || scan.skip(" "),
            let hour = scan.number(2), scan.skip(":"), let minute = scan.number(2),
            hour < 24, minute < 60
        else { return nil }
        var second: Int64 = 0
        var fraction: Int64 = 0
        if scan.skip(":") {
            guard let read = scan.number(2), read < 60 else { return nil }
            second = read
            if scan.skip(".") {
                guard let read = scan.fraction() else { return nil }
                fraction = read
            }
        }
        guard let offsetMinutes = scan.zone(), scan.isAtEnd else { return nil }
        let minutes = hour * 60 + minute - offsetMinutes
        let value = Int64(date.days) * 86_400_000 + (minutes * 60 + second) * 1000 + fraction
        self.init(milliseconds: value)
    }
}

/// A day, without a time or a zone.
public struct CalendarDate: Hashable, Sendable, Comparable {
    /// Days since 1970-01-01.
    public let days: Int32

    /// The day so many days after 1 January 1970.
    public init(days: Int32) { self.days = days }

    /// - Returns: `nil` for a day that the calendar does not have.
    public init?(year: Int64, month: Int64, day: Int64) {
        guard (1700...4000).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[Int(month - 1)] else { return nil }
        // Days of years counted from March, so that the leap day is the last of its year.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.floorDivided(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        days = Int32(era * 146_097 + dayOfEra - 719_468)
    }

    /// Reads `2026-01-31`; `nil` for any other text.
    public init?(_ text: String) {
        var scan = DigitScan(text)
        guard let date = scan.date(), scan.isAtEnd else { return nil }
        self = date
    }

    /// Reads a moment as ``Timestamp/init(_:)`` does: the day that contains it, in UTC.
    ///
    /// The last day has more moments than a dateTime may be, which ends with its midnight.
    ///
    /// - Returns: `nil` for any other text, and for a day outside 1700 to 4000.
    package init?(ofMoment text: String) {
        guard let date = Timestamp(ofAnyYear: text)?.date, date.isInCalendar else { return nil }
        self = date
    }

    public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        left.days < right.days
    }

    /// Whether it lies within the years that a date may have: 1700 to 4000.
    package var isInCalendar: Bool {
        (Timestamp.earliest.date...Timestamp.latest.date).contains(self)
    }

    package var components: (year: Int64, month: Int64, day: Int64) {
        let shifted = Int64(days) + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension CalendarDate: CustomStringConvertible {
    public var description: String {
        let (year, month, day) = components
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Reads digits and signs of a date from the left.
private struct DigitScan {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func number(_ digits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = rest.first, (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 0x30)
            rest = rest.dropFirst()
        }
        return value
    }

    /// Milliseconds of the digits after the point; further digits are dropped.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = rest.first, (0x30...0x39).contains(digit) {
            if count < 3 { value = value * 10 + Int64(digit - 0x30) }
            count += 1
            rest = rest.dropFirst()
        }
        guard count > 0 else { return nil }
        for _ in count..<max(count, 3) { value *= 10 }
        return value
    }

    mutating func date() -> CalendarDate? {
        guard let year = number(4), skip("-"), let month = number(2), skip("-"),
            let day = number(2)
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    /// Minutes east of Greenwich.
    mutating func zone() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(2) else { return nil }
        _ = skip(":")
        guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
