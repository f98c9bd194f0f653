import AnnalsSchema
import AnnalsTestSupport
import Testing

struct `An id` {
    /// Specification: fields 3.2.
    static let vectors = [
        ("a01M00000062mPg", "IAI"), ("001M000000qfPyS", "IAU"), ("a0FE000000D6r3F", "MAR"),
        ("0F9E000000092w2", "KAA"), ("a0RE000000IJmcN", "MAT"), ("AbCdEfGhIjKlMnO", "VKV"),
        ("aBcDEfgHIJKLMNO", "025"), ("aaaaaaaaaaaaaaa", "AAA"), ("012000000000000", "AAA"),
        ("0TzHs000000aBcD", "KAU"), ("0TzHs000000aBcE", "KAU"), ("0TzHs000000zzzz", "KAA"),
        ("001Hs0000000000", "IAA"),
    ]

    @Test(arguments: vectors)
    func `has the published suffix`(short: String, suffix: String) throws {
        let id = try #require(RecordID(short))

        #expect(id.description == short + suffix)
        #expect(id.shortDescription == short)
        #expect(RecordID(short + suffix) == id)
    }

    @Test(arguments: [
        "", "0Tz", "0TzHs000000aBc", "0TzHs000000aBcDK", "0TzHs000000aBcDKAUX",
        "0TzHs000000aBcDKAA",
        "0tzHs000000aBcDKAU", "0TzHs000000aBc-", "0TzHs000000aBcDkau", "ÄÖÜÄÖÜÄ1",
    ])
    func `is not read from another text`(text: String) { #expect(RecordID(text) == nil) }

    @Test func `comes back from its serial, and sorts as serials do`() throws {
        var random = SeededRandom(seed: testSeed(7))
        let prefix = try #require(KeyPrefix("0Tz"))
        for _ in 0..<2000 {
            let left = UInt64.random(in: 0...RecordKey.serialMax, using: &random)
            let right = UInt64.random(in: 0...RecordKey.serialMax, using: &random)
            let id = RecordID(prefix: prefix, serial: left)

            #expect(id.serial == left)
            #expect(RecordID(id.description) == id)
            #expect((id < RecordID(prefix: prefix, serial: right)) == (left < right))
        }
    }

    @Test func `is the same made with those near to it`() throws {
        var random = SeededRandom(seed: testSeed(8))
        let prefix = try #require(KeyPrefix("0Tz"))
        var maker = RecordIDMaker(prefix: prefix)
        var serial: UInt64 = 0
        for _ in 0..<20_000 {
            #expect(maker.id(ofSerial: serial) == RecordID(prefix: prefix, serial: serial))
            // Usually the next one, sometimes any, even an earlier one.
            serial =
                random.below(200) == 0
                ? UInt64.random(in: 0...RecordKey.serialMax - 20_000, using: &random)
                : serial + UInt64(random.below(3))
        }
    }

    @Test func `with a number that was never given out has no serial`() {
        #expect(RecordID("0Tzzzzzzzzzzzzz")?.serial == nil)
    }
}

struct `A time` {
    @Test(arguments: [
        ("2026-01-31T08:15:30.123Z", "2026-01-31T08:15:30.123Z"),
        ("2026-01-31T08:15:30+01:00", "2026-01-31T07:15:30.000Z"),
        ("2026-01-31T08:15:30.5-0130", "2026-01-31T09:45:30.500Z"),
        ("2024-02-29T23:59:59.999999Z", "2024-02-29T23:59:59.999Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
        ("1700-01-01T00:00:00Z", "1700-01-01T00:00:00.000Z"),
    ])
    func `is read in the forms that clients send`(text: String, expected: String) {
        #expect(Timestamp(text)?.precise == expected)
    }

    @Test(arguments: [
        "", "2026-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2026-01-31", "2026-01-31T24:00:00Z",
        "2026-01-31T08:60:00Z", "2026-01-31T08:15:30", "2026-01-31T08:15:30.Z",
        "4001-01-01T00:00:00Z",
        "2026-01-31T08:15:30Z ",
    ])
    func `is not read from another text`(text: String) { #expect(Timestamp(text) == nil) }

    @Test func `has every day of four thousand years`() throws {
        var days: Int32 = try #require(CalendarDate("1700-01-01")).days
        while days < 300_000 {
            let date = CalendarDate(days: days)

            #expect(CalendarDate(date.description) == date)
            days += 37
        }
    }
}
