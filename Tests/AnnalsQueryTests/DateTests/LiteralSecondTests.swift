import AnnalsQuery
import AnnalsSOQL
import AnnalsSchema
import AnnalsTestSupport
import Testing

struct `The seconds of a date literal` {
    @Test func `begin and end at the midnights of Foundation's calendar`() throws {
        var random = SeededRandom(seed: testSeed(43))
        for _ in 0..<200 {
            let calendar = try RandomCalendar(&random)
            for _ in 0..<5 {
                let literal = RandomCalendar.literal(&random, below: 30)
                if literal.endsNow { continue }
                let days = calendar.foundation.days(literal.unit, literal.form)
                let seconds = calendar.user.seconds(of: literal)
                let about: Comment = "\(literal), \(calendar)"
                if Self.has(days.lowerBound, calendar) {
                    #expect(
                        seconds.lowerBound == calendar.foundation.firstSecond(of: days.lowerBound),
                        about
                    )
                }
                if Self.has(days.upperBound, calendar) {
                    #expect(
                        seconds.upperBound == calendar.foundation.firstSecond(of: days.upperBound),
                        about
                    )
                }
            }
        }
    }

    /// Apia skipped one day, and Foundation has no midnight for it.
    private static func has(_ day: Int, _ calendar: RandomCalendar) -> Bool {
        calendar.zone.identifier != "Pacific/Apia" || day != 15_338
    }

    @Test(arguments: RandomCalendar.zones)
    func `follow on one another through every change of the clocks`(zone: String) throws {
        var last: Int64?
        for number in try dayNumber("2007-01-01")..<dayNumber("2030-01-01") {
            let noon = Timestamp(milliseconds: Int64(number) * 86_400_000 + 43_200_000)
            let calendar = try #require(
                UserCalendar(now: noon, timeZone: zone, firstWeekday: 1, fiscalYearStart: 1)
            )
            let tomorrow = calendar.seconds(of: DateRange(.day, .next))
            let today = calendar.seconds(of: DateRange(.day, .this))
            #expect(today.contains(noon.seconds))
            #expect(today.upperBound == tomorrow.lowerBound)
            for (second, isToday) in [
                (today.lowerBound - 1, false), (today.lowerBound, true),
                (today.upperBound - 1, true), (today.upperBound, false),
            ] {
                let day = calendar.value(of: .dayOnly, second: second, isConverted: true)
                #expect((day == calendar.today) == isToday, "\(zone), \(second)")
            }
            #expect(last == nil || last == today.lowerBound, "\(zone), \(number)")
            last = today.upperBound
        }
    }

    @Test func `begin with the first instant there is where clocks go forward at midnight`() throws
    {
        let calendar = try userCalendar("2018-11-04T12:00:00Z", in: "America/Sao_Paulo")
        #expect(
            try calendar.seconds(of: DateRange(.day, .this))
                == secondNumber("2018-11-04T03:00:00Z")..<secondNumber("2018-11-05T02:00:00Z")
        )
    }

    @Test func `count an hour less or more on the days of the change`() throws {
        let zone = "America/Los_Angeles"
        let spring = try userCalendar("2026-03-08T20:00:00Z", in: zone)
        #expect(spring.seconds(of: DateRange(.day, .this)).count == 23 * 3600)
        let autumn = try userCalendar("2026-11-01T20:00:00Z", in: zone)
        #expect(autumn.seconds(of: DateRange(.day, .this)).count == 25 * 3600)
        let island = try userCalendar("2026-04-05T00:00:00Z", in: "Australia/Lord_Howe")
        #expect(island.seconds(of: DateRange(.day, .this)).count == 24 * 3600 + 1800)
    }

    @Test func `are none for a day that a country left out`() throws {
        let calendar = try userCalendar("2011-12-31T12:00:00+14:00", in: "Pacific/Apia")
        #expect(calendar.seconds(of: DateRange(.day, .last)).isEmpty)
        #expect(
            try calendar.seconds(of: DateRange(.day, .ago(2)))
                == secondNumber("2011-12-29T10:00:00Z")..<secondNumber("2011-12-30T10:00:00Z")
        )
    }

    @Test func `end with the present second for the last n days`() throws {
        let calendar = try userCalendar("2026-03-18T12:00:00.999Z")
        #expect(
            try calendar.seconds(of: DateRange(.day, .lastN(1)))
                == secondNumber("2026-03-17T00:00:00Z")..<secondNumber("2026-03-18T12:00:01Z")
        )
        #expect(
            try calendar.seconds(of: DateRange(.day, .this))
                == secondNumber("2026-03-18T00:00:00Z")..<secondNumber("2026-03-19T00:00:00Z")
        )
    }

    @Test func `begin a day once where the clocks go back just after midnight`() throws {
        // At 00:01 on 2 November 2008, clocks in Newfoundland went back to 23:01.
        let calendar = try userCalendar("2008-11-02T15:00:00Z", in: "America/St_Johns")
        let today = calendar.seconds(of: DateRange(.day, .this))
        #expect(try today.lowerBound == secondNumber("2008-11-02T02:30:00Z"))
        #expect(today.lowerBound == calendar.seconds(of: DateRange(.day, .last)).upperBound)
    }
}
