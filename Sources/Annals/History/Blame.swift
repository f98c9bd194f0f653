public import AnnalsSchema

/// Who gave a field of a record its current value.
public struct FieldOrigin: Sendable, Hashable {
    /// The API name of the field.
    public let field: String
    /// The current value.
    public let value: Value
    /// The event that set it.
    public let event: HistoryEvent
}

extension Session {
    /// For every field of a record that ever had a value, the last event that changed it.
    ///
    /// - Returns: In the order of the object's fields; empty if there never was such a record. A
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
        // Read after the events: a read-only store knows by then what they refer to.
        let schema = store.schema
        guard let key = schema.key(of: id), let object = schema.object(code: key.object) else {
            return []
        }
        return object.fields.compactMap { origins[$0.name] }
    }
}
