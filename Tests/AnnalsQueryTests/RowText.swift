import Annals

/// Rows as lines of text, which show at a glance where two results differ.
enum RowText {
    static func lines(_ result: QueryResult) -> [String] {
        ["\(result.totalSize) in all"] + result.records.map(line)
    }

    private static func line(_ row: QueryRow) -> String {
        let fields = row.fields.map { "\($0.key): \(content($0.content))" }
        let id = row.id.map { " \($0.shortDescription)" } ?? ""
        return "\(row.type)\(id) {\(fields.joined(separator: ", "))}"
    }

    private static func content(_ content: QueryContent) -> String {
        switch content {
        case .value(.null): "null"
        case .value(.text(let text)): "'\(text)'"
        case .value(let value): value.description
        case .row(let row): line(row)
        case .rows(let result): "[\(lines(result).joined(separator: "; "))]"
        }
    }

    /// The first lines that differ, and the number of lines on each side.
    static func difference(got: QueryResult, expected: QueryResult) -> String {
        let (got, expected) = (lines(got), lines(expected))
        var text = "got \(got.count - 1) rows, expected \(expected.count - 1)"
        var shown = 0
        for index in 0..<max(got.count, expected.count) where shown < 3 {
            let left = index < got.count ? got[index] : "-"
            let right = index < expected.count ? expected[index] : "-"
            if left == right { continue }
            shown += 1
            text += "\n  line \(index)\n    got      \(left)\n    expected \(right)"
        }
        return text
    }
}
