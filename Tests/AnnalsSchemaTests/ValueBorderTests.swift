import AnnalsSchema
import AnnalsTestSupport
import Testing

/// What Values.md says about every type, limit by limit.
struct `A value` {
    /// The outcome: what the field stores, or why the value is refused.
    private enum Outcome: Equatable {
        case kept(Value)
        case refused(StatusCode)
    }

    private func field(_ kind: Field.Kind, _ properties: Field.Properties = []) -> Field {
        Field("F__c", id: FieldID(rawValue: 1), label: "F", kind, properties, length: 20)
    }

    private func outcome(_ value: Value, in field: Field) -> Outcome {
        do throws(RecordError) {
            return .kept(try field.normalized(value, isTruncating: false))
        } catch {
            #expect(error.fields == ["F__c"])
            return .refused(error.statusCode)
        }
    }

    /// A number from JSON, and as the text of a cell.
    private func expect(_ number: String, in kind: Field.Kind, _ expected: Outcome) {
        let field = field(kind)
        #expect(outcome(Value(number: number), in: field) == expected, "\(number)")
        #expect(outcome(.text(number), in: field) == expected, "\"\(number)\"")
        #expect(outcome(.text(" \(number)\u{2003}"), in: field) == expected, "\" \(number) \"")
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("5", 5), ("5.0", 5), ("5.", 5), ("+5", 5), ("05", 5), ("5e0", 5),
        ("50e-1", 5), ("0.5e1", 5), ("5E+0", 5), ("2147483647", 2_147_483_647),
        ("-2147483648", -2_147_483_648), ("2147483647.000", 2_147_483_647), ("0e99999999999", 0),
        ("0.0000", 0), ("21474836470e-1", 2_147_483_647),
    ])
    func `of an int is a whole number, however it is written`(text: String, number: Int) {
        expect(text, in: .int, .kept(.integer(number)))
    }

    @Test(arguments: [
        "2147483648", "-2147483649", "100200300400", "3000000000", "9223372036854775807",
        "9223372036854775808", "-9223372036854775809", "89011234567890123451", "1e10", "1e400",
        "1e99999999999999999999999", "-1e400",
    ])
    func `of an int is refused beyond 32 bits`(text: String) {
        expect(text, in: .int, .refused(.numberOutsideValidRange))
    }

    @Test(arguments: [
        "0.5", "5.01", "1e-1", "-0.1", "2147483646.5", "1e-400", "1e-99999999999999999999",
        "0x10", "0x1p3", "nan", "inf", "-Infinity", "1,000", "1_000", "5 5", "٣", "--5", "+", ".",
        "e5", "5e", "5e+", "true", "5\u{0}",
    ])
    func `of an int is refused where it is no whole number`(text: String) {
        let field = field(.int)
        #expect(outcome(.text(text), in: field) == .refused(.invalidTypeOnFieldInRecord))
        #expect(
            outcome(Value(number: text), in: field) == .refused(.invalidTypeOnFieldInRecord)
        )
    }

    @Test func `of an int from a program is the same`() {
        let field = field(.int)
        let wrong = Outcome.refused(.invalidTypeOnFieldInRecord)
        let outside = Outcome.refused(.numberOutsideValidRange)
        #expect(outcome(.integer(7), in: field) == .kept(7))
        #expect(outcome(.integer(.max), in: field) == outside)
        #expect(outcome(.integer(.min), in: field) == outside)
        #expect(outcome(.double(5), in: field) == .kept(5))
        #expect(outcome(.double(-0.0), in: field) == .kept(0))
        #expect(outcome(.double(5.5), in: field) == wrong)
        #expect(outcome(.double(2_147_483_648), in: field) == outside)
        #expect(outcome(.double(1e300), in: field) == outside)
        #expect(outcome(.double(.nan), in: field) == wrong)
        #expect(outcome(.double(.infinity), in: field) == wrong)
        #expect(outcome(.boolean(true), in: field) == wrong)
        #expect(outcome(.date(CalendarDate(days: 1)), in: field) == wrong)
    }

    @Test func `of an int keeps within its bounds, and its bounds within 32 bits`() {
        var field = field(.int)
        field.maximum = 10_080
        #expect(outcome(.integer(10_081), in: field) == .refused(.numberOutsideValidRange))
        #expect(outcome("10080.0", in: field) == .kept(10_080))
        field.maximum = 3_000_000_000
        #expect(outcome(.integer(2_500_000_000), in: field) == .refused(.numberOutsideValidRange))
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("-0.0", 0), ("7", 7), ("7.0", 7), ("07", 7), ("0.1", 0.1),
        (".5", 0.5), ("5.", 5), ("+1.5", 1.5), ("1e5", 100_000), ("1E-3", 0.001),
        ("0.1000000000000000055511151231257827", 0.1), ("1e23", 1e23), ("1e308", 1e308),
        ("1.7976931348623157e308", .greatestFiniteMagnitude), ("5e-324", 5e-324),
        ("9007199254740992", 9_007_199_254_740_992), ("9007199254740994", 9_007_199_254_740_994),
        ("-9007199254740991.25", -9_007_199_254_740_991),
        ("36028797018963970", 3.602879701896397e16),
        ("123456789012345680000", 123456789012345680000),
    ])
    func `of a double is the nearest one`(text: String, number: Double) {
        expect(text, in: .double, .kept(.double(number)))
    }

    @Test(arguments: [
        "1e400", "-1e400", "1.8e308", "1e99999999999999999999", "1e-400", "-1e-400", "2e-324",
        "1e-99999999999999999999", "9007199254740993", "-9007199254740993", "9007199254740993.0",
        "9007199254740993e0", "9007199254740992.5", "89011234567890123451", "12345678901234567890",
    ])
    func `of a double is refused where the nearest one is another number`(text: String) {
        expect(text, in: .double, .refused(.numberOutsideValidRange))
    }

    @Test(arguments: ["0x10", "0x1p3", "nan", "inf", "infinity", "-inf", "1e", "1,5", "", "abc"])
    func `of a double is decimal`(text: String) {
        let expected =
            text.isEmpty ? Outcome.kept(.null) : Outcome.refused(.invalidTypeOnFieldInRecord)
        #expect(outcome(.text(text), in: field(.double)) == expected)
    }

    @Test func `of a double from a program is the same`() {
        let field = field(.double)
        #expect(outcome(.integer(7), in: field) == .kept(.double(7)))
        #expect(outcome(.integer(1 << 53), in: field) == .kept(.double(0x1p53)))
        #expect(
            outcome(.integer(1 << 53 + 1), in: field) == .refused(.numberOutsideValidRange)
        )
        #expect(outcome(.integer(.max), in: field) == .refused(.numberOutsideValidRange))
        #expect(outcome(.double(.nan), in: field) == .refused(.invalidTypeOnFieldInRecord))
        #expect(outcome(.double(-.infinity), in: field) == .refused(.invalidTypeOnFieldInRecord))
        guard case .kept(.double(let zero)) = outcome(.double(-0.0), in: field) else {
            Issue.record("a zero is refused")
            return
        }
        #expect(zero.sign == .plus)
    }

    @Test func `of a double comes back as it is told`() throws {
        var random = SeededRandom(seed: 3)
        let field = field(.double)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            #expect(outcome(.text("\(number)"), in: field) == .kept(.double(number)))
            #expect(outcome(Value(number: "\(number)"), in: field) == .kept(.double(number)))
        }
    }

    @Test(arguments: [
        "89011234567890123451", "1.10", "1e400", "-0", "1E5", "9007199254740993",
    ])
    func `of a text keeps the digits of a number`(number: String) {
        #expect(outcome(Value(number: number), in: field(.string)) == .kept(.text(number)))
    }

    @Test func `of a text is trimmed, and neither empty nor too long`() {
        let field = field(.string)
        #expect(outcome(" \t\u{A0}\u{85}a b\u{2028}\r\n", in: field) == .kept("a b"))
        #expect(outcome("  ", in: field) == .kept(.null))
        #expect(outcome(.text(String(repeating: "é", count: 20)), in: field) != .kept(.null))
        #expect(
            outcome(.text(String(repeating: "é", count: 21)), in: field)
                == .refused(.stringTooLong)
        )
        // Characters outside of the Basic Multilingual Plane count twice.
        #expect(
            outcome(.text(String(repeating: "😀", count: 11)), in: field)
                == .refused(.stringTooLong)
        )
        #expect(outcome(.double(.nan), in: field) == .refused(.invalidTypeOnFieldInRecord))
    }

    @Test(arguments: ["\u{0}", "a\u{0}", "\u{0}a", "a\u{0}b", " \u{0} "])
    func `of a text has no U+0000`(text: String) {
        for kind in [Field.Kind.string, .textarea, .phone, .url, .email, .picklist] {
            #expect(
                outcome(.text(text), in: field(kind)) == .refused(.invalidTypeOnFieldInRecord)
            )
        }
    }

    @Test func `of a text is kept in the form that it has`() {
        for text in ["\u{E9}", "e\u{301}", "\u{AC00}", "\u{1100}\u{1161}", "\u{C5}", "\u{212B}"] {
            guard case .kept(.text(let kept)) = outcome(.text(text), in: field(.string)) else {
                Issue.record("\(text) is refused")
                continue
            }
            #expect(Array(kept.utf8) == Array(text.utf8))
        }
    }

    @Test(arguments: [
        ("2020-12-22", 18_618), (" 2020-12-22 ", 18_618), ("2020-12-22T21:16:01Z", 18_618),
        ("2020-12-22T21:16:01.123+0000", 18_618), ("2020-12-22T23:30:00-01:00", 18_619),
        ("2020-12-22T00:30:00+01:00", 18_617), ("1969-12-31T23:59:59Z", -1),
        ("1700-01-01", -98_615), ("4000-12-31", 741_807),
        ("4000-12-31T00:00:01Z", 741_807), ("4000-12-31T23:59:59.999Z", 741_807),
    ])
    func `of a date is a day, that of a time in UTC`(text: String, days: Int32) {
        let expected = Outcome.kept(.date(CalendarDate(days: days)))
        #expect(outcome(.text(text), in: field(.date)) == expected)
        if let time = Timestamp(text) {
            #expect(outcome(.dateTime(time), in: field(.date)) == expected)
        }
    }

    @Test(arguments: [
        "2020-02-30", "2020-12-22T21:16:01", "20201222", "1699-12-31", "4001-01-01",
        "4001-01-01T00:00:00Z", "4000-12-31T23:30:00-01:00",
    ])
    func `of a date is refused where the calendar has it not`(text: String) {
        #expect(outcome(.text(text), in: field(.date)) == .refused(.invalidTypeOnFieldInRecord))
    }

    @Test func `of a date from a program has the same limits`() {
        for days in [Int32.min, -98_616, 741_808, .max] {
            #expect(
                outcome(.date(CalendarDate(days: days)), in: field(.date))
                    == .refused(.invalidTypeOnFieldInRecord)
            )
        }
        let end: Int64 = 741_808 * 86_400_000
        for milliseconds in [end, .max, .min] {
            #expect(
                outcome(.dateTime(Timestamp(milliseconds: milliseconds)), in: field(.date))
                    == .refused(.invalidTypeOnFieldInRecord)
            )
        }
        #expect(
            outcome(.dateTime(Timestamp(milliseconds: end - 1)), in: field(.date))
                == .kept(.date(CalendarDate(days: 741_807)))
        )
    }

    @Test func `of a boolean is true, false, one or zero`() {
        let field = field(.boolean)
        for value: Value in [true, 1, .double(1), "true", "TRUE", " 1 ", Value(number: "1.0")] {
            #expect(outcome(value, in: field) == .kept(true), "\(value)")
        }
        for value: Value in [false, 0, .double(-0.0), "false", "0", Value(number: "0e5")] {
            #expect(outcome(value, in: field) == .kept(false), "\(value)")
        }
        for value: Value in [2, .double(0.5), "yes", "", "1.0", Value(number: "1e-400"), .null] {
            #expect(
                outcome(value, in: field) == .refused(.invalidTypeOnFieldInRecord),
                "\(value)"
            )
        }
    }

    @Test func `of a restricted picklist is an active entry, in the spelling of the list`() {
        var field = field(.picklist, [.restrictedPicklist])
        field.picklist = [.init("Caf\u{E9}"), .init("New"), .init("Old")]
        field.picklist[2].isActive = false
        #expect(outcome(" new ", in: field) == .kept("New"))
        #expect(outcome("CAF\u{C9}", in: field) == .kept("Caf\u{E9}"))
        for refused: Value in ["Cafe\u{301}", "Old", "old", "Newer"] {
            #expect(
                outcome(refused, in: field) == .refused(.invalidOrNullForRestrictedPicklist)
            )
        }
    }

    /// The lists of old stores may contain what a schema file may not.
    @Test func `of a list goes the plain way only where the closer look leaves it alone`() throws {
        for properties: Field.Properties in [[], [.restrictedPicklist]] {
            var field = field(.picklist, properties)
            field.picklist = [" a", "b", "a text that is too long", "B", "c\u{0}", ""].map {
                Field.PicklistEntry($0)
            }
            let definition = ObjectType.Definition(
                "T__c",
                code: 1,
                label: "T",
                labelPlural: "Ts",
                keyPrefix: "a00",
                fields: [field]
            )
            #expect(ObjectType(definition).plainRules[0].entries == ["b", "B"])
        }
    }

    @Test func `of an open picklist takes the spelling of an entry, or its own`() {
        var field = field(.picklist)
        field.picklist = [.init("old"), .init("Old"), .init("Caf\u{E9}")]
        field.picklist[0].isActive = false
        #expect(outcome("old", in: field) == .kept("old"))
        #expect(outcome("OLD", in: field) == .kept("Old"))
        #expect(outcome("Cafe\u{301}", in: field) == .kept("Cafe\u{301}"))
        #expect(outcome("Other", in: field) == .kept("Other"))
    }

    @Test func `of an email has one at sign with something at both sides`() {
        for text in ["a@b", "\u{E9}@\u{301}b"] {
            #expect(outcome(.text(text), in: field(.email)) == .kept(.text(text)))
        }
        for text in ["@", "a@", "@b", "a@@b", "a b@c", "a@b\u{A0}c"] {
            #expect(outcome(.text(text), in: field(.email)) == .refused(.invalidEmailAddress))
        }
    }

    @Test func `is equal to another by its bytes`() {
        #expect(Value.text("\u{E9}") != .text("e\u{301}"))
        #expect(Set<Value>(["\u{E9}", "e\u{301}", "\u{E9}"]).count == 2)
        #expect(
            Value.lookup(object: "A", field: "B", value: "\u{E9}")
                != .lookup(object: "A", field: "B", value: "e\u{301}")
        )
    }
}

