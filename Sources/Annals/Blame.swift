public import AnnalsSchema

/// Who gave a field of a record the value that it has.
public struct FieldOrigin: Sendable, Hashable {
    public let field: String
    public let value: Value
    /// The event that set it.
    public let event: HistoryEvent
}

extension Session {
    /// For every field of a record that ever had a value, the last event that changed it.
    ///
    /// - Returns: In the order of the object's fields; none where there never was such a record. A
    ///   purged record's fields were last changed by the purge.
    public func blame(_ id: RecordID) async throws(StoreError) -> [FieldOrigin] {
        var origins: [String: FieldOrigin] = [:]
        for event in try await history(of: id) {
            for change in event.changes {
                origins[change.field] = FieldOrigin(
                    field: change.field,
                    value: change.after,
                    event: event
                )
            }
        }
        // Asked for after the events: a store that is only read knows by then what they name.
        let schema = store.schema
        guard let key = schema.key(of: id), let object = schema.object(code: key.object) else {
            return []
        }
        return object.fields.compactMap { origins[$0.name] }
    }
}
