import Annals

/// Rows in columns for a person; the children of a record are a small table below it.
struct TableRows: RowWriter {
    private static let valueLengthMax = 80

    private let columns: [ResultColumns.Column]
    private let isTop: Bool
    /// As wide as the first batch needs: later rows are not known when it is written.
    private var widths: [Int] = []

    init(_ columns: ResultColumns) {
        self.init(columns, isTop: true)
    }

    private init(_ columns: ResultColumns, isTop: Bool) {
        self.columns = columns.columns
        self.isTop = isTop
    }

    mutating func write(_ rows: [QueryRow], to output: Output) throws {
        for line in lines(rows) { try output.line(line) }
    }

    func end(_ rowCount: Int, to output: Output) throws {
        switch rowCount {
        case 0: try output.line("None.")
        case 1: try output.line(Colour.faint("1 row"))
        default: try output.line(Colour.faint("\(rowCount) rows"))
        }
    }

    private mutating func lines(_ rows: [QueryRow]) -> [String] {
        guard !rows.isEmpty else { return [] }
        var lines: [String] = []
        var table = TextTable(columns.map(\.name))
        for row in rows { table.add(columns.map { text(row.content(of: $0.keys)) }) }
        if widths.isEmpty {
            widths = table.widths
            lines.append(table.head(widths))
        }
        for (row, line) in zip(rows, table.rows(widths)) {
            lines.append(line)
            lines += childLines(of: row)
        }
        return lines
    }

    private func childLines(of row: QueryRow) -> [String] {
        var lines: [String] = []
        for column in columns {
            guard let children = column.children,
                case .rows(let rows) = row.content(of: column.keys)
            else { continue }
            var table = TableRows(children, isTop: false)
            lines += table.lines(rows.records).map { "    " + $0 }
        }
        return lines
    }

    private func text(_ content: QueryContent) -> String {
        switch content {
        case .value(let value): value.description.cut(to: Self.valueLengthMax)
        case .row(let row): text(row).cut(to: Self.valueLengthMax)
        case .rows(let rows): String(rows.totalSize)
        }
    }

    /// What TYPEOF has selected, such as `Account: Name Acme, Phone +1 555 0100`, without nulls.
    private func text(_ row: QueryRow) -> String {
        let fields = row.fields.compactMap { (field) -> String? in
            switch field.content {
            case .value(.null): nil
            case .row(let parent): "\(field.key) (\(text(parent)))"
            case .value, .rows: "\(field.key) \(text(field.content))"
            }
        }
        return "\(row.type): \(fields.joined(separator: ", "))"
    }
}
