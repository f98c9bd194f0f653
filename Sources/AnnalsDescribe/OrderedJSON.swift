/// JSON whose members stay in the order in which they are written, as those of a describe do.
package enum OrderedJSON: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int)
    /// A number that is no integer: read, never told.
    case number(Double)
    case text(String)
    case list([OrderedJSON])
    case members([Member])

    package struct Member: Sendable, Hashable {
        package let name: String
        package let value: OrderedJSON

        package init(name: String, value: OrderedJSON) {
            self.name = name
            self.value = value
        }
    }

    static func texts(_ texts: [String]) -> OrderedJSON { .list(texts.map(OrderedJSON.text)) }

    /// A text, or null.
    static func text(_ text: String?) -> OrderedJSON { text.map { .text($0) } ?? .null }

    /// An object with the members of both, by name: the order of nearly every describe object.
    func merged(with other: OrderedJSON) -> OrderedJSON {
        guard case .members(let ours) = self, case .members(let theirs) = other else { return self }
        return .members((ours + theirs).sorted { $0.name < $1.name })
    }

    /// The object without these members.
    func without(_ names: String...) -> OrderedJSON {
        guard case .members(let members) = self else { return self }
        return .members(members.filter { !names.contains($0.name) })
    }
}

// Literals, so that a describe object reads in the code as it is written out.
extension OrderedJSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral flag: Bool) { self = .boolean(flag) }
    package init(integerLiteral number: Int) { self = .integer(number) }
    package init(stringLiteral text: String) { self = .text(text) }
    package init(arrayLiteral values: OrderedJSON...) { self = .list(values) }
    package init(dictionaryLiteral members: (String, OrderedJSON)...) {
        self = .members(members.map { Member(name: $0.0, value: $0.1) })
    }
}

extension OrderedJSON: Encodable {
    fileprivate struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .members(let members):
            var container = encoder.container(keyedBy: Name.self)
            for member in members {
                try container.encode(member.value, forKey: Name(member.name))
            }
        case .list(let values):
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .boolean(let flag):
            var container = encoder.singleValueContainer()
            try container.encode(flag)
        case .integer(let number):
            var container = encoder.singleValueContainer()
            try container.encode(number)
        case .number(let number):
            var container = encoder.singleValueContainer()
            try container.encode(number)
        case .text(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
    }
}

extension OrderedJSON: Decodable {
    package init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Name.self) {
            // Foundation keeps members in no order.
            self = .members(
                try container.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
                    Member(
                        name: $0.stringValue,
                        value: try container.decode(OrderedJSON.self, forKey: $0)
                    )
                }
            )
            return
        }
        if var container = try? decoder.unkeyedContainer() {
            var values: [OrderedJSON] = []
            while !container.isAtEnd { values.append(try container.decode(OrderedJSON.self)) }
            self = .list(values)
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? container.decode(Int.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }
}
