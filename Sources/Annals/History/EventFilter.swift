internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// What an ``EventSelection`` admits, by the numbers that events are written with.
struct EventFilter: Sendable {
    private let kinds: Set<EventKind>
    private let actor: RecordKey?
    private let record: RecordKey?
    /// Codes of objects; all if `nil`.
    private let objects: Set<UInt16>?
    /// Fields by the code of their object; all if `nil`.
    private let fields: [UInt16: Set<FieldID>]?

    /// - Throws: A fault if the schema has no such object or field.
    init(_ selection: EventSelection, _ schema: Schema) throws(StoreError) {
        kinds = selection.kinds
        // A user that the schema does not know has no key, and did nothing.
        let nobody = RecordKey(packed: .max)
        actor = selection.actor.map { schema.key(of: $0) ?? nobody }
        record = selection.record.map { schema.key(of: $0) ?? nobody }
        objects = try Self.codes(of: selection.objects, schema)
        fields = try Self.fields(selection.fields, of: objects, schema)
    }

    /// The codes of objects by their names; `nil` if there are no names.
    static func codes(
        of names: [String],
        _ schema: Schema
    ) throws(StoreError) -> Set<UInt16>? {
        var codes: Set<UInt16> = []
        for name in names {
            guard let object = schema[name] else {
                throw .fault(Fault(.invalidType, "there is no object \(name)"))
            }
            codes.insert(object.code)
        }
        return names.isEmpty ? nil : codes
    }

    /// Fields by their names, among those of the objects with these codes; `nil` if there are no
    /// names.
    static func fields(
        _ names: [String],
        of objects: Set<UInt16>?,
        _ schema: Schema
    ) throws(StoreError) -> [UInt16: Set<FieldID>]? {
        var fields: [UInt16: Set<FieldID>] = [:]
        for name in names {
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            var isKnown = false
            for object in schema.objects where objects?.contains(object.code) ?? true {
                if parts.count == 2, schema[parts[0]]?.code != object.code { continue }
                guard let field = object[parts.last ?? name], field.id.isSlot else { continue }
                fields[object.code, default: []].insert(field.id)
                isKnown = true
            }
            guard isKnown else {
                throw .fault(
                    Fault(.invalidField, "no object has a field \(name) that events change")
                )
            }
        }
        return names.isEmpty ? nil : fields
    }

    /// Whether an event is admitted; its values are examined last, and only for its fields.
    func admits(_ index: Int, of transaction: StoredTransaction) throws(StorageError) -> Bool {
        let event = transaction.events[index]
        guard kinds.isEmpty || kinds.contains(event.kind),
            actor == nil || actor == transaction.actor,
            record == nil || record == event.key,
            objects?.contains(event.key.object) ?? true
        else { return false }
        guard let fields else { return true }
        guard let wanted = fields[event.key.object] else { return false }
        do throws(Malformed) {
            let payload = transaction.payload(ofEvent: index)
            var changes = try FieldChanges(of: event.kind, payload: payload)
            while let change = try changes.next() {
                if wanted.contains(change.field) { return true }
            }
            return false
        } catch {
            throw .corrupted(
                Corruption(
                    "event \(transaction.position(ofEvent: index)) is malformed: "
                        + "not \(error.finding)",
                    table: Log.tableName
                )
            )
        }
    }

    /// The event with only the requested changes.
    func narrowed(_ event: HistoryEvent, of object: ObjectType?) -> HistoryEvent {
        guard let object, let wanted = fields?[object.code] else { return event }
        var event = event
        event.changes.removeAll { change in
            !(object[change.field].map { wanted.contains($0.id) } ?? false)
        }
        return event
    }
}
