internal import AnnalsQuery
internal import AnnalsSchema

/// The fields of a record, of a row or of a parent.
struct FieldsContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let fields: FieldContents
    let decoder: ContentDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { fields.names.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { fields.content(key.stringValue) != nil }

    func decodeNil(forKey key: Key) throws -> Bool {
        try content(key) == .value(.null)
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try decoder(key).decode(type)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    // A class reads its superclass from the same record: rows have no place for another one.
    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    private func decoder(_ key: Key) throws -> ContentDecoder {
        decoder.decoder(of: try content(key), at: key)
    }

    private func content(_ key: Key) throws -> QueryContent {
        guard let content = fields.content(key.stringValue) else {
            throw FieldNotSelected(path(key), selected: fields.names)
        }
        return content
    }

    private func path(_ key: Key) -> String {
        (codingPath.map(\.stringValue) + [key.stringValue]).joined(separator: ".")
    }
}

/// The children of a record, one after the other.
struct RowsContainer: UnkeyedDecodingContainer {
    let rows: [QueryRow]
    let decoder: ContentDecoder
    var currentIndex = 0

    init(rows: [QueryRow], decoder: ContentDecoder) {
        self.rows = rows
        self.decoder = decoder
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { rows.count }
    var isAtEnd: Bool { currentIndex == rows.count }

    mutating func decodeNil() throws -> Bool { false }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next(type) }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try nextDecoder("record").container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try nextDecoder("list").unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try nextDecoder("record") }

    private mutating func next<T: Decodable>(_ type: T.Type) throws -> T {
        try nextDecoder(T.self).decode(type)
    }

    private mutating func nextDecoder(_ wanted: Any) throws -> ContentDecoder {
        let key = RowIndex(intValue: currentIndex)
        guard !isAtEnd else {
            throw FieldTypeMismatch(
                decoder.path,
                wanted: "\(wanted)",
                found: "the end of the list"
            )
        }
        let row = rows[currentIndex]
        currentIndex += 1
        return ContentDecoder(
            input: .fields(.row(row)),
            codingPath: codingPath + [key],
            userInfo: decoder.sendableInfo
        )
    }

    private struct RowIndex: CodingKey {
        let index: Int

        init(intValue: Int) { index = intValue }
        init?(stringValue: String) { nil }

        var intValue: Int? { index }
        var stringValue: String { String(index) }
    }
}

/// The one value that stands in a place.
struct ContentContainer: SingleValueDecodingContainer {
    let decoder: ContentDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool {
        if case .content(.value(.null)) = decoder.input { true } else { false }
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
}
