internal import AnnalsQuery
internal import AnnalsSchema

/// Reads what stands in one place: all of a record, a value, a parent, or children.
struct ContentDecoder: Decoder {
    enum Input {
        case fields(FieldContents)
        case content(QueryContent)
    }

    let input: Input
    let codingPath: [any CodingKey]
    let sendableInfo: [CodingUserInfoKey: any Sendable]

    var userInfo: [CodingUserInfoKey: Any] { sendableInfo }

    init(
        input: Input,
        codingPath: [any CodingKey],
        userInfo: [CodingUserInfoKey: any Sendable]
    ) {
        self.input = input
        self.codingPath = codingPath
        sendableInfo = userInfo
    }

    /// A decoder of what stands below this place.
    func decoder(of content: QueryContent, at key: any CodingKey) -> ContentDecoder {
        ContentDecoder(
            input: .content(content),
            codingPath: codingPath + [key],
            userInfo: sendableInfo
        )
    }

    /// A value of the type.
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        if let type = type as? any FieldValue.Type,
            let value = try read(type, from: try content(T.self)) as? T
        {
            return value
        }
        do {
            return try T(from: self)
        } catch is DecodingError {
            // Its message may quote the value.
            throw mismatch(T.self)
        }
    }

    private func read<V: FieldValue>(_ type: V.Type, from content: QueryContent) throws -> Any {
        try content.value(as: type, field: path)
    }

    func container<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        switch input {
        case .fields(let fields):
            KeyedDecodingContainer(FieldsContainer<Key>(fields: fields, decoder: self))
        case .content(.row(let row)):
            KeyedDecodingContainer(FieldsContainer<Key>(fields: .row(row), decoder: self))
        case .content: throw mismatch("record")
        }
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        switch input {
        case .content(.rows(let result)): RowsContainer(rows: result.records, decoder: self)
        // A record without children.
        case .content(.value(.null)): RowsContainer(rows: [], decoder: self)
        default: throw mismatch("list")
        }
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        ContentContainer(decoder: self)
    }

    /// The names that lead here, with dots between.
    var path: String {
        codingPath.isEmpty ? "row" : codingPath.map(\.stringValue).joined(separator: ".")
    }

    /// What stands here: of a row with one field that field.
    private func content(_ wanted: Any) throws -> QueryContent {
        switch input {
        case .content(let content): return content
        case .fields(let fields):
            let names = fields.names
            guard names.count == 1, let content = fields.content(names[0]) else {
                throw mismatch(wanted)
            }
            return content
        }
    }

    func mismatch(_ wanted: Any) -> FieldTypeMismatch {
        let found =
            switch input {
            case .fields: "a record"
            case .content(let content): content.kind
            }
        return FieldTypeMismatch(path, wanted: "\(wanted)", found: found)
    }
}
