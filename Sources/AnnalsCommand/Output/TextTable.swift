/// Rows in columns, each as wide as its widest text.
struct TextTable {
    private let head: [String]
    private var rows: [[String]] = []

    init(_ head: String...) { self.init(head) }

    init(_ head: [String]) { self.head = head.map(\.safeForTerminal) }

    mutating func add(_ cells: [String]) { rows.append(cells.map(\.safeForTerminal)) }

    var lines: [String] {
        let widths = widths
        return [head(widths)] + rows(widths)
    }

    /// Of the columns, in characters.
    var widths: [Int] {
        var widths = head.map(\.count)
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], cell.count)
            }
        }
        return widths
    }

    /// The line above all rows, in columns of these widths.
    func head(_ widths: [Int]) -> String { Colour.faint(Self.line(head, widths)) }

    /// A line each, in columns of these widths; a wider cell moves what follows it.
    func rows(_ widths: [Int]) -> [String] { rows.map { Self.line($0, widths) } }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let isLast = index == cells.count - 1
            text += isLast ? cell : cell.padded(to: widths[index]) + "  "
        }
        return text
    }
}
