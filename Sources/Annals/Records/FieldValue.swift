public import AnnalsSchema
public import Foundation

/// A type of Swift that the value of a field is read as, and made from.
///
/// A value is never changed into another one: a number is an `Int8` where an `Int8` can hold it, and a
/// `Double` where it is one. An `enum` or `struct` with a raw value that conforms needs nothing more:
///
///     enum Status: String, FieldValue { case new = "New", contacted = "Contacted" }
///     let status = try record["Status", as: Status.self]
///
/// | type | values |
/// | --- | --- |
/// | `String` | texts, and ids in eighteen characters |
/// | `Bool` | booleans |
/// | `Int`, `Int32`, `UInt8`, … | numbers that are whole and in range |
/// | `Double`, `Float`, `Decimal` | numbers; a `Decimal` of a `double` is what the double is written as |
/// | `Date`, ``Timestamp`` | times; days are ``CalendarDate`` |
/// | ``RecordID``, ``CalendarDate``, `URL` | what they say |
/// | ``Value`` | all |
/// | any of them, optional | null as well |
public protocol FieldValue: Sendable {
    /// - Returns: `nil` where the value is none of this type.
    init?(fieldValue value: Value)

    /// What is handed in for a field.
    var fieldValue: Value { get }
}

extension Value: FieldValue {
    public init?(fieldValue value: Value) { self = value }
    public var fieldValue: Value { self }
}

extension Optional: FieldValue where Wrapped: FieldValue {
    public init?(fieldValue value: Value) {
        if value == .null {
            self = .none
            return
        }
        guard let wrapped = Wrapped(fieldValue: value) else { return nil }
        self = .some(wrapped)
    }

    public var fieldValue: Value { self?.fieldValue ?? .null }
}

extension String: FieldValue {
    public init?(fieldValue value: Value) {
        switch value {
        case .text(let text): self = text
        case .id(let id): self = id.description
        default: return nil
        }
    }

    public var fieldValue: Value { .text(self) }
}

extension Bool: FieldValue {
    public init?(fieldValue value: Value) {
        guard case .boolean(let flag) = value else { return nil }
        self = flag
    }

    public var fieldValue: Value { .boolean(self) }
}

extension FieldValue where Self: FixedWidthInteger {
    public init?(fieldValue value: Value) {
        switch value {
        case .integer(let number): self.init(exactly: number)
        case .double(let number): self.init(exactly: number)
        default: return nil
        }
    }

    public var fieldValue: Value {
        Int(exactly: self).map(Value.integer) ?? Value(number: "\(self)")
    }
}

extension Int: FieldValue {}
extension Int8: FieldValue {}
extension Int16: FieldValue {}
extension Int32: FieldValue {}
extension Int64: FieldValue {}
extension UInt: FieldValue {}
extension UInt8: FieldValue {}
extension UInt16: FieldValue {}
extension UInt32: FieldValue {}
extension UInt64: FieldValue {}

extension Double: FieldValue {
    public init?(fieldValue value: Value) {
        switch value {
        case .integer(let number): self.init(exactly: number)
        case .double(let number): self = number
        default: return nil
        }
    }

    public var fieldValue: Value { .double(self) }
}

extension Float: FieldValue {
    public init?(fieldValue value: Value) {
        guard let double = Double(fieldValue: value) else { return nil }
        self.init(exactly: double)
    }

    public var fieldValue: Value { .double(Double(self)) }
}

extension Decimal: FieldValue {
    public init?(fieldValue value: Value) {
        switch value {
        case .integer(let number): self.init(number)
        case .double(let number):
            guard number.isFinite, let decimal = Decimal(string: "\(number)"), decimal.isFinite
            else { return nil }
            self = decimal
        default: return nil
        }
    }

    public var fieldValue: Value { Value(number: description) }
}

extension Date: FieldValue {
    public init?(fieldValue value: Value) {
        guard case .dateTime(let time) = value else { return nil }
        self.init(timeIntervalSince1970: Double(time.milliseconds) / 1000)
    }

    /// To the millisecond.
    public var fieldValue: Value {
        let milliseconds = (timeIntervalSince1970 * 1000).rounded()
        // What no calendar has is refused by the field.
        return .dateTime(
            Timestamp(
                milliseconds: Int64(exactly: milliseconds) ?? (milliseconds < 0 ? .min : .max)
            )
        )
    }
}

extension Timestamp: FieldValue {
    public init?(fieldValue value: Value) {
        guard case .dateTime(let time) = value else { return nil }
        self = time
    }

    public var fieldValue: Value { .dateTime(self) }
}

extension CalendarDate: FieldValue {
    public init?(fieldValue value: Value) {
        guard case .date(let date) = value else { return nil }
        self = date
    }

    public var fieldValue: Value { .date(self) }
}

extension RecordID: FieldValue {
    public init?(fieldValue value: Value) {
        guard case .id(let id) = value else { return nil }
        self = id
    }

    public var fieldValue: Value { .id(self) }
}

extension URL: FieldValue {
    public init?(fieldValue value: Value) {
        guard case .text(let text) = value else { return nil }
        self.init(string: text)
    }

    public var fieldValue: Value { .text(absoluteString) }
}

extension DecimalText: FieldValue {
    public init?(fieldValue value: Value) {
        switch value {
        case .integer(let number): self.init("\(number)")
        case .double(let number): self.init("\(number)")
        case .decimal(let number): self = number
        default: return nil
        }
    }

    public var fieldValue: Value { .decimal(self) }
}

extension FieldValue where Self: RawRepresentable, RawValue: FieldValue {
    public init?(fieldValue value: Value) {
        guard let raw = RawValue(fieldValue: value) else { return nil }
        self.init(rawValue: raw)
    }

    public var fieldValue: Value { rawValue.fieldValue }
}