struct `A stored text` {
    static let pairs = [
        ("\u{E9}", "e\u{301}"), ("\u{AC00}", "\u{1100}\u{1161}"), ("\u{C5}", "A\u{30A}"),
        ("\u{C5}", "\u{212B}"), ("\u{3A9}", "\u{2126}"), ("K", "\u{212A}"),
        ("a\u{323}\u{301}", "a\u{301}\u{323}"),
    ]

    @Test(arguments: pairs)
    func `is another than its canonical equivalent`(left: String, right: String) {
        #expect(left == right)
        #expect(!left.isSameText(as: right))
        #expect(TextKey(left) != TextKey(right))
        #expect(Set([TextKey(left), TextKey(right)]).count == 2)
        #expect(![left].containsText(right))
        #expect(left.isSameText(as: String(left.unicodeScalars)))
    }

    @Test func `is in order by its bytes`() {
        let texts = ["\u{FF61}", "\u{10000}", "a", "B", "", "\u{E9}"].map(TextKey.init)
        #expect(texts.sorted().map(\.text) == ["", "B", "a", "\u{E9}", "\u{FF61}", "\u{10000}"])
    }

    @Test func `is the same where case is ignored by its small letters`() {
        #expect("CAF\u{C9}".isSameTextIgnoringCase(as: "caf\u{E9}"))
        #expect(!"CAF\u{C9}".isSameTextIgnoringCase(as: "cafe\u{301}"))
        // The two characters have the same lowercase letter.
        #expect("\u{212B}".isSameTextIgnoringCase(as: "\u{C5}"))
        #expect("\u{130}".inSmallLetters.utf8.elementsEqual("i\u{307}".utf8))
        #expect("ΣΑΣ".inSmallLetters.utf8.elementsEqual("σασ".utf8))
    }

