import Annals
import AnnalsJSON

/// Rows as defined by RFC 4180: a line of names, then a line each, ended by CR and LF.
///
/// A parent's fields are columns of their own; the children of a record are one cell, as JSON.
struct CSVRows: RowWriter {
    private let columns: [ResultColumns.Column]
    private let apiVersion: Int
    private var hasHead = false

    init(_ columns: ResultColumns, apiVersion: Int) {
        self.columns = columns.flattened
        self.apiVersion = apiVersion
    }

    mutating func write(_ rows: [QueryRow], to output: Output) throws {
        if !hasHead { try output.csv(columns.map(\.name)) }
        hasHead = true
        for row in rows { try output.csv(columns.map { text(row.content(of: $0.keys)) }) }
    }

    func end(_ rowCount: Int, to output: Output) throws {}

    private func text(_ content: QueryContent) -> String {
        switch content {
        case .value(let value): value.description
        case .row(let row): JSONValue(row, apiVersion: apiVersion).line
        case .rows(let rows): JSONValue(rows, apiVersion: apiVersion).line
        }
    }
}

extension Output {
    /// Writes a line of cells, in quotes where they need them.
    ///
    /// A file gets them as they are, a terminal in a form that cannot control it.
    func csv(_ cells: [String]) throws {
        let cells = Self.isTerminal ? cells.map(\.safeForTerminal) : cells
        try line(cells.map(\.quotedForCSV).joined(separator: ",") + "\r")
    }
}

extension String {
    /// In quotes if it contains a comma, a quote or an end of line.
    var quotedForCSV: String {
        let isPlain = utf8.allSatisfy {
            $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") && $0 != 0x0A && $0 != 0x0D
        }
        if isPlain { return self }
        var quoted = "\""
        for scalar in unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
