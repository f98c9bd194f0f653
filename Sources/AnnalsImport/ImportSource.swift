internal import AnnalsSchema
internal import Foundation

/// A file of rows: comma-separated values with a header, or JSON Lines.
///
/// The file is held in memory as it is on the disk; rows are cut and read one at a time.
public struct ImportSource: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        case csv, jsonl
    }

    let bytes: [UInt8]
    let format: Format
    let rows: [CSVReader.RowRange]
    /// Where each column stands; for CSV only.
    ///
    /// A name that occurs again is `name#2`.
    private let header: [String: Int]

    /// Reads the file at `path`.
    ///
    /// - Parameter format: Told by the name of the file, unless given.
    public init(path: String, format: Format? = nil) throws(ImportError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw .source(reason: "\(path) cannot be read")
        }
        let isCSV = path.lowercased().hasSuffix(".csv")
        try self.init(bytes: Array(data), format: format ?? (isCSV ? .csv : .jsonl))
    }

    init(bytes: [UInt8], format: Format) throws(ImportError) {
        self.bytes = bytes
        self.format = format
        switch format {
        case .csv:
            let rows = CSVReader.rows(in: bytes)
            guard let first = rows.first else { throw .source(reason: "it is empty") }
            header = try Self.header(bytes[first.bytes])
            self.rows = Array(rows.dropFirst())
        case .jsonl:
            header = [:]
            rows = Self.lines(in: bytes)
        }
    }

    private static func header(_ row: ArraySlice<UInt8>) throws(ImportError) -> [String: Int] {
        let fields: [ArraySlice<UInt8>]
        do throws(CSVReader.Malformed) {
            fields = try CSVReader.fields(of: row)
        } catch {
            throw .source(reason: "line 1: \(error.reason)")
        }
        var header: [String: Int] = [:]
        for (index, field) in fields.enumerated() {
            let name = String(decoding: field, as: UTF8.self).trimmingWhiteSpace()
            var unique = name
            var count = 1
            while header[unique] != nil {
                count += 1
                unique = "\(name)#\(count)"
            }
            header[unique] = index
        }
        return header
    }

    private static func lines(in bytes: [UInt8]) -> [CSVReader.RowRange] {
        var rows: [CSVReader.RowRange] = []
        var start = 0
        var line = 1
        for index in 0...bytes.count {
            guard index == bytes.count || bytes[index] == UInt8(ascii: "\n") else { continue }
            let isBlank = bytes[start..<index].allSatisfy { $0 <= 0x20 }
            if !isBlank { rows.append(CSVReader.RowRange(bytes: start..<index, line: line)) }
            start = index + 1
            line += 1
        }
        return rows
    }

    /// Refuses a mapping that names columns the header does not have.
    func require(_ columns: Set<String>) throws(ImportError) {
        guard format == .csv else { return }
        if let missing = columns.sorted().first(where: { header[$0] == nil }) {
            throw .source(reason: "the header has no column \(missing)")
        }
    }

    /// The row at `index`, read; a row that cannot be read tells why.
    func row(_ index: Int, nulls: Set<String>) throws(RowError) -> ImportRow {
        let slice = bytes[rows[index].bytes]
        switch format {
        case .csv:
            do throws(CSVReader.Malformed) {
                let fields = try CSVReader.fields(of: slice)
                guard fields.count == header.count else {
                    throw CSVReader.Malformed(
                        reason: "\(fields.count) fields, where the header has \(header.count)"
                    )
                }
                return .csv(CSVRow(header: header, fields: fields, nulls: nulls))
            } catch {
                throw RowError(reason: error.reason)
            }
        case .jsonl:
            let decoded = try? JSONDecoder().decode([String: JSONCell].self, from: Data(slice))
            guard let decoded else {
                throw RowError(reason: "it is no JSON object of texts, numbers and booleans")
            }
            return .json(decoded.mapValues(\.cell))
        }
    }

    /// The row as it stands in the file.
    func text(_ index: Int) -> String { String(decoding: bytes[rows[index].bytes], as: UTF8.self) }
}

/// Why a row cannot be read.
struct RowError: Error {
    let reason: String
}

/// A value of a JSON object: what a record's field can take.
private struct JSONCell: Decodable {
    let cell: Cell

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            cell = .null
        } else if let flag = try? container.decode(Bool.self) {
            cell = .value(.boolean(flag))
        } else if let number = try? container.decode(Int.self) {
            cell = .value(.integer(number))
        } else if let number = try? container.decode(Double.self) {
            cell = .value(.double(number))
        } else {
            cell = .value(.text(try container.decode(String.self)))
        }
    }
}

/// One row of the file, by the names of its columns.
enum ImportRow {
    case csv(CSVRow)
    case json([String: Cell])

    func cell(_ name: String) -> Cell {
        switch self {
        case .csv(let row): row.cell(name)
        case .json(let cells): cells[name] ?? .absent
        }
    }

    /// The text of a cell even where it means "no value"; `nil` where there is none.
    func rawText(_ name: String) -> String? {
        switch self {
        case .csv(let row): row.text(name)
        case .json: nil
        }
    }
}

struct CSVRow {
    let header: [String: Int]
    let fields: [ArraySlice<UInt8>]
    let nulls: Set<String>

    func text(_ name: String) -> String? {
        header[name].map { String(decoding: fields[$0], as: UTF8.self) }
    }

    func cell(_ name: String) -> Cell {
        guard let text = text(name) else { return .absent }
        return nulls.contains(text) ? .null : .value(.text(text))
    }
}
