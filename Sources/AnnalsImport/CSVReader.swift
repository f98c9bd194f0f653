/// Cuts comma-separated values (RFC 4180) into rows and fields.
///
/// Ours, since the package at hand reads whole files into strings and tells no line numbers.
struct CSVReader: Sendable {
    /// A row that is no row.
    struct Malformed: Error, Equatable {
        let reason: String
    }

    /// Where a row lies in the file.
    struct RowRange: Sendable {
        let bytes: Range<Int>
        /// The line of the file on which it begins, from 1.
        let line: Int
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// The rows of `bytes`; empty lines are none.
    static func rows(in bytes: [UInt8]) -> [RowRange] {
        var rows: [RowRange] = []
        // A byte order mark is no text.
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        var rowLine = 1
        var isQuoted = false
        var index = start
        func add(_ end: Int) {
            let end = end > start && bytes[end - 1] == carriageReturn ? end - 1 : end
            if end > start { rows.append(RowRange(bytes: start..<end, line: rowLine)) }
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == quote {
                isQuoted.toggle()
            } else if byte == newline {
                line += 1
                if !isQuoted {
                    add(index)
                    start = index + 1
                    rowLine = line
                }
            }
            index += 1
        }
        add(bytes.count)
        return rows
    }

    /// The fields of one row, without their quotes.
    static func fields(of row: ArraySlice<UInt8>) throws(Malformed) -> [ArraySlice<UInt8>] {
        var fields: [ArraySlice<UInt8>] = []
        var index = row.startIndex
        while true {
            if index < row.endIndex, row[index] == quote {
                let (field, end) = try quoted(row, from: index + 1)
                fields.append(field)
                index = end
            } else {
                let end = row[index...].firstIndex(of: comma) ?? row.endIndex
                let field = row[index..<end]
                guard !field.contains(quote) else {
                    throw Malformed(reason: "a quote inside a field that does not begin with one")
                }
                fields.append(field)
                index = end
            }
            if index == row.endIndex { return fields }
            guard row[index] == comma else {
                throw Malformed(reason: "something between a closing quote and the next comma")
            }
            index += 1
        }
    }

    /// A quoted field whose text begins at `start`, and where it ends behind its closing quote.
    private static func quoted(
        _ row: ArraySlice<UInt8>,
        from start: Int
    ) throws(Malformed) -> (ArraySlice<UInt8>, Int) {
        var field: [UInt8] = []
        var index = start
        while index < row.endIndex {
            if row[index] != quote {
                field.append(row[index])
                index += 1
            } else if index + 1 < row.endIndex, row[index + 1] == quote {
                field.append(quote)
                index += 2
            } else {
                return (field[...], index + 1)
            }
        }
        throw Malformed(reason: "a quote is not closed")
    }
}
