import AnnalsSOQL
import Foundation

/// The same calendar on top of Foundation's, which shares no arithmetic with ours.
struct FoundationDates {
    /// In UTC, where a day has 86,400 seconds and day numbers are dates.
    private let civil: Calendar
    private let local: Calendar
    private let now: Date
    private let fiscalYearStart: Int

    init(now: Int64, timeZone: TimeZone, firstWeekday: Int, fiscalYearStart: Int) {
        civil = Self.gregorian(.gmt, firstWeekday)
        local = Self.gregorian(timeZone, firstWeekday)
        self.now = Date(timeIntervalSince1970: Double(now))
        self.fiscalYearStart = fiscalYearStart
    }

    private static func gregorian(_ zone: TimeZone, _ firstWeekday: Int) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        calendar.firstWeekday = firstWeekday
        return calendar
    }

    var today: Int { day(ofInstant: now) }

    /// The day of an instant in the user's time zone.
    func day(ofInstant instant: Date) -> Int {
        let parts = local.dateComponents([.year, .month, .day], from: instant)
        return civil.date(from: parts).map(Self.number) ?? .min
    }

    private static func number(_ midnight: Date) -> Int {
        Int((midnight.timeIntervalSince1970 / 86_400).rounded(.down))
    }

    private static func midnight(_ day: Int) -> Date {
        Date(timeIntervalSince1970: Double(day) * 86_400)
    }

    /// The first second of a day in the user's time zone.
    func firstSecond(of day: Int) -> Int64 {
        var parts = civil.dateComponents([.year, .month, .day], from: Self.midnight(day))
        parts.hour = 12
        guard let noon = local.date(from: parts) else { return .min }
        return Int64(local.startOfDay(for: noon).timeIntervalSince1970)
    }

    /// The days of a literal, row by row of the table (Specification: soql 7.2).
    func days(_ unit: DateRange.Unit, _ form: DateRange.Form) -> Range<Int> {
        let (from, to) =
            switch form {
            case .last: (-1, 0)
            case .this: (0, 1)
            case .next: (1, 2)
            case .lastN(let count): (-count, unit == .day ? 1 : 0)
            case .nextN(let count): (1, count + 1)
            case .ago(let count): (-count, 1 - count)
            }
        return start(of: unit, from)..<start(of: unit, to)
    }

    private func start(of unit: DateRange.Unit, _ shift: Int) -> Int {
        let (component, step): (Calendar.Component, Int) =
            switch unit {
            case .day: (.day, 1)
            case .week: (.day, 7)
            case .month: (.month, 1)
            case .quarter, .fiscalQuarter: (.month, 3)
            case .year, .fiscalYear: (.year, 1)
            }
        let present = start(of: unit)
        return civil.date(byAdding: component, value: shift * step, to: present)
            .map(Self.number) ?? .min
    }

    /// The first day of the current unit, found by going back day by day.
    private func start(of unit: DateRange.Unit) -> Date {
        var date = Self.midnight(today)
        func begins() -> Bool {
            let parts = civil.dateComponents([.month, .day, .weekday], from: date)
            guard let month = parts.month, let day = parts.day else { return true }
            return switch unit {
            case .day: true
            case .week: parts.weekday == civil.firstWeekday
            case .month: day == 1
            case .quarter: day == 1 && [1, 4, 7, 10].contains(month)
            case .year: day == 1 && month == 1
            case .fiscalQuarter: day == 1 && (month + 12 - fiscalYearStart) % 3 == 0
            case .fiscalYear: day == 1 && month == fiscalYearStart
            }
        }
        while !begins() { date.addTimeInterval(-86_400) }
        return date
    }

    /// The part of a day that a function returns.
    func value(of function: AnnalsSOQL.Function, day: Int) -> Int? {
        let date = Self.midnight(day)
        let parts = civil.dateComponents([.year, .month, .day, .weekday], from: date)
        guard let year = parts.year, let month = parts.month, let dayOfMonth = parts.day,
            let dayOfYear = civil.ordinality(of: .day, in: .year, for: date)
        else { return nil }
        // The number of months of the fiscal year that have passed.
        let fiscalMonths = (month + 12 - fiscalYearStart) % 12
        let beginsWithCalendarYear = fiscalYearStart == 1
        return switch function {
        case .calendarYear: year
        case .calendarQuarter: (month + 2) / 3
        case .calendarMonth: month
        case .fiscalYear: month >= fiscalYearStart && !beginsWithCalendarYear ? year + 1 : year
        case .fiscalQuarter: fiscalMonths / 3 + 1
        case .fiscalMonth: fiscalMonths + 1
        case .dayInYear: dayOfYear
        case .dayInMonth: dayOfMonth
        case .dayInWeek: parts.weekday
        case .weekInYear: (dayOfYear + 6) / 7
        case .weekInMonth: (dayOfMonth + 6) / 7
        case .dayOnly: day
        default: nil
        }
    }

    /// The same for an instant in the user's time zone, or in UTC.
    func value(of function: AnnalsSOQL.Function, second: Int64, isConverted: Bool) -> Int? {
        let instant = Date(timeIntervalSince1970: Double(second))
        if function == .hourInDay {
            return (isConverted ? local : civil).component(.hour, from: instant)
        }
        return value(
            of: function,
            day: isConverted ? day(ofInstant: instant) : Self.number(instant)
        )
    }
}
