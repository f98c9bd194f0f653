import AnnalsQuery
import AnnalsSOQL
import AnnalsSchema
import AnnalsTestSupport
import Foundation
import Testing

/// A user's calendar at some place and time, with the same calendar on top of Foundation's.
struct RandomCalendar: CustomStringConvertible {
    let user: UserCalendar
    let foundation: FoundationDates
    let zone: TimeZone
    let description: String

    /// Zones that change their clocks at midnight, by half an hour, or by a whole day.
    static let zones = [
        "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo",
        "Africa/Cairo", "Pacific/Apia", "America/Havana", "UTC",
    ]

    init(_ random: inout SeededRandom, years: ClosedRange<Int> = 1971...2070) throws {
        let name = Self.zones[random.below(Self.zones.count)]
        let firstWeekday = 1 + random.below(7)
        let fiscalYearStart = 1 + random.below(12)
        let now = Self.second(&random, years: years)
        zone = try #require(TimeZone(identifier: name))
        user = try #require(
            UserCalendar(
                now: Timestamp(milliseconds: now * 1000 + Int64(random.below(1000))),
                timeZone: name,
                firstWeekday: firstWeekday,
                fiscalYearStart: fiscalYearStart
            )
        )
        foundation = FoundationDates(
            now: now,
            timeZone: zone,
            firstWeekday: firstWeekday,
            fiscalYearStart: fiscalYearStart
        )
        description = "now \(now), \(name), weekday \(firstWeekday), month \(fiscalYearStart)"
    }

    /// A second in about these years.
    static func second(_ random: inout SeededRandom, years: ClosedRange<Int>) -> Int64 {
        let first = (years.lowerBound - 1970) * 31_556_952
        let last = (years.upperBound + 1 - 1970) * 31_556_952
        return Int64(Int.random(in: first..<last, using: &random))
    }

    /// Any of the literals; `count` bounds the numbers in them.
    static func literal(_ random: inout SeededRandom, below count: Int) -> DateRange {
        let units = DateRange.Unit.allCases
        let number = random.below(count)
        let forms: [DateRange.Form] = [
            .last, .this, .next, .lastN(number), .nextN(number), .ago(number),
        ]
        return DateRange(units[random.below(units.count)], forms[random.below(forms.count)])
    }
}

/// A calendar whose `now` is given as text.
func userCalendar(
    _ now: String,
    in zone: String = "UTC",
    firstWeekday: Int = 1,
    fiscalYearStart: Int = 1
) throws -> UserCalendar {
    let now = try #require(Timestamp(now))
    return try #require(
        UserCalendar(
            now: now,
            timeZone: zone,
            firstWeekday: firstWeekday,
            fiscalYearStart: fiscalYearStart
        )
    )
}

/// The number of a day given as text.
func dayNumber(_ text: String) throws -> Int { Int(try #require(CalendarDate(text)).days) }

/// The second of a moment given as text.
func secondNumber(_ text: String) throws -> Int64 { try #require(Timestamp(text)).seconds }
