internal import AnnalsSchema

/// Text with columns in it, such as `Category {category}`.
struct Template: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case literal(String)
        /// Which of the mapping's columns.
        case column(Int)
    }

    let parts: [Part]
    /// Columns without a value are inserted as written in the file, and do not make the whole null.
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
        if let index = names.firstIndex(where: { $0.isSameText(as: name) }) { return index }
        names.append(name)
        return names.count - 1
    }

    /// Reads a text with names of columns in braces.
    ///
    /// A backslash before a brace or a backslash makes it an ordinary character, in a name as well;
    /// before anything else it is one itself.
    ///
    /// - Returns: What is wrong with it, if anything.
    mutating func template(_ text: String) -> Result<Template, TemplateFinding> {
        var parts: [Template.Part] = []
        var literal = ""
        /// The name that is being read, between its braces.
        var name: String?
        var scalars = text.unicodeScalars.makeIterator()
        var following = scalars.next()
        func add(_ scalar: Unicode.Scalar) {
            if name != nil {
                name?.unicodeScalars.append(scalar)
            } else {
                literal.unicodeScalars.append(scalar)
            }
        }
        while let scalar = following {
            following = scalars.next()
            switch scalar {
            case "\\" where following.map { "{}\\".unicodeScalars.contains($0) } ?? false:
                if let escaped = following { add(escaped) }
                following = scalars.next()
            case "{" where name == nil:
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                name = ""
            case "{":
                return .failure(TemplateFinding("a brace stands within a column's in \"\(text)\""))
            case "}":
                guard let column = name else {
                    return .failure(TemplateFinding("a brace stands alone in \"\(text)\""))
                }
                guard !column.isEmpty else {
                    return .failure(TemplateFinding("braces without a column in \"\(text)\""))
                }
                parts.append(.column(number(of: column)))
                name = nil
            default: add(scalar)
            }
        }
        guard name == nil else {
            return .failure(TemplateFinding("a brace stands alone in \"\(text)\""))
        }
        if !literal.isEmpty || parts.isEmpty { parts.append(.literal(literal)) }
        return .success(Template(parts: parts))
    }
}

struct TemplateFinding: Error {
    let text: String
    init(_ text: String) { self.text = text }
}
