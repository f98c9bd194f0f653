import AnnalsJSON
import AnnalsTestSupport
import Testing

struct `JSON` {
    private func read(_ json: String) throws(JSONError) -> JSONValue {
        try JSONValue(Array(json.utf8))
    }

    @Test(arguments: [
        "0", "-0", "89011234567890123451", "1.10", "1e400", "1E+400", "-0.0e-1",
        "12345678901234567.5",
    ])
    func `keeps a number as it is written`(number: String) throws {
        #expect(try read(number) == .number(number))
        #expect(try read(" [\(number)]\n") == .array([.number(number)]))
    }

    @Test func `keeps members in their order`() throws {
        let value = try read(#"{"z": 1, "a": {"": []}, "Z": null}"#)

        #expect(value.line == #"{"z":1,"a":{"":[]},"Z":null}"#)
    }

    @Test func `resolves escapes`() throws {
        let value = try read(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00\u0000x""#)

        #expect(value == .text("\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{1F600}\u{0}x"))
    }

    @Test func `tells two texts apart that Swift takes for equal`() throws {
        #expect(try read("\"\u{E9}\"") != .text("e\u{301}"))
        let members = try read("{\"\u{E9}\": 1, \"e\u{301}\": 2}")
        guard case .members(let found) = members else {
            Issue.record("no object")
            return
        }
        #expect(found.map { Array($0.name.utf8) } == [[0xC3, 0xA9], [0x65, 0xCC, 0x81]])
    }

    @Test func `may begin with a byte order mark`() throws {
        #expect(try read("\u{FEFF}[]") == .array([]))
        let error = #expect(throws: JSONError.self) { try read("\u{FEFF}[x") }
        #expect(error?.character == 2)
    }

    static let refused: [(String, String, Int, Int)] = [
        ("", "it ends too early", 1, 1),
        (" \n ", "it ends too early", 2, 2),
        ("[1, 2", "it ends too early", 1, 6),
        (#"{"a""#, "it ends too early", 1, 5),
        (#"{"a":"#, "it ends too early", 1, 6),
        (#""abc"#, "it ends too early", 1, 5),
        (#""abc\"#, "it ends too early", 1, 6),
        (#""\u12"#, "it ends too early", 1, 6),
        ("-", "it ends too early", 1, 2),
        ("[1,]", "a comma stands before ']'", 1, 3),
        ("{\"a\": 1,\n}", "a comma stands before '}'", 1, 8),
        ("[,1]", "a value is expected, and not ','", 1, 2),
        ("[1 2]", "a comma or ']' is expected, and not '2'", 1, 4),
        (#"{"a" 1}"#, "a colon is expected, and not '1'", 1, 6),
        ("{a: 1}", "a key in quotes is expected, and not 'a'", 1, 2),
        ("{'a': 1}", "a key in quotes is expected, and not '''", 1, 2),
        ("{1: 1}", "a key in quotes is expected, and not '1'", 1, 2),
        ("NaN", "'NaN' is neither true, false nor null", 1, 1),
        ("[\n-Infinity]", "a number has digits, and not 'I'", 2, 2),
        ("True", "'True' is neither true, false nor null", 1, 1),
        ("undefined", "'undefined' is neither true, false nor null", 1, 1),
        ("01", "a number begins with a needless zero", 1, 1),
        ("-00", "a number begins with a needless zero", 1, 1),
        ("+1", "a value is expected, and not '+'", 1, 1),
        (".5", "a value is expected, and not '.'", 1, 1),
        ("[5.]", "a number has digits after its point, and not ']'", 1, 4),
        ("[1e]", "a number has digits in its exponent, and not ']'", 1, 4),
        ("0x10", "a number does not continue with 'x'", 1, 1),
        ("1.2.3", "a number does not continue with '.'", 1, 1),
        ("1a", "a number does not continue with 'a'", 1, 1),
        ("\"a\tb\"", "a string holds the control character U+0009", 1, 3),
        ("\"a\nb\"", "a string holds the control character U+000A", 1, 3),
        (#""\x""#, "a backslash stands before 'x'", 1, 2),
        (#""\u12g4""#, "a \\u has four hexadecimal digits", 1, 2),
        (#""ab\ud800""#, "\\ud800 is half of a character", 1, 4),
        (#""\ud800\u0041""#, "\\ud800 is half of a character", 1, 2),
        (#""\ud800\uFFFF""#, "\\ud800 is half of a character", 1, 2),
        (#""\uDE00\uD83D""#, "\\uDE00 is half of a character", 1, 2),
        ("[] []", "something follows its end", 1, 4),
        ("// a\n1", "a value is expected, and not '/'", 1, 1),
        ("\u{A0}1", "a value is expected, and not U+00A0", 1, 1),
        ("1 \u{FEFF}", "a value is expected, and not U+FEFF", 1, 3),
    ]

    @Test(arguments: refused)
    func `is refused with the place`(json: String, finding: String, line: Int, character: Int) {
        let error = #expect(throws: JSONError.self) { try read(json) }

        #expect(error?.finding == finding)
        #expect(error?.line == line)
        #expect(error?.character == character)
        #expect(error?.kind == .malformed)
    }

    @Test(arguments: [
        ([0x22, 0x61, 0xFF, 0x22], 2), ([0x22, 0xC3, 0x22], 1),
        ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
        ([0x22, 0xC0, 0x80, 0x22], 1), ([0x22, 0x5C, 0x6E, 0x62, 0x80, 0x22], 4),
    ])
    func `that is not UTF-8 is refused`(bytes: [UInt8], offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(bytes) }

        #expect(error?.finding == "it is not UTF-8")
        #expect(error?.offset == offset)
    }

    @Test func `in UTF-16 is told as that`() {
        let error = #expect(throws: JSONError.self) { try JSONValue([0xFF, 0xFE, 0x7B, 0]) }

        #expect(error?.reason == "it is not JSON: it is UTF-16, and not UTF-8")
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func `that is nested without end is refused`(opening: String) {
        let json = String(repeating: opening, count: 1_000_000)

        let error = #expect(throws: JSONError.self) { try read(json) }

        #expect(error?.finding == "more than 128 brackets are open")
    }

    @Test func `may be nested 128 deep`() throws {
        let json = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)

        #expect(try read(json).line == json)
    }

    @Test(arguments: [
        (#"{"a": 1, "a": 2}"#, "a", 9),
        (#"[{"a": 1}, {"b": {"c": 1, "d": [], "c": 1}}]"#, "c", 35),
        (#"{"a": {"a": 1}, "b": "a", "a" : 2}"#, "a", 26),
        (#"{"a": 1, "\u0061": 2}"#, "a", 9),
        (#"{"\"": 1, "\u0022": 2}"#, "\"", 10),
        (#"{"": 1, "": 2}"#, "", 8),
        (#"{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1,"10":1,"9":1}"#, "9", 62),
    ])
    func `with a key twice is refused with the place of the second`(
        json: String,
        name: String,
        offset: Int
    ) {
        let error = #expect(throws: JSONError.self) { try read(json) }

        #expect(error?.kind == .repeatedKey)
        #expect(error?.finding == "an object has the key \"\(name)\" twice")
        #expect(error?.offset == offset)
    }

    @Test(arguments: [
        #"{"a": "a", "b": "a"}"#, #"[{"a": 1}, {"a": 1}]"#, #"{"a": {"a": {"a": 1}}}"#,
        #"{"a": "\"a\": 1, \"a\": 2"}"#, #"{"a": 1, "A": 2}"#, #"{"a": ["a", "a"], "\\": "\\"}"#,
    ])
    func `may have a key in several objects`(json: String) throws {
        _ = try read(json)
    }

    @Test func `of several values is read one after the other`() throws {
        var reader = JSONReader(Array("{\"a\":\"}\"}[1]\n\n \"x\" 7 {\n}\n".utf8))
        var found: [(JSONValue, Int)] = []
        while let (value, offset) = try reader.next() { found.append((value, offset)) }

        #expect(found.map(\.0.line) == [#"{"a":"}"}"#, "[1]", "\"x\"", "7", "{}"])
        #expect(found.map(\.1) == [0, 9, 15, 19, 21])
    }

    @Test(arguments: ["7true", "1\"a\"", "\"a\"\"b\"", "true[]", "{}}", "1,2"])
    func `of several values has them apart`(json: String) {
        var reader = JSONReader(Array(json.utf8))

        #expect(throws: JSONError.self) { while try reader.next() != nil {} }
    }

    @Test func `is written in one line that reads back`() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2_000 {
            let value = Self.value(&random, depth: 0)
            #expect(!value.line.utf8.contains(0x0A))
            #expect(try read(value.line) == value)
        }
    }

    @Test func `of random bytes never traps`() {
        var random = SeededRandom(seed: 8)
        let alphabet = Array("{}[]\",:\\u0aedE1-+.tfn \n\u{E9}\u{FEFF}".utf8) + [0xFF, 0xC3, 0x00]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<24, using: &random)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            var reader = JSONReader(bytes)
            while let found = try? reader.next(), found.offset < bytes.count {}
        }
    }

    private static func value(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        let texts = ["", "a", "\u{E9}", "e\u{301}", "\u{0}", "\u{1F600}", "\"\\\n\u{2028}"]
        func text(_ random: inout SeededRandom) -> String {
            (texts.randomElement(using: &random) ?? "")
                + String(UInt8.random(in: 0...9, using: &random))
        }
        switch Int.random(in: 0..<(depth > 3 ? 4 : 6), using: &random) {
        case 0: return .null
        case 1: return .boolean(Bool.random(using: &random))
        case 2: return .double(Double(Int.random(in: -1000...1000, using: &random)) / 8)
        case 3: return .text(text(&random))
        case 4: return .array((0..<3).map { _ in value(&random, depth: depth + 1) })
        default:
            var names: [String] = []
            for _ in 0..<12 {
                let name = text(&random)
                if !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
                    names.append(name)
                }
            }
            return .object(names.map { ($0, value(&random, depth: depth + 1)) })
        }
    }
}
