/// JSON exactly as written: members in their order, numbers with all of their digits.
package enum JSONValue: Sendable {
    case null
    case boolean(Bool)
    /// As written: no digit is lost before it is known what the number is for.
    case number(String)
    case text(String)
    case array([JSONValue])
    case members([Member])

    package struct Member: Sendable {
        package let name: String
        package let value: JSONValue
        /// Where the name begins, in bytes from the start of the text; 0 in what was not read.
        package let offset: Int

        package init(name: String, value: JSONValue, offset: Int = 0) {
            self.name = name
            self.value = value
            self.offset = offset
        }
    }

    package static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .members(members.map { Member(name: $0.0, value: $0.1) })
    }

    package static func texts(_ texts: [String]) -> JSONValue {
        .array(texts.map(JSONValue.text))
    }

    package static func integer(_ number: some BinaryInteger) -> JSONValue {
        .number(String(number))
    }

    /// Null for NaN and infinities.
    package static func double(_ number: Double) -> JSONValue {
        number.isFinite ? .number(String(number)) : .null
    }

    /// The number if it is written as a whole one, and fits an `Int`.
    package var wholeNumber: Int? {
        if case .number(let text) = self { Int(text) } else { nil }
    }

    /// What it is, for a message.
    package var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .text: "a text"
        case .array: "a list"
        case .members: "an object"
        }
    }
}

// Texts are equal if their bytes are, not if Swift considers them equivalent.

extension JSONValue: Equatable {
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.number(let left), .number(let right)), (.text(let left), .text(let right)):
            left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.members(let left), .members(let right)): left == right
        default: false
        }
    }
}

extension JSONValue.Member: Equatable {
    package static func == (left: Self, right: Self) -> Bool {
        left.name.utf8.elementsEqual(right.name.utf8) && left.value == right.value
    }
}
