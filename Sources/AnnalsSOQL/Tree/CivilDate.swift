/// A day of the Gregorian calendar, without zone (Specification: soql 7.1).
package struct CivilDate: Hashable, Sendable, Comparable {
    package let year: Int
    package let month: Int
    package let day: Int

    /// `nil` if the calendar has no such day, or SOQL no such year.
    package init?(year: Int, month: Int, day: Int) {
        guard CivilDate.years.contains(year), (1...12).contains(month),
            (1...CivilDate.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The years whose dates the API accepts.
    package static let years = 1700...4000

    package static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CivilDate {
    /// Days from 1970-01-01.
    package var daysSince1970: Int { CivilDate.daysSince1970(year, month, day) }

    /// Days from 1970-01-01 to a day of any year, which need not be one that SOQL accepts.
    static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // The year is considered to begin in March, so that the leap day is its last: then the days
        // before a month are 30 a month plus a rounding term for the longer ones.
        let marchYear = month > 2 ? year : year - 1
        let marchMonth = (month + 9) % 12
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The day that is that many days after 1970-01-01; `nil` outside SOQL's years.
    package init?(daysSince1970 days: Int) {
        guard (-200_000...1_000_000).contains(days) else { return nil }
        let shifted = days + 719_468
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        self.init(
            year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }
}

extension CivilDate {
    static let millisecondsOfDay: Int64 = 86_400_000

    /// The instants of SOQL's years in UTC, as milliseconds since 1970.
    static let instants: Range<Int64> = {
        let first = daysSince1970(years.lowerBound, 1, 1)
        let last = daysSince1970(years.upperBound + 1, 1, 1)
        return Int64(first) * millisecondsOfDay..<Int64(last) * millisecondsOfDay
    }()
}
