package import AnnalsSOQL
public import AnnalsSchema

/// What stands for `:name` in a query.
///
///     let values: [String: BoundValue] = ["status": .text("New"), "ids": .list(ids)]
///
/// It is a value of the query's tree and never text of the query, so that nothing in it, no quote and no
/// keyword, can change what the query means.
public enum BoundValue: Sendable, Hashable {
    case value(Value)
    /// Of `IN :name` and `NOT IN :name`; an empty one is in nothing.
    case list([Value])
}

extension BoundValue {
    /// Null, as `= NULL` has it.
    public static var null: BoundValue { .value(.null) }
    /// A text, never a part of the query.
    public static func text(_ text: String) -> BoundValue { .value(.text(text)) }
    /// A boolean.
    public static func boolean(_ flag: Bool) -> BoundValue { .value(.boolean(flag)) }
    /// A whole number.
    public static func integer(_ number: Int) -> BoundValue { .value(.integer(number)) }
    /// A number with a fraction.
    public static func double(_ number: Double) -> BoundValue { .value(.double(number)) }
    /// A number in the digits that it was written in.
    public static func decimal(_ number: DecimalText) -> BoundValue { .value(.decimal(number)) }
    /// A day.
    public static func date(_ date: CalendarDate) -> BoundValue { .value(.date(date)) }
    /// A time, to the millisecond.
    public static func dateTime(_ time: Timestamp) -> BoundValue { .value(.dateTime(time)) }
    /// The id of a record.
    public static func id(_ id: RecordID) -> BoundValue { .value(.id(id)) }
    /// Ids, for `IN :name`.
    public static func list(_ ids: [RecordID]) -> BoundValue { .list(ids.map(Value.id)) }
    /// Texts, for `IN :name`.
    public static func list(_ texts: [String]) -> BoundValue { .list(texts.map(Value.text)) }
}

extension BoundValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral
{
    public init(stringLiteral text: String) { self = .text(text) }
    public init(booleanLiteral flag: Bool) { self = .boolean(flag) }
    public init(integerLiteral number: Int) { self = .integer(number) }
    public init(floatLiteral number: Double) { self = .double(number) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral values: Value...) { self = .list(values) }
}

extension Bindings {
    /// Bytes of all values together: a cursor keeps them.
    package static let byteCountMax = 4_000_000

    /// The values as literals of a query's tree.
    ///
    /// - Throws: ``SOQLError`` with the place of `:name` where a value is none of a query.
    init(_ values: [String: BoundValue], in text: String) throws(SOQLError) {
        func refusal(_ code: SOQLError.Code, _ message: String) -> SOQLError {
            SOQLError(code, message, at: SourceRange(), in: text)
        }
        var bound: [String: Bound] = [:]
        var byteCount = 0
        for (name, value) in values {
            let all = value.values
            for value in all { byteCount += value.byteCount }
            let literals = all.compactMap(Literal.Value.init)
            guard literals.count == all.count else {
                throw refusal(
                    .invalidBinding,
                    "no value of a query is bound to :\(name): it is not finite, outside the "
                        + "calendar, or a reference by external id"
                )
            }
            if case .list = value {
                bound[name] = .list(literals)
            } else {
                bound[name] = literals.first.map(Bound.value)
            }
        }
        guard byteCount <= Self.byteCountMax else {
            throw refusal(
                .queryTooComplicated,
                "bound values have at most \(Self.byteCountMax) bytes, not \(byteCount)"
            )
        }
        guard let bindings = Bindings(bound) else {
            throw refusal(
                .invalidBinding,
                "two values are bound to one name: the case of its letters makes no other one"
            )
        }
        self = bindings
    }
}

extension BoundValue {
    /// All of them.
    package var values: [Value] {
        switch self {
        case .value(let value): [value]
        case .list(let values): values
        }
    }
}

extension Value {
    fileprivate var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .decimal(let number): number.text.utf8.count
        default: 18
        }
    }
}

extension Literal.Value {
    /// What the value is in a query; `nil` where it is nothing there.
    fileprivate init?(_ value: Value) {
        switch value {
        case .null: self = .null
        case .boolean(let flag): self = .boolean(flag)
        case .integer(let number):
            self = .number(Number(digits: "\(number.magnitude)", isNegative: number < 0))
        case .double(let number):
            guard number.isFinite, let exact = DecimalNumber("\(number)") else { return nil }
            self = .number(Number(exact))
        case .decimal(let number):
            guard let exact = DecimalNumber(number.text) else { return nil }
            self = .number(Number(exact))
        case .date(let date):
            guard let date = CivilDate(daysSince1970: Int(date.days)) else { return nil }
            self = .date(date)
        case .dateTime(let time): self = .dateTime(milliseconds: time.milliseconds)
        case .text(let text): self = .text(text)
        case .id(let id): self = .text(id.description)
        case .lookup: return nil
        }
    }
}

extension Number {
    fileprivate init(_ number: DecimalNumber) {
        self.init(digits: number.plainDigits, isNegative: number.isNegative)
    }
}

extension SOQLParser {
    /// The query that the text says, with these values for its names.
    package static func parse(
        _ text: String,
        binding values: [String: BoundValue]
    ) throws(SOQLError) -> Query {
        var options = Options()
        options.bindings = try Bindings(values, in: text)
        return try parse(text, options: options)
    }
}
