public import AnnalsSchema

/// Who gave a field of a record the value that it has.
public struct FieldOrigin: Sendable, Hashable {
    public let field: String
    public let value: Value
    /// The event that set it.
    public let event: HistoryEvent
}

extension RecordStore {
    /// For every field of a record that ever had a value, the last event that changed it.
    ///
    /// - Returns: In the order of the object's fields; none where there never was such a record. A
    ///   purged record's fields were last changed by the purge.
    public func blame(_ id: RecordID) throws(StoreError) -> [FieldOrigin] {
        guard let object = schema.objects.first(where: { schema.key(of: id)?.object == $0.code })
        else { return [] }
        var origins: [String: FieldOrigin] = [:]
        // Ids and stamps have no slot: events do not set them.
        let count = object.fields.count(where: { $0.id.isSlot })
        try walk(back: id) { event in
            for change in event.changes where origins[change.field] == nil {
                origins[change.field] = FieldOrigin(
                    field: change.field,
                    value: change.after,
                    event: event
                )
            }
            return origins.count < count
        }
        return object.fields.compactMap { origins[$0.name] }
    }
}
