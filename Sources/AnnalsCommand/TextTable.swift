/// Rows in columns, each as wide as its widest text.
struct TextTable {
    private let head: [String]
    private var rows: [[String]] = []

    init(_ head: String...) { self.head = head }

    mutating func add(_ cells: [String]) { rows.append(cells.map(\.safeForTerminal)) }

    var lines: [String] {
        var widths = head.map(\.count)
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], cell.count)
            }
        }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (index, cell) in cells.enumerated() {
                let isLast = index == cells.count - 1
                text += isLast ? cell : cell.padded(to: widths[index]) + "  "
            }
            return text
        }
        return [Colour.faint(line(head))] + rows.map(line)
    }
}
