import Annals
import AnnalsSOQL
import Foundation

/// Foundation's view of dates: the ranges of date literals, and the parts of dates.
struct NaiveCalendar {
    let now: Timestamp
    let firstWeekday: Int
    let fiscalStart: Int
    private let local: Calendar
    private let utc: Calendar

    init(_ options: QueryOptions, now: Timestamp) {
        self.now = now
        firstWeekday = options.firstWeekday
        fiscalStart = options.fiscalYearStart
        local = Self.gregorian(options.timeZone)
        utc = Self.gregorian("UTC")
    }

    private static func gregorian(_ zone: String) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone)!
        calendar.locale = Locale(identifier: "en_US_POSIX")
        return calendar
    }

    // Ranges.

    /// The first day of the range and the day after its last, each at noon in UTC.
    private func days(of range: DateRange) -> (Date, Date) {
        let parts = local.dateComponents([.year, .month, .day], from: date(now))
        let today = noon(parts.year!, parts.month!, parts.day!)
        func moved(_ date: Date, _ unit: Calendar.Component, _ count: Int) -> Date {
            utc.date(byAdding: unit, value: count, to: date)!
        }
        func month(_ count: Int) -> Date {
            moved(noon(parts.year!, parts.month!, 1), .month, count)
        }
        let monthOfYear = parts.month! - 1
        let monthOfFiscalYear = (parts.month! - fiscalStart + 12) % 12
        let place: (Int) -> Date =
            switch range.unit {
            case .day: { moved(today, .day, $0) }
            case .week:
                {
                    let weekday = utc.component(.weekday, from: today)
                    return moved(today, .day, -((weekday - firstWeekday + 7) % 7) + 7 * $0)
                }
            case .month: { month($0) }
            case .quarter: { month(-(monthOfYear % 3) + 3 * $0) }
            case .year: { month(-monthOfYear + 12 * $0) }
            case .fiscalQuarter: { month(-(monthOfFiscalYear % 3) + 3 * $0) }
            case .fiscalYear: { month(-monthOfFiscalYear + 12 * $0) }
            }
        switch range.form {
        case .last: return (place(-1), place(0))
        case .this: return (place(0), place(1))
        case .next: return (place(1), place(2))
        case .ago(let count): return (place(-count), place(-count + 1))
        case .nextN(let count): return (place(1), place(1 + count))
        // Among the ranges of days alone, the last one includes today.
        case .lastN(let count): return (place(-count), place(range.unit == .day ? 1 : 0))
        }
    }

    /// The range as numbers that are compared with the keys of dates or dateTimes.
    func bounds(of range: DateRange, isTime: Bool) -> (start: NaiveKey, end: NaiveKey) {
        let (start, end) = days(of: range)
        if !isTime { return (day(start), day(end)) }
        if case .lastN = range.form, range.unit == .day {
            let second = (Double(now.milliseconds) / 1000).rounded(.down)
            return (midnight(start), .number(second + 1))
        }
        return (midnight(start), midnight(end))
    }

    private func day(_ noon: Date) -> NaiveKey {
        .number((noon.timeIntervalSince1970 / 86_400).rounded(.down))
    }

    /// The first second of the day in the user's time zone.
    private func midnight(_ noon: Date) -> NaiveKey {
        var parts = utc.dateComponents([.year, .month, .day], from: noon)
        parts.hour = 12
        return .number(local.startOfDay(for: local.date(from: parts)!).timeIntervalSince1970)
    }

    private func noon(_ year: Int, _ month: Int, _ day: Int) -> Date {
        utc.date(from: DateComponents(year: year, month: month, day: day, hour: 12))!
    }

    private func date(_ time: Timestamp) -> Date {
        Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
    }

    // Parts.

    /// - Parameter isLocal: In the user's time zone (convertTimezone) instead of UTC.
    func part(_ function: Function, of value: Value, isLocal: Bool) -> Value {
        let date: Date
        let calendar = isLocal ? local : utc
        switch value {
        case .date(let day): date = Date(timeIntervalSince1970: Double(day.days) * 86_400)
        case .dateTime(let time): date = self.date(time.wholeSecond)
        default: return .null
        }
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .weekday], from: date)
        let (year, month, day) = (parts.year!, parts.month!, parts.day!)
        let fiscalMonth = (month - fiscalStart + 12) % 12 + 1
        let dayOfYear = calendar.ordinality(of: .day, in: .year, for: date)!
        switch function {
        case .calendarYear: return .integer(year)
        case .calendarQuarter: return .integer((month + 2) / 3)
        case .calendarMonth: return .integer(month)
        case .fiscalYear: return .integer(fiscalYear(year, month))
        case .fiscalQuarter: return .integer((fiscalMonth + 2) / 3)
        case .fiscalMonth: return .integer(fiscalMonth)
        case .dayInYear: return .integer(dayOfYear)
        case .dayInMonth: return .integer(day)
        case .dayInWeek: return .integer(parts.weekday!)
        case .weekInYear: return .integer((dayOfYear + 6) / 7)
        case .weekInMonth: return .integer((day + 6) / 7)
        case .hourInDay: return .integer(parts.hour!)
        case .dayOnly:
            let days = noon(year, month, day).timeIntervalSince1970 / 86_400
            return .date(CalendarDate(days: Int32(days.rounded(.down))))
        default: fatalError("\(function) is not a function of dates")
        }
    }

    /// The year in which the fiscal year ends.
    private func fiscalYear(_ year: Int, _ month: Int) -> Int {
        fiscalStart > 1 && month >= fiscalStart ? year + 1 : year
    }
}
