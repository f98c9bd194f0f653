import AnnalsJSON
import Testing

@testable import AnnalsCommand

struct `Text for a terminal` {
    @Test func `shows what would be obeyed, and leaves other text alone`() {
        #expect("plain, ünïcödé, 漢字, 👩‍💻".safeForTerminal == "plain, ünïcödé, 漢字, 👩‍💻")
        #expect("a\u{1B}[31mb".safeForTerminal == #"a\u{1b}[31mb"#)
        #expect("a\r\nb\tc".safeForTerminal == #"a\r\nb\tc"#)
        #expect(
            "\u{9B}2J\u{7F}\u{202E}\u{2066}\u{E0041}".safeForTerminal
                == #"\u{9b}2J\u{7f}\u{202e}\u{2066}\u{e0041}"#
        )
    }

    @Test func `is cut with an ellipsis where it is too long`() {
        #expect("abcdef".cut(to: 6) == "abcdef")
        #expect("abcdefg".cut(to: 6) == "abcde…")
    }
}

struct `A JSON value` {
    @Test func `is one line that reads back as the same value`() throws {
        let value = JSONValue.object([
            ("a", .null), ("b", .boolean(true)), ("c", .integer(-7)), ("d", .double(0.25)),
            ("e", .text("quote \" back \\ line \n tab \t escape \u{1B} tag \u{E0041} é")),
            ("f", .array([.integer(1), .array([]), .object([])])),
        ])

        let entries = try JSONInput(Array(value.line.utf8), name: "text").entries()

        #expect(!value.line.contains("\n"))
        #expect(entries.map(\.value) == [value])
    }

    @Test func `may follow another without anything between`() throws {
        let text = "{\"a\":\"}\"}[1]\n\n \"x\" 7 {\n}"

        let entries = try JSONInput(Array(text.utf8), name: "text").entries()

        #expect(entries.map(\.line) == [1, 1, 3, 3, 3])
        #expect(entries[0].value == .object([("a", .text("}"))]))
        #expect(entries[4].value == .object([]))
    }
}
