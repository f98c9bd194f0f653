public import AnnalsSchema

/// A row of a result: a record's fields, or an aggregate's.
///
/// A record's row is a place in its batch, whose bytes were copied from the store once; a field
/// becomes a value when it is accessed.
public struct QueryRow: Sendable, Hashable {
    @usableFromInline enum Storage: Sendable {
        case packed(PackedRows, Int)
        case plain(PlainRow)
    }

    @usableFromInline final class PlainRow: Sendable {
        let type: String
        let id: RecordID?
        @usableFromInline let fields: [QueryField]

        init(type: String, id: RecordID?, fields: [QueryField]) {
            self.type = type
            self.id = id
            self.fields = fields
        }
    }

    @usableFromInline let storage: Storage

    init(_ rows: PackedRows, _ index: Int) { storage = .packed(rows, index) }

    package init(type: String, id: RecordID?, fields: some Sequence<QueryField>) {
        storage = .plain(PlainRow(type: type, id: id, fields: Array(fields)))
    }

    /// The API name of the object; `AggregateResult` for a row of a grouped query.
    public var type: String {
        switch storage {
        case .packed(let rows, _): rows.object.name
        case .plain(let row): row.type
        }
    }

    /// The record, whether it was selected or not; `nil` for an aggregate.
    public var id: RecordID? {
        switch storage {
        case .packed(let rows, let index): rows.id(ofRow: index)
        case .plain(let row): row.id
        }
    }

    /// In the order of the select list; keys have the API's spelling.
    @inlinable public var fields: QueryFields { QueryFields(storage) }

    /// The content under a key.
    ///
    /// - Throws: If the query did not select it.
    public func content(_ key: String) throws(FieldNotSelected) -> QueryContent {
        guard let content = self[key] else {
            throw FieldNotSelected(key, selected: fields.map(\.key))
        }
        return content
    }

    /// The value under a key; null if there is a parent or children.
    ///
    /// - Throws: If the query did not select it.
    public func value(_ key: String) throws(FieldNotSelected) -> Value {
        guard case .value(let value) = try content(key) else { return .null }
        return value
    }

    /// The content under a key, ignoring case; `nil` if the query did not select it, including a
    /// misspelled key: ``content(_:)`` distinguishes this from a null.
    public subscript(key: String) -> QueryContent? {
        let fields = fields
        let place =
            fields.indices.first { fields.key(at: $0) == key }
            ?? fields.indices.first { fields.key(at: $0).lowercased() == key.lowercased() }
        return place.map { fields.content(at: $0) }
    }

    public static func == (left: QueryRow, right: QueryRow) -> Bool {
        left.type == right.type && left.id == right.id && left.fields == right.fields
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        hasher.combine(id)
        hasher.combine(fields)
    }
}

/// The fields of a row, in the order of the select list.
public struct QueryFields: Sendable {
    @usableFromInline let storage: QueryRow.Storage

    @inlinable init(_ storage: QueryRow.Storage) { self.storage = storage }

    @inlinable func key(at place: Int) -> String {
        switch storage {
        case .packed(let rows, _): rows.key(place)
        case .plain(let row): row.fields[place].key
        }
    }

    @inlinable func content(at place: Int) -> QueryContent {
        switch storage {
        case .packed(let rows, let index): rows.content(place, ofRow: index)
        case .plain(let row): row.fields[place].content
        }
    }
}

extension QueryFields: RandomAccessCollection {
    @inlinable public var startIndex: Int { 0 }

    @inlinable public var endIndex: Int {
        switch storage {
        case .packed(let rows, _): rows.columnCount
        case .plain(let row): row.fields.count
        }
    }

    @inlinable public subscript(place: Int) -> QueryField {
        QueryField(key(at: place), content(at: place))
    }

    /// Iterates from field to field.
    public struct Iterator: IteratorProtocol {
        @usableFromInline let fields: QueryFields
        @usableFromInline let end: Int
        @usableFromInline var place = 0

        @inlinable init(_ fields: QueryFields) {
            self.fields = fields
            end = fields.endIndex
        }

        @inlinable public mutating func next() -> QueryField? {
            guard place < end else { return nil }
            defer { place += 1 }
            return fields[place]
        }
    }

    @inlinable public func makeIterator() -> Iterator { Iterator(self) }
}

extension QueryFields: Hashable, ExpressibleByArrayLiteral {
    public init(arrayLiteral fields: QueryField...) {
        self.init(.plain(QueryRow.PlainRow(type: "", id: nil, fields: fields)))
    }

    public static func == (left: QueryFields, right: QueryFields) -> Bool {
        left.elementsEqual(right)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(endIndex)
        for field in self { hasher.combine(field) }
    }
}
