/// The value of a field, or one it is to get.
public enum Value: Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case double(Double)
    /// A number as it was written, with all of its digits, from JSON and files.
    ///
    /// For writing only: a record holds what its field makes of it. Apart from the value, which would be
    /// twice as long for it, wherever it is copied.
    indirect case decimal(DecimalText)
    case date(CalendarDate)
    case dateTime(Timestamp)
    case text(String)
    case id(RecordID)
    /// The record of `object` whose external-id or idLookup `field` holds `value`: a foreign key
    /// by external id (Specification: calls 1.6, 2.5). For writing only.
    indirect case lookup(object: String, field: String, value: String)
}

/// Two texts are equal if their UTF-8 bytes are, as they are to the store: "\u{E9}" and "e\u{301}",
/// which Swift considers equal, are two.
extension Value: Hashable {
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.decimal(let left), .decimal(let right)): left == right
        case (.date(let left), .date(let right)): left == right
        case (.dateTime(let left), .dateTime(let right)): left == right
        case (.text(let left), .text(let right)): left.isSameText(as: right)
        case (.id(let left), .id(let right)): left == right
        case (
            .lookup(let leftObject, let leftField, let left),
            .lookup(let rightObject, let rightField, let right)
        ):
            leftObject.isSameText(as: rightObject) && leftField.isSameText(as: rightField)
                && left.isSameText(as: right)
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .boolean(let flag): hasher.combine(flag)
        case .integer(let number): hasher.combine(number)
        case .double(let number): hasher.combine(number)
        case .decimal(let number): hasher.combine(number)
        case .date(let date): hasher.combine(date)
        case .dateTime(let time): hasher.combine(time)
        case .text(let text): hasher.combine(TextKey(text))
        case .id(let id): hasher.combine(id)
        case .lookup(let object, let field, let value):
            for text in [object, field, value] { hasher.combine(TextKey(text)) }
        }
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral text: String) { self = .text(text) }
    public init(booleanLiteral flag: Bool) { self = .boolean(flag) }
    public init(integerLiteral number: Int) { self = .integer(number) }
    public init(nilLiteral: ()) { self = .null }
}

extension Value: CustomStringConvertible {
    /// The value as a message of the API quotes it.
    public var description: String {
        switch self {
        case .null: ""
        case .boolean(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .double(let number): String(number)
        case .decimal(let number): number.text
        case .date(let date): date.description
        case .dateTime(let time): time.description
        case .text(let text): text
        case .id(let id): id.description
        case .lookup(_, _, let value): value
        }
    }
}
