import AnnalsTestSupport
import Testing

@testable import AnnalsImport

struct `Comma-separated values` {
    private func read(_ text: String) throws -> [[String]] {
        let bytes = Array(text.utf8)
        return try CSVReader.rows(in: bytes).map { row in
            try CSVReader.fields(of: bytes[row.bytes]).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test func `are cut at commas and ends of lines, quoted or not`() throws {
        #expect(
            try read("\u{FEFF}a,b\r\n1,\"two, \"\"2\"\"\n2\"\r\n\n,\n") == [
                ["a", "b"], ["1", "two, \"2\"\n2"], ["", ""],
            ]
        )
    }

    @Test func `tell the line on which each row begins`() {
        let rows = CSVReader.rows(in: Array("a\n\"x\ny\"\n\nb".utf8))

        #expect(rows.map(\.line) == [1, 2, 5])
    }

    @Test(arguments: ["\"open", "a\"b", "\"a\"b,c"])
    func `that are malformed are refused`(text: String) {
        #expect(throws: CSVReader.Malformed.self) { try read(text) }
    }

    @Test func `come back from any text`() throws {
        var random = SeededRandom(seed: testSeed(11))
        let alphabet: [Character] = ["a", "é", ",", "\"", "\n", " ", "1"]
        for _ in 0..<500 {
            let fields = (0..<3).map { _ in
                String((0..<random.below(6)).map { _ in alphabet[random.below(alphabet.count)] })
            }
            let line = fields.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
                .joined(separator: ",")

            #expect(try read(line) == [fields])
        }
    }
}
