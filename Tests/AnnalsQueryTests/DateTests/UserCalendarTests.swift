import AnnalsQuery
import AnnalsSchema
import Testing

struct `A user's calendar` {
    @Test(
        arguments: [
            ("Nowhere/Atlantis", 1, 1), ("", 1, 1), ("UTC", 0, 1), ("UTC", 8, 1), ("UTC", 1, 0),
            ("UTC", 1, 13),
        ]
    )
    func `is refused where there is no such zone, weekday or month`(
        zone: String,
        weekday: Int,
        month: Int
    ) {
        let calendar = UserCalendar(
            now: Timestamp(milliseconds: 0),
            timeZone: zone,
            firstWeekday: weekday,
            fiscalYearStart: month
        )
        #expect(calendar == nil)
    }

    @Test func `has a yesterday before 1970`() throws {
        let calendar = try #require(
            UserCalendar(
                now: Timestamp(milliseconds: -1),
                timeZone: "UTC",
                firstWeekday: 1,
                fiscalYearStart: 1
            )
        )
        #expect(calendar.today == -1)
    }
}
