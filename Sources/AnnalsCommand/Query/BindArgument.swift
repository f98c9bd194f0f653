import Annals
import AnnalsJSON
import ArgumentParser

/// A value for a `:name` of a query: `status=New` is the text, `count:=5` is JSON, a day or a time.
struct BindArgument: ExpressibleByArgument {
    let name: String
    let value: BoundValue

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        var name = argument[..<equals]
        let text = String(argument[argument.index(after: equals)...])
        let isJSON = name.hasSuffix(":")
        if isJSON { name.removeLast() }
        guard !name.isEmpty, let value = isJSON ? Self.read(text) : .text(text) else { return nil }
        self.name = String(name)
        self.value = value
    }

    private static func read(_ text: String) -> BoundValue? {
        if let date = CalendarDate(text) { return .date(date) }
        if let time = Timestamp(text) { return .dateTime(time) }
        var reader = JSONReader(Array(text.utf8))
        guard let (json, _) = try? reader.next(), let rest = try? reader.next() == nil, rest else {
            return nil
        }
        guard case .array(let values) = json else {
            return Value(bound: json).map(BoundValue.value)
        }
        let bound = values.compactMap(Value.init(bound:))
        return bound.count == values.count ? .list(bound) : nil
    }
}

extension Value {
    fileprivate init?(bound json: JSONValue) {
        switch json {
        case .null: self = .null
        case .boolean(let flag): self = .boolean(flag)
        case .number(let number): self = Value(number: number)
        case .text(let text): self = .text(text)
        case .array, .members: return nil
        }
    }
}
