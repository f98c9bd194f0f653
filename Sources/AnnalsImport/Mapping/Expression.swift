internal import AnnalsSchema

/// How a mapping makes a value from a row.
indirect enum Expression: Sendable, Hashable {
    case template(Template)
    /// Whether both have the same text.
    case equals(Template, Template)
    /// Which of the mapping's references.
    case reference(Int)
    /// The first that has a value; null if none has and one is null.
    case first([Expression])
    case importer
    case null
}

/// The result of an expression for a row.
enum Outcome: Sendable, Hashable {
    /// A column that it needs is not in the row: the field is left unchanged.
    case absent
    case null
    case value(Value)
    /// The record found by `value` through the mapping's reference of that number.
    case reference(Int, value: String)
    case importer
}

extension Expression {
    func outcome(_ cells: [Cell], _ references: [Reference]) -> Outcome {
        switch self {
        case .template(let template): return template.value(cells)
        case .equals(let left, let right):
            let (left, right) = (left.value(cells), right.value(cells))
            if left == .absent || right == .absent { return .absent }
            return .value(.boolean(left.isSameText(as: right)))
        case .reference(let number):
            switch references[number].value.value(cells) {
            case .value(let value): return .reference(number, value: value.description)
            case let other: return other
            }
        case .first(let expressions):
            // A row that contains only the second of them means it: an update that transfers a
            // record to a queue does not name its previous owner.
            var isAbsent = true
            for expression in expressions {
                switch expression.outcome(cells, references) {
                case .absent: break
                case .null: isAbsent = false
                case let other: return other
                }
            }
            return isAbsent ? .absent : .null
        case .importer: return .importer
        case .null: return .null
        }
    }
}

extension Outcome {
    /// The text of a value; `nil` for null.
    var text: String? {
        if case .value(let value) = self { value.description } else { nil }
    }

    /// Whether both have the same text, or none.
    func isSameText(as other: Outcome) -> Bool {
        text.map(TextKey.init) == other.text.map(TextKey.init)
    }
}

/// A record of another object that rows refer to by a value of it.
struct Reference: Sendable, Hashable {
    struct Assignment: Sendable, Hashable {
        let field: String
        let expression: Expression
    }

    /// Where in the mapping.
    let place: String
    let object: String
    /// The field that has the value.
    let by: String
    let value: Template
    /// What a missing record is created with, in addition to `by`; `nil`: it is not created.
    let create: [Assignment]?
}
