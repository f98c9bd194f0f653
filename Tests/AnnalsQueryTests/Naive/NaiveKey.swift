import Annals

/// The kinds of values of an expression, as far as they are compared differently.
enum NaiveKind {
    /// `isExact`: upper and lower case are different.
    case text(isExact: Bool)
    case picklist([String])
    case boolean, number, date, dateTime, id

    init(_ field: Field) {
        self =
            switch field.kind {
            case .id, .reference: .id
            case .boolean: .boolean
            case .int, .double: .number
            case .date: .date
            case .datetime: .dateTime
            case .picklist: .picklist(field.picklist.map(\.value))
            case .string, .textarea, .phone, .email, .url:
                .text(isExact: field.has([.unique, .caseSensitive]))
            }
    }
}

/// A value that is not null, in the form in which it is compared with others of its kind.
enum NaiveKey: Hashable {
    /// Numbers, days, seconds, booleans.
    case number(Double)
    case bytes([UInt8])
    /// A picklist's value by its position, and by its text if it has none.
    case place(Int, [UInt8])
}

extension NaiveKey: Comparable {
    static func < (left: NaiveKey, right: NaiveKey) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
        case (.place(let left, let leftText), .place(let right, let rightText)):
            left == right ? leftText.lexicographicallyPrecedes(rightText) : left < right
        default: fatalError("keys of different kinds: \(left), \(right)")
        }
    }
}

extension NaiveKind {
    /// - Parameter isSorting: By picklist order, which comparisons in WHERE do not use.
    /// - Returns: `nil` for null.
    func key(_ value: Value, isSorting: Bool = false) -> NaiveKey? {
        switch (self, value) {
        case (.boolean, .boolean(let flag)): return .number(flag ? 1 : 0)
        case (.boolean, _): return .number(0)
        case (_, .null): return nil
        case (.text(let isExact), .text(let text)):
            return .bytes(NaiveText.bytes(text, isExact: isExact))
        case (.picklist(let values), .text(let text)):
            let bytes = NaiveText.bytes(text, isExact: false)
            guard isSorting else { return .bytes(bytes) }
            let place = values.firstIndex { NaiveText.bytes($0, isExact: false) == bytes }
            return .place(place ?? .max, bytes)
        case (.number, .integer(let number)): return .number(Double(number))
        case (.number, .double(let number)): return .number(number)
        case (.date, .date(let date)): return .number(Double(date.days))
        case (.dateTime, .dateTime(let time)):
            return .number((Double(time.milliseconds) / 1000).rounded(.down))
        case (.id, .id(let id)): return .bytes(Array(id.description.utf8))
        default: fatalError("\(value) is not of kind \(self)")
        }
    }
}
