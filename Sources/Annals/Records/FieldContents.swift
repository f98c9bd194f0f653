internal import AnnalsQuery
internal import AnnalsSchema

/// The fields of a record or of a row, by the names that programs use for them.
enum FieldContents {
    case record(Record)
    case row(QueryRow)

    var names: [String] {
        switch self {
        case .record(let record): record.fieldNames
        case .row(let row): row.fields.map(\.key)
        }
    }

    /// What stands under a name, whatever the case of its letters, or at the end of a path such as
    /// `Owner.Name`; `nil` where it was not selected.
    func content(_ name: String) -> QueryContent? {
        if let content = plain(name) { return content }
        guard case .row = self, let dot = name.firstIndex(of: ".") else { return nil }
        switch plain(String(name[..<dot])) {
        case .row(let parent)?:
            return FieldContents.row(parent).content(String(name[name.index(after: dot)...]))
        // There is no parent, and none of its fields.
        case .value(.null)?: return .value(.null)
        default: return nil
        }
    }

    private func plain(_ name: String) -> QueryContent? {
        switch self {
        case .record(let record): record[name].map(QueryContent.value)
        case .row(let row): row[name]
        }
    }

    func required(_ name: String) throws(FieldNotSelected) -> QueryContent {
        guard let content = content(name) else {
            throw FieldNotSelected(name, selected: names)
        }
        return content
    }

    func value<T: FieldValue>(_ name: String, as type: T.Type) throws -> T {
        try required(name).value(as: type, field: name)
    }
}

extension QueryContent {
    /// What stands there, as a sentence names it.
    var kind: String {
        switch self {
        case .value(let value): value.kind
        case .row: "a parent record"
        case .rows: "a list of records"
        }
    }

    /// - Throws: Where it is no value of that type.
    func value<T: FieldValue>(
        as type: T.Type,
        field: @autoclosure () -> String
    ) throws(FieldTypeMismatch) -> T {
        guard case .value(let value) = self, let typed = T(fieldValue: value) else {
            throw FieldTypeMismatch(field(), wanted: "\(T.self)", found: kind)
        }
        return typed
    }
}

extension Record {
    /// The value of a field, as a type of Swift.
    ///
    ///     let status = try record["Status", as: String.self]
    ///     let email = try record["Email", as: String?.self]
    ///
    /// - Throws: ``FieldNotSelected`` where the field was not asked for, a name with a misprint
    ///   included, and ``FieldTypeMismatch`` where its value is none of the type: null is one of
    ///   optional types alone.
    public subscript<T: FieldValue>(name: String, as type: T.Type) -> T {
        get throws { try FieldContents.record(self).value(name, as: type) }
    }
}

extension QueryRow {
    /// The value under a key, as a type of Swift; of a parent by its path.
    ///
    ///     let status = try row["Status", as: String.self]
    ///     let owner = try row["Owner.Name", as: String?.self]
    ///
    /// - Throws: ``FieldNotSelected`` where the query did not select it, a key with a misprint
    ///   included, and ``FieldTypeMismatch`` where it is none of the type: null is one of optional
    ///   types alone.
    public subscript<T: FieldValue>(key: String, as type: T.Type) -> T {
        get throws { try FieldContents.row(self).value(key, as: type) }
    }
}
