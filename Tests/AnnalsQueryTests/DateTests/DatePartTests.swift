import AnnalsQuery
import AnnalsSOQL
import AnnalsTestSupport
import Testing

struct `A part of a date` {
    static let functions = Function.allCases.filter { $0.kind == .date }

    @Test func `is that of Foundation's calendar`() throws {
        var random = SeededRandom(seed: testSeed(44))
        for _ in 0..<100 {
            let calendar = try RandomCalendar(&random)
            for _ in 0..<5 {
                let second = RandomCalendar.second(&random, years: 1700...3999)
                let day = Int(second / 86_400)
                for function in Self.functions where function != .hourInDay {
                    #expect(
                        calendar.user.value(of: function, day: day)
                            == calendar.foundation.value(of: function, day: day),
                        "\(function.rawValue) of \(day), \(calendar)"
                    )
                }
            }
        }
    }

    @Test(arguments: [false, true])
    func `of an instant is that of Foundation's calendar`(isConverted: Bool) throws {
        var random = SeededRandom(seed: testSeed(45))
        for _ in 0..<100 {
            let calendar = try RandomCalendar(&random)
            for _ in 0..<5 {
                let second = RandomCalendar.second(&random, years: 1700...3999)
                for function in Self.functions {
                    #expect(
                        calendar.user.value(of: function, second: second, isConverted: isConverted)
                            == calendar.foundation.value(
                                of: function,
                                second: second,
                                isConverted: isConverted
                            ),
                        "\(function.rawValue) of \(second), \(calendar)"
                    )
                }
            }
        }
    }

    @Test func `is read in UTC unless it is converted`() throws {
        let calendar = try userCalendar("2026-03-18T12:00:00Z", in: "Asia/Kolkata")
        let instant = try secondNumber("2025-12-31T18:30:00Z")
        for (function, inUTC, converted) in [
            (Function.calendarYear, 2025, 2026), (.dayInYear, 365, 1), (.hourInDay, 18, 0),
            (.weekInYear, 53, 1),
            (.dayOnly, try dayNumber("2025-12-31"), try dayNumber("2026-01-01")),
        ] {
            let plain = calendar.value(of: function, second: instant, isConverted: false)
            #expect(plain == inUTC)
            let local = calendar.value(of: function, second: instant, isConverted: true)
            #expect(local == converted)
        }
    }

    @Test func `names a fiscal year after the calendar year in which it ends`() throws {
        let february = try userCalendar("2026-03-18T12:00:00Z", fiscalYearStart: 2)
        #expect(try february.value(of: .fiscalYear, day: dayNumber("2026-01-31")) == 2026)
        #expect(try february.value(of: .fiscalYear, day: dayNumber("2026-02-01")) == 2027)
        #expect(try february.value(of: .fiscalMonth, day: dayNumber("2026-02-01")) == 1)
        #expect(try february.value(of: .fiscalQuarter, day: dayNumber("2026-01-31")) == 4)
        let january = try userCalendar("2026-03-18T12:00:00Z")
        #expect(try january.value(of: .fiscalYear, day: dayNumber("2026-12-31")) == 2026)
    }

    @Test func `counts weeks in sevens from the first day, not from a weekday`() throws {
        let calendar = try userCalendar("2026-03-18T12:00:00Z", firstWeekday: 2)
        for (text, week) in [
            ("2026-03-01", 1), ("2026-03-07", 1), ("2026-03-08", 2), ("2026-03-31", 5),
        ] {
            #expect(try calendar.value(of: .weekInMonth, day: dayNumber(text)) == week)
        }
        #expect(try calendar.value(of: .weekInYear, day: dayNumber("2024-12-31")) == 53)
        // Sunday is the first day of the week here, whatever the user's first day is.
        #expect(try calendar.value(of: .dayInWeek, day: dayNumber("2026-03-01")) == 1)
    }

    @Test func `is none for a function that is not of dates`() throws {
        let calendar = try userCalendar("2026-03-18T12:00:00Z")
        for function in Function.allCases where function.kind != .date {
            #expect(calendar.value(of: function, day: 0) == nil)
            #expect(calendar.value(of: function, second: 0, isConverted: true) == nil)
        }
        #expect(calendar.value(of: .hourInDay, day: 0) == nil)
    }
}
