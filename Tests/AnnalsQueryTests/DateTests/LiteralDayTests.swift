import AnnalsQuery
import AnnalsSOQL
import AnnalsTestSupport
import Testing

struct `The days of a date literal` {
    @Test func `are those of Foundation's calendar`() throws {
        var random = SeededRandom(seed: testSeed(41))
        for _ in 0..<300 {
            let calendar = try RandomCalendar(&random)
            #expect(calendar.user.today == calendar.foundation.today, "\(calendar)")
            for _ in 0..<10 {
                let literal = RandomCalendar.literal(&random, below: 40)
                #expect(
                    calendar.user.days(of: literal)
                        == calendar.foundation.days(literal.unit, literal.form),
                    "\(literal), \(calendar)"
                )
            }
        }
    }

    @Test func `are right before 1970 and far ahead`() throws {
        var random = SeededRandom(seed: testSeed(42))
        for _ in 0..<200 {
            let calendar = try RandomCalendar(&random, years: 1701...3990)
            #expect(calendar.user.today == calendar.foundation.today, "\(calendar)")
            let literal = RandomCalendar.literal(&random, below: 8)
            #expect(
                calendar.user.days(of: literal)
                    == calendar.foundation.days(literal.unit, literal.form),
                "\(literal), \(calendar)"
            )
        }
    }

    @Test func `are counted from the user's day, not from that of UTC`() throws {
        let now = "2026-03-01T06:30:00Z"
        #expect(try userCalendar(now).today == dayNumber("2026-03-01"))
        #expect(try userCalendar(now, in: "America/Los_Angeles").today == dayNumber("2026-02-28"))
        #expect(
            try userCalendar(now, in: "America/Los_Angeles").days(of: DateRange(.month, .this))
                == dayNumber("2026-02-01")..<dayNumber("2026-03-01")
        )
    }

    @Test func `include today for the last n days only`() throws {
        let calendar = try userCalendar("2026-03-18T12:00:00Z")
        let today = try dayNumber("2026-03-18")
        #expect(calendar.days(of: DateRange(.day, .lastN(3))) == today - 3..<today + 1)
        #expect(calendar.days(of: DateRange(.day, .lastN(0))) == today..<today + 1)
        #expect(calendar.days(of: DateRange(.day, .nextN(3))) == today + 1..<today + 4)
        #expect(
            try calendar.days(of: DateRange(.month, .lastN(2)))
                == dayNumber("2026-01-01")..<dayNumber("2026-03-01")
        )
        #expect(
            try calendar.days(of: DateRange(.year, .lastN(2)))
                == dayNumber("2024-01-01")..<dayNumber("2026-01-01")
        )
    }

    @Test(arguments: 1...7)
    func `begin a week on the user's first weekday`(weekday: Int) throws {
        for date in 8...21 {
            let text = "2026-03-\(date < 10 ? "0" : "")\(date)"
            let calendar = try userCalendar("\(text)T12:00:00Z", firstWeekday: weekday)
            let week = calendar.days(of: DateRange(.week, .this))
            #expect(week.count == 7)
            #expect(try week.contains(dayNumber(text)))
            #expect(calendar.value(of: .dayInWeek, day: week.lowerBound) == weekday)
        }
    }

    @Test func `follow the fiscal year`() throws {
        let calendar = try userCalendar("2026-03-18T12:00:00Z", fiscalYearStart: 2)
        #expect(
            try calendar.days(of: DateRange(.fiscalYear, .this))
                == dayNumber("2026-02-01")..<dayNumber("2027-02-01")
        )
        #expect(
            try calendar.days(of: DateRange(.fiscalQuarter, .last))
                == dayNumber("2025-11-01")..<dayNumber("2026-02-01")
        )
        #expect(
            try calendar.days(of: DateRange(.quarter, .last))
                == dayNumber("2025-10-01")..<dayNumber("2026-01-01")
        )
    }

    @Test(arguments: DateRange.Unit.allCases)
    func `reach over every year of SOQL however large the number is`(
        unit: DateRange.Unit
    ) throws {
        let calendar = try userCalendar("2026-03-18T12:00:00Z", in: "Pacific/Apia")
        let (first, last) = (try dayNumber("1700-01-01"), try dayNumber("4000-12-31"))
        for count in [1_000_000, 5_000_000, 1 << 31, 1 << 40, .max - 1] {
            let past = calendar.days(of: DateRange(unit, .lastN(count)))
            #expect(past.lowerBound <= first)
            #expect(past.upperBound == calendar.days(of: DateRange(unit, .lastN(1))).upperBound)
            let future = calendar.days(of: DateRange(unit, .nextN(count)))
            #expect(future.lowerBound == calendar.days(of: DateRange(unit, .next)).lowerBound)
            #expect(future.upperBound > last)
            #expect(calendar.days(of: DateRange(unit, .ago(count))).upperBound <= first)
            for form in [DateRange.Form.lastN(count), .nextN(count)] {
                let range = DateRange(unit, form)
                let seconds = calendar.seconds(of: range)
                let days = calendar.days(of: range)
                #expect(seconds.lowerBound / 86_400 - Int64(days.lowerBound) <= 1)
                #expect(!seconds.isEmpty)
            }
        }
    }
}
