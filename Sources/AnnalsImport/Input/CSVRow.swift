internal import AnnalsSchema

/// The cells of one row of CSV, as defined by RFC 4180.
struct CSVRow {
    private struct Bounds {
        let range: Range<Int>
        /// Whether two quotes in it stand for one.
        let hasQuotes: Bool
    }

    private var bytes: [UInt8] = []
    private var cells: [Bounds] = []

    var count: Int { cells.count }

    /// Finds the cells of a row, which has no line end.
    mutating func parse(_ row: [UInt8]) throws(RecordError) {
        bytes = row
        cells.removeAll(keepingCapacity: true)
        var position = 0
        while true {
            position =
                position < row.count && row[position] == 0x22
                ? try parseQuoted(from: position + 1) : try parsePlain(from: position)
            if position == row.count { return }
            position += 1
        }
    }

    /// - Returns: Where the cell ends: at a comma or at the end of the row.
    private mutating func parsePlain(from start: Int) throws(RecordError) -> Int {
        var end = start
        while end < bytes.count, bytes[end] != 0x2C {
            if bytes[end] == 0x22 {
                throw .malformedRow("a quote stands in cell \(count + 1), which is not quoted")
            }
            end += 1
        }
        cells.append(Bounds(range: start..<end, hasQuotes: false))
        return end
    }

    private mutating func parseQuoted(from start: Int) throws(RecordError) -> Int {
        var end = start
        var hasQuotes = false
        while true {
            guard end < bytes.count else {
                throw .malformedRow("the quote of cell \(count + 1) is not closed")
            }
            if bytes[end] == 0x22 {
                guard end + 1 < bytes.count, bytes[end + 1] == 0x22 else { break }
                hasQuotes = true
                end += 1
            }
            end += 1
        }
        cells.append(Bounds(range: start..<end, hasQuotes: hasQuotes))
        guard end + 1 == bytes.count || bytes[end + 1] == 0x2C else {
            throw .malformedRow("text follows the closing quote of cell \(count)")
        }
        return end + 1
    }

    /// The text of a cell.
    ///
    /// - Throws: If it is not UTF-8.
    func text(ofCell index: Int) throws(RecordError) -> String {
        guard let text = String(validating: cellBytes(index), as: UTF8.self) else {
            throw .malformedRow("cell \(index + 1) is not UTF-8")
        }
        return text
    }

    /// The text of a cell, with replacement characters in place of what is not UTF-8.
    func repairedText(ofCell index: Int) -> String {
        String(decoding: cellBytes(index), as: UTF8.self)
    }

    private func cellBytes(_ index: Int) -> ArraySlice<UInt8> {
        let cell = cells[index]
        guard cell.hasQuotes else { return bytes[cell.range] }
        var unquoted: [UInt8] = []
        unquoted.reserveCapacity(cell.range.count)
        var isSecond = false
        for byte in bytes[cell.range] {
            isSecond = byte == 0x22 && !isSecond
            if !isSecond { unquoted.append(byte) }
        }
        return unquoted[...]
    }
}

extension RecordError {
    static func malformedRow(_ finding: String) -> RecordError {
        RecordError(.malformedRow, "\(value: finding)")
    }
}
