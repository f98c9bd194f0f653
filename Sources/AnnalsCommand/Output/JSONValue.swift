import Annals
import AnnalsJSON

extension JSONValue {
    init(_ value: Value) {
        switch value {
        case .null: self = .null
        case .boolean(let flag): self = .boolean(flag)
        case .integer(let number): self = .integer(number)
        case .double(let number): self = .double(number)
        case .date, .dateTime, .decimal, .text, .id, .lookup: self = .text(value.description)
        }
    }

    init(_ id: RecordID?) { self = id.map { .text($0.description) } ?? .null }

    init(_ position: Position?) { self = position.map { .integer($0.ordinal) } ?? .null }
}
