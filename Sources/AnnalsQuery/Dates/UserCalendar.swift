package import AnnalsSOQL
package import AnnalsSchema
internal import Foundation

/// The calendar of the user: the meaning of date literals, and the parts of a date (Specification: soql 4.6, 7.2).
package struct UserCalendar: Sendable {
    private let zone: TimeZone
    /// Seconds since 1970.
    private let now: Int64
    /// 1 is Sunday.
    private let firstWeekday: Int
    /// The month in which the fiscal year begins, counted from 0.
    private let fiscalShift: Int
    /// Today in the user's time zone, in days since 1970.
    package let today: Int

    /// - Returns: `nil` if there is no such time zone, weekday or month.
    package init?(now: Timestamp, timeZone: String, firstWeekday: Int, fiscalYearStart: Int) {
        guard let zone = TimeZone(identifier: timeZone), (1...7).contains(firstWeekday),
            (1...12).contains(fiscalYearStart)
        else { return nil }
        self.zone = zone
        self.now = now.seconds
        self.firstWeekday = firstWeekday
        fiscalShift = fiscalYearStart - 1
        today = Self.localDay(of: now.seconds, zone)
    }

    private static func offset(at second: Int64, _ zone: TimeZone) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }

    private static func localDay(of second: Int64, _ zone: TimeZone) -> Int {
        Int((second + offset(at: second, zone)).flooredQuotient(by: 86_400))
    }

    /// The days that a literal means, for date fields: days since 1970.
    package func days(of range: DateRange) -> Range<Int> {
        let start = start(of: range.unit, shiftedBy: range.shift)
        let end = self.start(of: range.unit, shiftedBy: range.shift.addingClamped(range.count))
        return start..<max(start, end)
    }

    /// The instants that a literal means, for dateTime fields: seconds since 1970, from midnight to
    /// midnight in the user's time zone.
    package func seconds(of range: DateRange) -> Range<Int64> {
        let days = days(of: range)
        let start = midnight(of: days.lowerBound)
        let end = range.endsNow ? now + 1 : midnight(of: days.upperBound)
        return start..<max(start, end)
    }

    /// The first second of a day that has one.
    private func midnight(of day: Int) -> Int64 {
        let civil = Int64(day) * 86_400
        // No zone is this far from UTC: one offset is from before the day begins, the other from
        // after.
        let around = [civil - 26 * 3600, civil + 26 * 3600]
        // If clocks go back over midnight it occurs twice, and the day begins with the first.
        let midnights = around.map { civil - Self.offset(at: $0, zone) }
            .filter { $0 + Self.offset(at: $0, zone) == civil }
        return midnights.min() ?? forwardChange(to: day, between: around[0], and: around[1])
    }

    /// The second at which clocks go forward over a day's midnight, which then never occurs.
    private func forwardChange(to day: Int, between start: Int64, and end: Int64) -> Int64 {
        var (low, high) = (start, end)
        while low < high {
            let middle = low + (high - low) / 2
            if Self.localDay(of: middle, zone) >= day { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The first day of the unit that is `shift` units after the current one.
    private func start(of unit: DateRange.Unit, shiftedBy shift: Int) -> Int {
        // Beyond SOQL's years nothing can be found: they limit the arithmetic.
        let shift = min(max(shift, -2_000_000), 2_000_000)
        let month = CivilMonth(day: today).index
        switch unit {
        case .day: return today + shift
        case .week: return today - weekday(today) + 7 * shift
        case .month: return CivilMonth.firstDay(ofIndex: month + shift)
        case .quarter:
            return CivilMonth.firstDay(ofIndex: (month.flooredQuotient(by: 3) + shift) * 3)
        case .year:
            return CivilMonth.firstDay(ofIndex: (month.flooredQuotient(by: 12) + shift) * 12)
        case .fiscalQuarter:
            let quarter = (month - fiscalShift).flooredQuotient(by: 3) + shift
            return CivilMonth.firstDay(ofIndex: quarter * 3 + fiscalShift)
        case .fiscalYear:
            let year = (month - fiscalShift).flooredQuotient(by: 12) + shift
            return CivilMonth.firstDay(ofIndex: year * 12 + fiscalShift)
        }
    }

    /// Days since the user's week began.
    private func weekday(_ day: Int) -> Int {
        (day + 4 - (firstWeekday - 1)).flooredRemainder(by: 7)
    }

    /// The part of a day, given in days since 1970; `nil` for what a day does not have.
    package func value(of function: Function, day: Int) -> Int? {
        let month = CivilMonth(day: day)
        let dayInMonth = day - CivilMonth.firstDay(ofIndex: month.index)
        let fiscal = month.index - fiscalShift
        switch function {
        case .calendarYear: return month.index.flooredQuotient(by: 12)
        case .calendarQuarter: return month.index.flooredRemainder(by: 12) / 3 + 1
        case .calendarMonth: return month.index.flooredRemainder(by: 12) + 1
        // A fiscal year is named after the calendar year in which it ends.
        case .fiscalYear: return fiscal.flooredQuotient(by: 12) + (fiscalShift == 0 ? 0 : 1)
        case .fiscalQuarter: return fiscal.flooredRemainder(by: 12) / 3 + 1
        case .fiscalMonth: return fiscal.flooredRemainder(by: 12) + 1
        case .dayInYear, .weekInYear:
            let year = month.index.flooredQuotient(by: 12)
            let dayInYear = day - CivilMonth.firstDay(ofIndex: year * 12)
            return function == .dayInYear ? dayInYear + 1 : dayInYear / 7 + 1
        case .dayInMonth: return dayInMonth + 1
        case .weekInMonth: return dayInMonth / 7 + 1
        case .dayInWeek: return (day + 4).flooredRemainder(by: 7) + 1
        case .dayOnly: return day
        default: return nil
        }
    }

    /// The part of an instant, in UTC, or in the user's time zone if it `isConverted`.
    package func value(of function: Function, second: Int64, isConverted: Bool) -> Int? {
        let local = isConverted ? second + Self.offset(at: second, zone) : second
        if function == .hourInDay { return Int(local.flooredRemainder(by: 86_400) / 3600) }
        return value(of: function, day: Int(local.flooredQuotient(by: 86_400)))
    }
}

/// Months of the Gregorian calendar, counted from the year 0.
private struct CivilMonth {
    let index: Int

    init(day: Int) {
        let components = CalendarDate(days: Int32(clamping: day)).components
        index = Int(components.year) * 12 + Int(components.month) - 1
    }

    /// Days since 1970 of the first day of a month.
    static func firstDay(ofIndex index: Int) -> Int {
        let year = index.flooredQuotient(by: 12)
        // The year begins in March here, so that the leap day is its last.
        let month = index.flooredRemainder(by: 12)
        let marchYear = month >= 2 ? year : year - 1
        let marchMonth = (month + 10) % 12
        let era = marchYear.flooredQuotient(by: 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * marchMonth + 2) / 5
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension FixedWidthInteger {
    fileprivate func flooredQuotient(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    fileprivate func flooredRemainder(by divisor: Self) -> Self {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }

    fileprivate func addingClamped(_ other: Self) -> Self {
        let (sum, isTooMuch) = addingReportingOverflow(other)
        return isTooMuch ? (other > 0 ? .max : .min) : sum
    }
}
