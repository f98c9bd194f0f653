import AnnalsSOQL
import Testing

/// The literal on the right-hand side of the first comparison of a query.
func literal(_ text: String) throws -> Literal.Value? {
    let query = try SOQLParser.parse("SELECT Id FROM A WHERE x \(text)")
    guard case .comparison(let comparison) = query.filter,
        case .value(let literal) = comparison.right
    else { return nil }
    return literal.value
}

struct `A literal` {
    @Test func `of a dateTime is an instant, whatever its zone`() throws {
        #expect(try literal("= 1970-01-01T00:00:00Z") == .dateTime(milliseconds: 0))
        #expect(try literal("= 1969-12-31T16:00:00.001-0800") == .dateTime(milliseconds: 1))
        #expect(
            try literal("= 2024-02-29T23:59:59.9Z") == .dateTime(milliseconds: 1_709_251_199_900)
        )
        #expect(
            try literal("= 1700-01-01T00:00:00Z") == .dateTime(milliseconds: -8_520_336_000_000)
        )
    }

    @Test func `of a time is a time of day in UTC`() throws {
        #expect(try literal("= 01:00:00Z") == .time(milliseconds: 3_600_000))
        #expect(try literal("= 01:00:00+02:00") == .time(milliseconds: 23 * 3_600_000))
        #expect(try literal("= 23:30:00-01:00") == .time(milliseconds: 30 * 60_000))
    }

    @Test func `of a number keeps its digits`() throws {
        #expect(try literal("= - 007.50") == .number(Number(digits: "007.50", isNegative: true)))
        #expect(Number(digits: "007", isNegative: true).integer == -7)
        #expect(Number(digits: "7.0").integer == nil)
        #expect(Number(digits: ".5").double == 0.5)
        #expect(Number(digits: "7.0").hasFraction)
        #expect(Number(digits: "99999999999999999999").integer == nil)
        #expect(Number(digits: "9223372036854775808", isNegative: true).integer == .min)
    }

    @Test func `of three letters and a number is an amount of money`() throws {
        let amount = Number(digits: "5000.55")
        #expect(try literal("= USD5000.55") == .currency(code: "USD", amount: amount))
        #expect(try literal("= eur.5") == .currency(code: "eur", amount: Number(digits: ".5")))
        #expect(throws: SOQLError.self) { try literal("= USD-5") }
        #expect(throws: SOQLError.self) { try literal("= USD 5") }
        #expect(throws: SOQLError.self) { try literal("= EURO5") }
    }

    @Test func `on the right of LIKE tells wildcards from escaped ones`() throws {
        let elements: [LikePattern.Element] = [
            .text("50%_'"), .anyRun, .anyCharacter, .anyCharacter, .text("x"),
        ]
        #expect(try literal(#"LIKE '50\%\_\'%__x'"#) == .pattern(LikePattern(elements)))
        #expect(try literal("= '50%'") == .text("50%"))
    }

    @Test(arguments: [
        ("n", "\n"), ("N", "\n"), ("r", "\r"), ("T", "\t"), ("b", "\u{8}"), ("f", "\u{C}"),
        ("F", "\u{C}"), ("\"", "\""), ("'", "'"), ("\\", "\\"), ("u00e9", "é"), ("U00E9", "é"),
        ("u0000", "\0"), ("uD83D\\ude00", "😀"),
    ])
    func `of text may have escapes`(escape: String, meaning: String) throws {
        #expect(try literal("= 'a\\\(escape)b'") == .text("a\(meaning)b"))
    }

    @Test(arguments: [
        "uD83D", "uDE00", "uD83D\\u0041", "u12", "u12g4", "x", "%", "_", "0", "é", "",
    ])
    func `of text has no other escapes`(escape: String) {
        #expect(throws: SOQLError.self) { try literal("= 'a\\\(escape)'") }
    }
}

struct `A date literal` {
    @Test(arguments: DateRange.Unit.allCases)
    func `of every unit and form is read in any case, and prints as the reference has it`(
        unit: DateRange.Unit
    ) throws {
        for form in [.last, .this, .next, .lastN(0), .nextN(12), .ago(777_777)]
            as [DateRange.Form]
        {
            let range = DateRange(unit, form)
            #expect(try literal("= \(range)") == .dateRange(range))
            #expect(try literal("= \(range.description.lowercased())") == .dateRange(range))
        }
    }

    @Test func `is a run of whole units beside the present one`() {
        func run(_ range: DateRange) -> [Int] { [range.shift, range.count] }
        #expect(run(DateRange(.day, .last)) == [-1, 1])
        #expect(run(DateRange(.month, .this)) == [0, 1])
        #expect(run(DateRange(.fiscalYear, .next)) == [1, 1])
        #expect(run(DateRange(.day, .lastN(90))) == [-90, 91])
        #expect(run(DateRange(.week, .lastN(3))) == [-3, 3])
        #expect(run(DateRange(.day, .nextN(90))) == [1, 90])
        #expect(run(DateRange(.quarter, .ago(2))) == [-2, 1])
        #expect(DateRange(.day, .lastN(90)).endsNow)
        #expect(!DateRange(.week, .lastN(90)).endsNow)
    }

    @Test func `of any number reaches no further than one that is read`() {
        let most = DateRange(.day, .lastN(Dialect.dateRangeCountMax))
        for form in [.lastN(.max), .nextN(.max), .ago(.max), .lastN(.min), .ago(.min)]
            as [DateRange.Form]
        {
            let range = DateRange(.day, form)
            #expect((most.shift...1).contains(range.shift))
            #expect((0...most.count).contains(range.count))
        }
        #expect(DateRange(.day, .lastN(.max)).count == most.count)
    }

    @Test func `of days and its number of days are the same`() throws {
        #expect(try literal("= LAST_90_DAYS") == literal("= LAST_N_DAYS:90"))
        #expect(try literal("= NEXT_90_DAYS") == literal("= NEXT_N_DAYS:90"))
    }

    @Test(arguments: [
        "TODAY:1", "LAST_N_DAYS", "LAST_N_DAYS:", "LAST_N_DAYS:-1", "LAST_N_DAYS:1.5",
    ])
    func `has its number exactly where its name asks for one`(text: String) {
        #expect(throws: SOQLError.self) { try literal("= \(text)") }
    }
}

struct `A day` {
    @Test func `is counted from 1970 and back, through every leap year`() throws {
        var expected = try #require(CivilDate(year: 1700, month: 1, day: 1)).daysSince1970
        #expect(expected == -98_615)
        for year in CivilDate.years {
            for month in 1...12 {
                var day = 1
                while let date = CivilDate(year: year, month: month, day: day) {
                    if date.daysSince1970 != expected { Issue.record("\(date)") }
                    if CivilDate(daysSince1970: expected) != date { Issue.record("\(date)") }
                    expected += 1
                    day += 1
                }
            }
        }
        #expect(CivilDate(daysSince1970: expected) == nil)
        #expect(CivilDate(daysSince1970: -98_616) == nil)
    }
}
