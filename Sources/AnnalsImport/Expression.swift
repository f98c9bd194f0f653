internal import AnnalsSchema

/// What a column of a row holds.
enum Cell: Sendable, Equatable {
    /// The row has no such column.
    case absent
    case null
    case value(Value)
}

/// Text with columns in it, such as `Category {category}`.
struct Template: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case text(String)
        case column(String)
    }

    let parts: [Part]
    /// Cells that mean "no value" stay in the text as they stand.
    var keepsNulls = false

    /// - Returns: `nil` where a brace is not closed.
    init?(_ text: String, keepsNulls: Bool = false) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            parts.append(.column(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
        self.keepsNulls = keepsNulls
    }

    var columns: [String] {
        parts.compactMap { if case .column(let name) = $0 { name } else { nil } }
    }

    /// The text for a row: absent where a column is, null where one is null.
    func evaluate(_ row: ImportRow) -> Cell {
        if parts.count == 1, case .column(let name) = parts[0], !keepsNulls {
            return row.cell(name)
        }
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .column(let name):
                if keepsNulls, let raw = row.rawText(name) {
                    text += raw
                    continue
                }
                switch row.cell(name) {
                case .absent: return .absent
                case .null: return .null
                case .value(let value): text += value.description
                }
            }
        }
        return .value(.text(text))
    }
}

/// A record of another object, found by a field that identifies it, and made where there is none.
struct ReferenceExpression: Sendable, Equatable {
    let object: String
    let field: String
    let value: Template
    /// The fields of a record that is made; `nil`: none is made.
    let create: [(name: String, template: Template)]?

    static func == (left: Self, right: Self) -> Bool {
        left.object == right.object && left.field == right.field && left.value == right.value
    }
}

/// Where the value of a field comes from.
indirect enum Expression: Sendable, Equatable {
    case template(Template)
    case equals(Template, String)
    case reference(ReferenceExpression)
    /// The first that is neither null nor absent.
    case first([Expression])
    case importer
    case null

    var columns: [String] {
        switch self {
        case .template(let template): template.columns
        case .equals(let template, _): template.columns
        case .reference(let reference):
            reference.value.columns + (reference.create ?? []).flatMap(\.template.columns)
        case .first(let expressions): expressions.flatMap(\.columns)
        case .importer, .null: []
        }
    }
}
