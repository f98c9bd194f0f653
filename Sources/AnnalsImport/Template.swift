internal import AnnalsSchema

/// Text with columns in it, such as `Category {category}`.
struct Template: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case literal(String)
        /// Which of the mapping's columns.
        case column(Int)
    }

    let parts: [Part]
    /// Columns without a value stand as they are in the file, and do not make the whole null.
    var keepsNulls = false

    /// The value for a row, which keeps the type that a single column has in JSON.
    func value(_ cells: [Cell]) -> Outcome {
        if parts.count == 1, case .column(let column) = parts[0], !keepsNulls {
            switch cells[column] {
            case .absent: return .absent
            case .null: return .null
            case .value(let value): return .value(value)
            }
        }
        var text = ""
        var isNull = false
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .column(let column):
                switch cells[column] {
                case .absent: return .absent
                case .null(let token):
                    isNull = isNull || !keepsNulls
                    text += token
                case .value(let value): text += value.description
                }
            }
        }
        return isNull ? .null : .value(.text(text))
    }
}

/// The names of the columns that a mapping uses, each with a number.
struct Columns: Sendable, Hashable {
    private(set) var names: [String] = []

    mutating func number(of name: String) -> Int {
        if let index = names.firstIndex(of: name) { return index }
        names.append(name)
        return names.count - 1
    }

    /// Reads a text with names of columns in braces.
    ///
    /// - Returns: What is wrong with it, if it is.
    mutating func template(_ text: String) -> Result<Template, TemplateFinding> {
        var parts: [Template.Part] = []
        var rest = text[...]
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[brace] == "{", let end = rest[brace...].firstIndex(of: "}") else {
                return .failure(TemplateFinding("a brace stands alone in \"\(text)\""))
            }
            let name = rest[rest.index(after: brace)..<end]
            guard !name.isEmpty, !name.contains("{") else {
                return .failure(TemplateFinding("braces without a column in \"\(text)\""))
            }
            if brace > rest.startIndex {
                parts.append(.literal(String(rest[..<brace])))
            }
            parts.append(.column(number(of: String(name))))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty || parts.isEmpty { parts.append(.literal(String(rest))) }
        return .success(Template(parts: parts))
    }
}

struct TemplateFinding: Error {
    let text: String
    init(_ text: String) { self.text = text }
}
