internal import AnnalsJSON
internal import AnnalsSchema

/// Makes the cells of the mapping's columns from the bytes of a row.
///
/// The first row of a CSV file names its columns.
struct RowReader {
    private let columns: [String]
    private let nulls: Set<TextKey>
    /// The names of a CSV file's columns, in their order; `nil` for JSON Lines.
    private let header: [String]?
    /// What the header says, however it is quoted; empty for JSON Lines.
    ///
    /// The names of the columns as CSV, with quotes only where a name needs them.
    let headerBytes: [UInt8]
    /// Where in a row of CSV the columns are.
    private let places: [Int]
    private var csv = CSVRow()
    /// For JSON.
    private var memberNames: MemberNames?
    private let path: String

    /// Reads the header, if the format has one, from the first row of the file.
    init(
        _ mapping: ImportMapping,
        _ source: ImportSource,
        _ scanner: inout RowScanner
    ) throws(ImportError) {
        columns = mapping.columns.names
        nulls = mapping.nulls
        path = source.path
        guard source.format == .csv else {
            header = nil
            headerBytes = []
            places = []
            memberNames = MemberNames(columns)
            return
        }
        guard try scanner.nextRow() != nil else {
            throw .source(reason: "\(source.path): it has no header")
        }
        do throws(RecordError) {
            try csv.parse(scanner.row)
            let given = try Self.names(in: csv)
            header = Self.distinct(given)
            headerBytes = Array(given.map(Self.quotedIfNeeded).joined(separator: ",").utf8)
        } catch {
            throw .source(reason: "\(source.path): its header is malformed: \(error.message)")
        }
        let names = header ?? []
        let known = Dictionary(
            names.enumerated().map { (TextKey($1), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var places: [Int] = []
        for column in columns {
            guard let place = known[TextKey(column)] else {
                throw .source(
                    reason: "\(source.path): it has no column {\(column)}"
                        + names.suggestion(for: column)
                )
            }
            places.append(place)
        }
        self.places = places
    }

    private static func names(in row: CSVRow) throws(RecordError) -> [String] {
        var names: [String] = []
        for index in 0..<row.count { names.append(try row.text(ofCell: index)) }
        return names
    }

    private static func quotedIfNeeded(_ name: String) -> String {
        let isPlain = !name.utf8.contains { [0x22, 0x2C, 0x0D, 0x0A].contains($0) }
        return isPlain ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// A distinct name for each column, so that every column can be mapped.
    private static func distinct(_ names: [String]) -> [String] {
        let given = names.enumerated().map { $1.isEmpty ? "#\($0 + 1)" : $1 }
        // A number is never added where the file uses that name itself.
        let reserved = Set(given.map { TextKey($0) })
        var taken: Set<TextKey> = []
        var counts: [TextKey: Int] = [:]
        var names: [String] = []
        for name in given {
            var count = (counts[TextKey(name)] ?? 0) + 1
            var unique = name
            if count > 1 {
                unique = "\(name)#\(count)"
                while reserved.contains(TextKey(unique)) || taken.contains(TextKey(unique)) {
                    count += 1
                    unique = "\(name)#\(count)"
                }
            }
            counts[TextKey(name)] = count
            taken.insert(TextKey(unique))
            names.append(unique)
        }
        return names
    }

    /// Notes which columns a row of JSON has.
    mutating func lookForColumns(in row: [UInt8]) { memberNames?.look(at: row) }

    /// Columns of the mapping that no row of JSON has.
    ///
    /// - Throws: If rows have a very similar name in place of one.
    func missingColumns() throws(ImportError) -> [String] {
        guard let memberNames else { return [] }
        if let (column, name) = memberNames.misspelt {
            throw .source(
                reason: "\(path): no row has the column {\(column)}; did you mean \(name)?"
            )
        }
        return memberNames.missing
    }

    /// The cells of a row, one for each of the mapping's columns.
    ///
    /// - Parameter wanted: Only these; the others are absent.
    mutating func cells(
        of row: [UInt8],
        byteCount: Int,
        wanted: Set<Int>? = nil
    ) throws(RecordError) -> [Cell] {
        guard byteCount <= RowScanner.rowByteCountMax else {
            throw .malformedRow(
                "it has \(byteCount) bytes, more than \(RowScanner.rowByteCountMax): "
                    + "is a quote not closed?"
            )
        }
        guard let header else { return try members(of: row) }
        try csv.parse(row)
        guard csv.count == header.count else {
            throw .malformedRow("it has \(csv.count) cells where the header has \(header.count)")
        }
        var cells = [Cell](repeating: .absent, count: columns.count)
        for column in columns.indices where wanted?.contains(column) ?? true {
            let text = try csv.text(ofCell: places[column])
            cells[column] = nulls.contains(TextKey(text)) ? .null(token: text) : .value(.text(text))
        }
        return cells
    }

    private func members(of row: [UInt8]) throws(RecordError) -> [Cell] {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(row)
        } catch {
            // The row is a single line: the file of rejected rows says which one.
            let place = error.kind == .repeatedKey ? ", the second time" : ""
            throw .malformedRow("\(error.reason)\(place) at byte \(error.offset)")
        }
        guard case .members(let members) = value else {
            throw .malformedRow("it is \(value.kind) where an object is expected")
        }
        var cells = [Cell](repeating: .absent, count: columns.count)
        for (column, name) in columns.enumerated() {
            switch members.first(where: { $0.name.isSameText(as: name) })?.value {
            case nil: break
            case .null?: cells[column] = .null(token: "null")
            case .boolean(let flag)?: cells[column] = .value(.boolean(flag))
            case .number(let number)?: cells[column] = .value(Value(number: number))
            case .text(let text)?: cells[column] = .value(.text(text))
            case let other?: throw .malformedRow("{\(name)} is \(other.kind), no plain value")
            }
        }
        return cells
    }

    /// The row as JSON, for the file of rejected rows: an object if it is one, else its text, of
    /// which the first 64 KiB are enough to find it again.
    mutating func json(of row: [UInt8]) -> String {
        let text = String(decoding: row.prefix(1 << 16), as: UTF8.self)
        guard row.count <= 1 << 16 else { return quoted(text) }
        guard let header else {
            guard case .members? = try? JSONValue(row) else { return quoted(text) }
            return text
        }
        guard (try? csv.parse(row)) != nil, csv.count == header.count else { return quoted(text) }
        let members = header.indices.map { index in
            "\(quoted(header[index])):\(quoted(csv.repairedText(ofCell: index)))"
        }
        return "{\(members.joined(separator: ","))}"
    }
}

/// The text as a JSON string.
func quoted(_ text: String) -> String { JSONValue.text(text).line }
