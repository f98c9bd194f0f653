import Annals
import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsImport

/// The rows of a CSV file: their lines, and their cells or `nil` if they have none.
private func rows(_ bytes: [UInt8]) throws -> [(line: Int, cells: [String]?)] {
    let scratch = Scratch()
    try Data(bytes).write(to: URL(fileURLWithPath: scratch("file.csv")))
    var scanner = try RowScanner(InputFile(scratch("file.csv")), format: .csv)
    var row = CSVRow()
    var found: [(line: Int, cells: [String]?)] = []
    while let location = try scanner.nextRow() {
        var cells: [String]?
        if (try? row.parse(scanner.row)) != nil {
            cells = try (0..<row.count).map { try row.text(ofCell: $0) }
        }
        found.append((location.line, cells))
    }
    return found
}

private func cells(_ text: String) throws -> [[String]?] { try rows(Array(text.utf8)).map(\.cells) }

struct `A row of CSV` {
    @Test func `ends at LF or CRLF, and at the end of the file`() throws {
        #expect(try cells("a,b\nc,d\r\ne,f") == [["a", "b"], ["c", "d"], ["e", "f"]])
        #expect(try cells("a,\n,b\n") == [["a", ""], ["", "b"]])
        #expect(try cells("") == [])
    }

    @Test func `may have commas, line ends and quotes in quotes`() throws {
        #expect(try cells("\"a,b\",\"c\nd\"\n") == [["a,b", "c\nd"]])
        #expect(try cells("\"say \"\"hi\"\"\",\"\"\n") == [["say \"hi\"", ""]])
        #expect(try cells("\"\"\"\"\"\",x\n") == [["\"\"", "x"]])
        #expect(try cells("\"a\r\nb\"\r\n") == [["a\r\nb"]])
    }

    @Test func `is none where the line is empty, and comes after a byte order mark`() throws {
        #expect(try cells("\n\r\na\n\n") == [["a"]])
        #expect(try rows([0xEF, 0xBB, 0xBF] + Array("a,b\n".utf8)).map(\.cells) == [["a", "b"]])
    }

    @Test func `has the line that it begins in`() throws {
        let found = try rows(Array("a\n\n\"b\nc\"\nd\n".utf8))

        #expect(found.map(\.line) == [1, 3, 5])
    }

    @Test(arguments: ["x\"y,z", "\"x\"y,z", "\"x\" ,z", "x,\"y\"\"", "a,\"b"])
    func `is refused where quotes are wrong`(row: String) throws {
        #expect(try cells(row) == [nil])
    }

    @Test func `that is refused does not take the next with it`() throws {
        #expect(try cells("a\"b,c\nd,e\n\"f\"g,h\ni,j\n") == [nil, ["d", "e"], nil, ["i", "j"]])
    }

    @Test func `is refused where it is no UTF-8`() throws {
        var row = CSVRow()
        try row.parse([0x61, 0x2C, 0xFF])

        #expect(try row.text(ofCell: 0) == "a")
        #expect(throws: RecordError.self) { try row.text(ofCell: 1) }
    }

    @Test(arguments: 0..<40)
    func `comes back as it was written, whatever is in it`(seed: Int) throws {
        var random = SeededRandom(seed: testSeed(UInt64(seed)))
        let pieces = ["a", "ß", "日", ",", "\"", "\n", "\r", "\r\n", " ", "#", "\u{1F600}"]
        var table: [[String]] = []
        var text = ""
        // Some files are larger than what is read at once, so that rows cross its boundaries.
        for _ in 0..<(seed % 8 == 0 ? 12_000 : 20) {
            let cells = (0..<3).map { _ in
                (0..<random.below(9)).map { _ in pieces[random.below(pieces.count)] }.joined()
            }
            table.append(cells)
            let end = random.chance(50) ? "\n" : "\r\n"
            text +=
                cells.map { cell in
                    let mustQuote = cell.contains { ",\"\n\r\r\n".contains($0) }
                    guard mustQuote || random.chance(20) else { return cell }
                    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
                }.joined(separator: ",") + end
        }

        #expect(try cells(text) == table.map(Optional.some))
    }
}

struct `A row that is too long` {
    @Test func `is cut, and the next is found`() throws {
        let long = [UInt8](repeating: 0x61, count: RowScanner.rowByteCountMax + 700_000)
        let scratch = Scratch()
        let path = scratch("file.csv")
        try Data(Array("x\n".utf8) + long + Array("\ny\n".utf8))
            .write(to: URL(fileURLWithPath: path))
        var scanner = try RowScanner(InputFile(path), format: .csv)

        _ = try scanner.nextRow()
        #expect(try scanner.nextRow()?.byteCount == long.count)
        #expect(scanner.row.count < long.count)
        let last = try scanner.nextRow()
        #expect(last == RowLocation(offset: long.count + 3, byteCount: 1, line: 3))
        #expect(scanner.row == Array("y".utf8))
    }
}
