/// What a field holds, or is asked to hold.
public enum Value: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case double(Double)
    case date(CalendarDate)
    case dateTime(Timestamp)
    case text(String)
    case id(RecordID)
    /// The record of `object` whose external-id or idLookup `field` holds `value`: a foreign key
    /// by external id (calls.md, sections 1.5 and 2.3). For writing only.
    indirect case lookup(object: String, field: String, value: String)
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
        case .date(let date): date.description
        case .dateTime(let time): time.description
        case .text(let text): text
        case .id(let id): id.description
        case .lookup(_, _, let value): value
        }
    }
}
