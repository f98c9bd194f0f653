internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsSchema

/// A record as it was when it was read: the selected fields.
///
/// The bytes were copied from the store once; a field becomes a value when it is accessed.
public struct Record: Sendable {
    /// The id of the record.
    public let id: RecordID
    /// The record's last event, for an update that expects no other since.
    public let lastPosition: Position
    let selection: FieldSelection
    /// When the requesting user last saw it; `nil` for never, and if there was no user.
    var views: RecordViews?
    let row: [UInt8]

    /// The API name of the object.
    public var type: String { selection.object.name }

    /// The names of the selected fields, in the order of the selection, and Id.
    public var fieldNames: [String] { selection.fields.map(\.name) }

    /// The value of a field, `nil` if it was not selected.
    ///
    /// The same goes for a misspelled name: ``value(_:)`` distinguishes this from a null.
    public subscript(name: String) -> Value? {
        guard let field = selection.field(name) else { return nil }
        return value(of: field)
    }

    /// The value of a field.
    ///
    /// - Throws: If it was not selected.
    public func value(_ name: String) throws(FieldNotSelected) -> Value {
        guard let field = selection.field(name) else {
            throw FieldNotSelected(name, selected: fieldNames)
        }
        return value(of: field)
    }

    /// All selected fields, with their values.
    public var fields: [(name: String, value: Value)] {
        selection.fields.map { ($0.name, value(of: $0)) }
    }

    private func value(of field: Field) -> Value {
        if let views {
            switch field.id {
            case .lastViewedDate: return views.viewed.map(Value.dateTime) ?? .null
            case .lastReferencedDate: return views.referenced.map(Value.dateTime) ?? .null
            default: break
            }
        }
        // The row was checked against its checksum when it was read, and its fields were checked
        // when it was written: what does not decode is no value.
        return (try? read(field)) ?? .null
    }

    private func read(_ field: Field) throws(Malformed) -> Value {
        let row = try Row(unchecked: row.rawSpan)
        return try row.value(of: field, id: id, schema: selection.schema)
    }
}

extension Row {
    /// The value of any field, including those of the header.
    func value(of field: Field, id: RecordID, schema: Schema) throws(Malformed) -> Value {
        if field.id.isSlot { return try valueInSlot(of: field, schema: schema) }
        func user(_ key: RecordKey) -> Value { schema.id(of: key).map(Value.id) ?? .null }
        switch field.id {
        case .id: return .id(id)
        case .isDeleted: return .boolean(try state() != .live)
        case .createdDate: return .dateTime(try created().wholeSecond)
        case .createdByID: return user(try stamps().createdBy)
        case .lastModifiedDate: return .dateTime(try stamps().lastModified.wholeSecond)
        case .lastModifiedByID: return user(try stamps().lastModifiedBy)
        case .systemModstamp: return .dateTime(try systemModstamp().wholeSecond)
        // Kept for each user, outside the rows.
        case .lastViewedDate, .lastReferencedDate: return .null
        default: return .null
        }
    }

    private func valueInSlot(of field: Field, schema: Schema) throws(Malformed) -> Value {
        let bytes = try slot(field.id)
        // A boolean field that is newer than the record.
        if bytes.byteCount == 0, field.kind == .boolean { return .boolean(false) }
        return try field.value(in: bytes, schema: schema)
    }
}

/// Fields of an object, resolved once for many reads.
public struct FieldSelection: Sendable {
    package let object: ObjectType
    let fields: [Field]
    let schema: Schema
    /// The user for whom the time of the last view is looked up, if it is selected.
    var viewer: RecordKey?

    func field(_ name: String) -> Field? {
        fields.first { $0.isNamed(name) }
            ?? fields.first { $0.name.lowercased() == name.lowercased() }
    }
}

extension Session {
    /// Resolves field names for ``retrieve(_:ids:)``.
    ///
    /// If none is named these are all fields that the session's API version knows. Id is always
    /// among them.
    ///
    /// - Throws: `INVALID_TYPE`, `INVALID_FIELD`.
    public func selection(
        of object: String,
        _ names: [String] = []
    ) throws(StoreError) -> FieldSelection {
        let schema = store.schema
        let type = try schema.required(object, apiVersion: apiVersion)
        var fields: [Field] = []
        for name in names {
            let trimmed = name.trimmingWhiteSpace()
            guard let field = type[trimmed], field.since <= apiVersion else {
                throw .unknownField(trimmed, of: type)
            }
            fields.append(field)
        }
        if names.isEmpty { fields = type.fields.filter { $0.since <= apiVersion } }
        if let id = type.field(.id), !fields.contains(where: { $0.id == .id }) { fields.append(id) }
        let asksViews = fields.contains {
            $0.id == .lastViewedDate || $0.id == .lastReferencedDate
        }
        return FieldSelection(
            object: type,
            fields: fields,
            schema: schema,
            viewer: asksViews ? schema.key(of: user) : nil
        )
    }
}
