/// JSON whose members keep the order in which they are written, as in a describe response.
package enum OrderedJSON: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int)
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

// Literals, so that a describe object reads in the code as it is written.
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
        case .text(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
    }
}

/// What encodes to the members that the REST API has for it.
package protocol InJSON: Encodable {
    var json: OrderedJSON { get }
}

extension InJSON {
    /// Writes the members, each of which is always there.
    public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}