    @Test func `as a name of the API has letters of ASCII`() {
        #expect("KN__c".isSameName(as: "kn__C"))
        #expect(!"KN__c".isSameName(as: "\u{212A}N__c"))
    }
}

struct `A definition` {
    @Test func `is another where a text has other bytes`() {
        var before = Field("F__c", id: FieldID(rawValue: 1), label: "F", .picklist, [], length: 9)
        var after = before
        before.picklist = [.init("\u{E9}")]
        after.picklist = [.init("e\u{301}")]
        #expect(before != after)
        before.picklist = []
        after.picklist = []
        #expect(before == after)
        before.defaultText = "\u{E9}"
        after.defaultText = "e\u{301}"
        #expect(before != after)
    }

    @Test func `that is no JSON is refused with the place`() {
        let json = #"{"objects": [{"name": "Contact",}]}"#

        let error = #expect(throws: SchemaError.self) { try SchemaFile(json: Array(json.utf8)) }

        #expect(
            error?.description
                == "schema file: it is not JSON: a comma stands before '}', in line 1 at "
                + "character 32"
        )
    }

    @Test func `with a key twice is refused`() {
        let json = """
            {"objects": [{"name": "Contact",
              "name": "Account", "fields": []}]}
            """

        let error = #expect(throws: SchemaError.self) { try SchemaFile(json: Array(json.utf8)) }

        #expect(
            error?.description.contains("the key \"name\" twice, the second time in line 2") == true
        )
    }
}
