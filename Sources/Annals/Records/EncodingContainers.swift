internal import AnnalsSchema

/// The record while it is put together.
final class EncodedRecord {
    private(set) var object: SObject

    init(_ type: String) { object = SObject(type) }

    func put(_ value: Value, _ key: any CodingKey) {
        guard key.stringValue.lowercased() != "id" else {
            object.id = value == .null ? nil : value
            return
        }
        object.fields.append(SObject.Assignment(key.stringValue, value))
    }
}

/// Takes the fields of a record.
struct FieldsEncoder: Encoder {
    let record: EncodedRecord
    let sendableInfo: [CodingUserInfoKey: any Sendable]

    init(record: EncodedRecord, userInfo: [CodingUserInfoKey: any Sendable]) {
        self.record = record
        sendableInfo = userInfo
    }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { sendableInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(FieldsEncodingContainer<Key>(encoder: self))
    }

    // A value or a list is no record: it has nowhere to go, and is refused.
    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        RefusingContainer<NoKey>("record")
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        RefusingContainer<NoKey>("record")
    }
}

private struct FieldsEncodingContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: FieldsEncoder

    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil(forKey key: Key) throws { put(.null, key) }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        if let value = value as? any FieldValue { return put(value.fieldValue, key) }
        let slot = ValueEncoder(key, userInfo: encoder.sendableInfo)
        try value.encode(to: slot)
        guard let encoded = slot.value else { throw slot.mismatch }
        put(encoded, key)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        KeyedEncodingContainer(RefusingContainer<NestedKey>(key.stringValue))
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        RefusingContainer<NoKey>(key.stringValue)
    }

    // A class writes its superclass into the same record.
    mutating func superEncoder() -> any Encoder { encoder }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoder(key, userInfo: encoder.sendableInfo)
    }

    private func put(_ value: Value, _ key: Key) { encoder.record.put(value, key) }
}

/// Takes the one value of a field.
private final class ValueEncoder: Encoder {
    let key: any CodingKey
    let sendableInfo: [CodingUserInfoKey: any Sendable]
    private(set) var value: Value?

    init(_ key: any CodingKey, userInfo: [CodingUserInfoKey: any Sendable]) {
        self.key = key
        sendableInfo = userInfo
    }

    var codingPath: [any CodingKey] { [key] }
    var userInfo: [CodingUserInfoKey: Any] { sendableInfo }
    var mismatch: FieldTypeMismatch { .refused(key.stringValue) }

    func put(_ value: Value) { self.value = value }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(RefusingContainer<Key>(key.stringValue))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        RefusingContainer<NoKey>(key.stringValue)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        ValueContainer(encoder: self)
    }
}

private struct ValueContainer: SingleValueEncodingContainer {
    let encoder: ValueEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }

    mutating func encodeNil() throws { encoder.put(.null) }

    mutating func encode<T: Encodable>(_ value: T) throws {
        if let value = value as? any FieldValue { return encoder.put(value.fieldValue) }
        try value.encode(to: encoder)
    }
}

/// What has no place in a record: parents, lists, values by themselves.
private struct RefusingContainer<Key: CodingKey>: KeyedEncodingContainerProtocol,
    UnkeyedEncodingContainer, SingleValueEncodingContainer
{
    let field: String

    init(_ field: String) { self.field = field }

    var codingPath: [any CodingKey] { [] }
    var count: Int { 0 }
    private var refusal: FieldTypeMismatch { .refused(field) }

    mutating func encodeNil() throws { throw refusal }
    mutating func encodeNil(forKey key: Key) throws { throw refusal }
    mutating func encode<T: Encodable>(_ value: T) throws { throw refusal }
    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws { throw refusal }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        KeyedEncodingContainer(RefusingContainer<NestedKey>(field))
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        KeyedEncodingContainer(RefusingContainer<NestedKey>(field))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { self }
    mutating func superEncoder() -> any Encoder { RefusingEncoder(field: field) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { RefusingEncoder(field: field) }
}

private struct RefusingEncoder: Encoder {
    let field: String

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(RefusingContainer<Key>(field))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { RefusingContainer<NoKey>(field) }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        RefusingContainer<NoKey>(field)
    }
}

/// A key that nothing has.
private enum NoKey: CodingKey {}

extension FieldTypeMismatch {
    fileprivate static func refused(_ field: String) -> FieldTypeMismatch {
        FieldTypeMismatch(field, wanted: "value of a field", found: "what was to be written")
    }
}
