/// A field was read as a type that its value is none of, or a type was written that no field can hold.
///
/// It names the field, the type and the kind of value, never the value: that may be a person's.
public struct FieldTypeMismatch: Error, Hashable, Sendable {
    /// The field, or the path to it, such as `Owner.Name`.
    public let field: String
    /// The type that was wanted, such as `Int`.
    public let wanted: String
    /// What there is, such as `a text`.
    public let found: String

    package init(_ field: String, wanted: String, found: String) {
        self.field = field
        self.wanted = wanted
        self.found = found
    }
}

extension FieldTypeMismatch: CustomStringConvertible {
    public var description: String { "\(field): \(found) is no \(wanted)" }
}

extension Value {
    /// What kind of value it is, as a sentence names it.
    package var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer, .double, .decimal: "a number"
        case .date: "a date"
        case .dateTime: "a time"
        case .text: "a text"
        case .id: "an id"
        case .lookup: "a reference by external id"
        }
    }
}
