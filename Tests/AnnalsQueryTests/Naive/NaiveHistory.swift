import Annals

/// The records of the past, found by replaying the whole history from its start.
struct NaiveHistory {
    let events: [HistoryEvent]
    /// From moments before this position, the record has no values any more.
    private var erasedAt: [RecordID: Position] = [:]

    init(of store: RecordStore) async throws {
        events = try await store.session().events(limit: .max)
        for event in events where event.kind == .erased {
            if let id = event.record { erasedAt[id] = event.position }
        }
    }

    /// The last event that is not later than this.
    func position(at time: Timestamp) -> Position {
        events.last { $0.time <= time }?.position ?? .beforeFirst
    }

    /// - Parameter schema: The schema of that moment.
    func store(after position: Position, _ schema: Schema) -> NaiveStore {
        var records: [RecordID: NaiveRecord] = [:]
        for event in events where event.position <= position {
            guard let id = event.record else { continue }
            if let erased = erasedAt[id], position < erased { continue }
            let now = Value.dateTime(event.time.wholeSecond)
            let actor = event.actor.map(Value.id) ?? .null
            var record = records[id] ?? NaiveRecord(id: id, type: event.object, values: [:])
            switch event.kind {
            case .created, .updated:
                for change in event.changes { record.values[change.field] = change.after }
                record.values["LastModifiedDate"] = now
                record.values["LastModifiedById"] = actor
                record.values["SystemModstamp"] = now
                if event.kind == .created {
                    record.values["Id"] = .id(id)
                    record.values["CreatedDate"] = now
                    record.values["CreatedById"] = actor
                }
            case .deleted, .undeleted:
                record.isDeleted = event.kind == .deleted
                record.values["SystemModstamp"] = now
            // The history no longer has values of the record.
            case .emptied, .erased, .withheld: if records[id] == nil { continue }
            case .purged:
                records[id] = nil
                continue
            case .defined: continue
            }
            record.values["IsDeleted"] = .boolean(record.isDeleted)
            records[id] = record
        }
        return NaiveStore(schema, records.values)
    }
}
