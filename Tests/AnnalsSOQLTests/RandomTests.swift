import AnnalsSOQL
import AnnalsTestSupport
import Testing

struct `A random query` {
    @Test(arguments: 0..<20)
    func `parses back from its print to the same tree`(seed: UInt64) throws {
        var options = SOQLParser.Options()
        options.allowsAllRows = true
        options.checks = false
        var maker = RandomQuery(seed: seed)
        for _ in 0..<100 {
            let query = maker.query()
            do {
                let again = try SOQLParser.parse(query.text, options: options)
                #expect(again == query, "\(query)")
                #expect(again.hashValue == query.hashValue)
            } catch { Issue.record("\(query)\n\(error)") }
        }
    }

    /// If the check refuses a tree, its error must be at a place in the tree's text.
    @Test(arguments: 0..<20)
    func `is taken, or refused with a place in its text`(seed: UInt64) throws {
        var maker = RandomQuery(seed: seed)
        for _ in 0..<100 {
            let text = maker.query().text
            do { _ = try SOQLParser.parse(text) } catch { expectPlace(error, in: text) }
        }
    }
}

struct `A query with changed bytes` {
    /// What a change inserts: pieces of the language, and bytes that break characters.
    static let pieces: [[UInt8]] =
        [
            "(", ")", "'", "\\", ",", ".", " ", "\n", "-", "+", ":", "=", "<", "%", "\u{A0}", "😀",
            "\0",
            "SELECT ", " FROM ", " WHERE ", " AND ", " OR ", " NOT ", " IN ", " LIKE ", " WITH ",
            " GROUP BY ", " ORDER BY ", " LIMIT ", "COUNT()", "NULL", "TODAY", "2024-01-01", "T",
            "TYPEOF a WHEN ", "FIELDS(ALL)", "((((", "USD5", "12", "\\u00", "ROLLUP(",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0x80]]

    @Test(arguments: 0..<20)
    func `never stops the parser, and every error has a place`(seed: UInt64) throws {
        let queries = try Corpus.everything()
        var random = SeededRandom(seed: seed)
        for _ in 0..<1_000 {
            var bytes = Array(random.pick(queries).utf8)
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count + 1)
                let end = min(place + random.below(8), bytes.count)
                switch random.below(3) {
                case 0: bytes.removeSubrange(place..<end)
                case 1: bytes.insert(contentsOf: random.pick(Self.pieces), at: place)
                default: bytes.replaceSubrange(place..<end, with: random.pick(Self.pieces))
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do {
                let query = try SOQLParser.parse(text)
                #expect(try SOQLParser.parse(query.text) == query, "\(text)")
            } catch { expectPlace(error, in: text) }
        }
    }
}

func expectPlace(_ error: SOQLError, in text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let width = lines.map(\.utf16.count).max() ?? 0
    #expect((0...text.utf8.count).contains(error.offset), "\(text)")
    #expect((1...max(1, lines.count)).contains(error.row), "\(text)")
    #expect((1...width + 1).contains(error.column), "\(text)")
    #expect(!error.message.isEmpty)
    #expect(error.description.contains("ERROR at Row:\(error.row):Column:\(error.column)\n"))
}
