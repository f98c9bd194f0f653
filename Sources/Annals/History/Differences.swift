internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsQuery
public import AnnalsSchema

/// How a record at one moment differs from the same record at an earlier one.
public struct RecordDifference: Sendable, Hashable {
    /// What has become of a record between the two moments.
    public enum Kind: String, Sendable, CaseIterable {
        /// There was no such record.
        case created
        /// It has been deleted since, and is not back.
        case deleted
        /// It was deleted, and is live.
        case undeleted
        /// It is live at both moments, with different values.
        case changed
    }

    /// What has become of the record.
    public let kind: Kind
    /// The API name of the object.
    public let object: String
    /// The id of the record.
    public let record: RecordID
    /// The fields that differ, with their values at the two moments; empty for a deleted record.
    public let changes: [HistoryEvent.Change]
}

extension Session {
    /// The differences between two moments among the live records, by object and id.
    ///
    /// Computed only from the events in between, so the cost depends only on their number: a
    /// record's old state follows from its first event in between, its new state from its last. A
    /// record that was created and deleted in between is in neither state, and one that has been
    /// erased since is not reported.
    ///
    /// - Parameters:
    ///   - start: The earlier moment.
    ///   - end: The later one; now, if not given.
    ///   - objects: Only records of these; all if empty.
    ///   - fields: Report only these, and only those changed records in which one of them differs.
    ///   - progress: Called with how many of the transactions have been read.
    @concurrent
    public func differences(
        from start: QueryOptions.Moment,
        to end: QueryOptions.Moment? = nil,
        objects: [String] = [],
        fields: [String] = [],
        progress: @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> [RecordDifference] {
        var selection = EventSelection()
        selection.objects = objects
        var walk = try await LogWalk(self, after: start, through: end)
        var collector = DifferenceCollector(filter: try EventFilter(selection, store.schema))
        var isLeft = true
        while isLeft {
            isLeft = try await walk.next { (_, transaction, seen) throws(StorageError) in
                for index in seen { try collector.add(index, of: transaction) }
                return true
            }
            let state = WorkProgress(stage: .log, done: walk.done, total: walk.total)
            store.callingBack { progress(state) }
            if Task.isCancelled { throw .interrupted }
        }
        let found = collector.records
        return try await read { (view) throws(StoreError) in
            try view.reader.differences(found, of: objects, fields: fields)
        }
    }
}

extension ProjectionReader {
    /// - Parameters:
    ///   - found: What the events between the moments say of each record.
    ///   - objects: API names; all where there is none.
    ///   - fields: API names of those that are wanted; all where there is none.
    fileprivate borrowing func differences(
        _ found: [RecordKey: DifferenceCollector.Ends],
        of objects: [String],
        fields: [String]
    ) throws(StoreError) -> [RecordDifference] {
        let codes = try EventFilter.codes(of: objects, schema)
        let wanted = try EventFilter.fields(fields, of: codes, schema)
        var differences: [RecordDifference] = []
        do throws(StorageError) {
            for (key, ends) in found.sorted(by: { $0.key < $1.key }) {
                guard let kind = ends.kind, try !isErased(key, ends) else { continue }
                guard let object = schema.object(code: key.object) else { continue }
                var changes: [HistoryEvent.Change] = []
                if kind != .deleted {
                    changes = try ends.changes(of: object, schema) { field in
                        wanted == nil || wanted?[object.code]?.contains(field) == true
                    }
                }
                if kind == .changed, changes.isEmpty { continue }
                differences.append(
                    RecordDifference(
                        kind: kind,
                        object: object.name,
                        record: object.id(ofSerial: key.serial),
                        changes: changes
                    )
                )
            }
        } catch {
            throw .storage(error)
        }
        return differences
    }
}

/// What the events between two moments say about the records at both.
private struct DifferenceCollector {
    /// One record at both moments.
    struct Ends: Sendable {
        /// `nil` if there was no such record.
        let before: RecordState?
        var after = RecordState.live
        /// Its last event in between.
        var last = Position.beforeFirst
        /// Whether an event no longer has values, or is the one that removed them.
        var isErased = false
        /// Whether an event in between carries values.
        var hasValues = false
        var values: [FieldID: (before: [UInt8], after: [UInt8])] = [:]
    }

    let filter: EventFilter
    private(set) var records: [RecordKey: Ends] = [:]

    init(filter: EventFilter) { self.filter = filter }

    mutating func add(_ index: Int, of transaction: StoredTransaction) throws(StorageError) {
        let event = transaction.events[index]
        guard event.kind != .defined, try filter.admits(index, of: transaction) else { return }
        do throws(Malformed) {
            let payload = transaction.payload(ofEvent: index)
            // Its values are moved out while they change, not copied.
            var ends =
                records.removeValue(forKey: event.key)
                ?? Ends(before: event.kind.stateBefore)
            ends.after = event.kind.stateAfter ?? ends.after
            ends.last = transaction.position(ofEvent: index)
            ends.isErased = ends.isErased || event.isErased || event.kind.takesValues
            ends.hasValues = ends.hasValues || event.kind.carriesValues
            var changes = try FieldChanges(of: event.kind, payload: payload)
            while let change = try changes.next() {
                let before = ends.values[change.field]?.before
                ends.values[change.field] = (
                    before ?? [UInt8](copying: change.before), [UInt8](copying: change.after)
                )
            }
            records[event.key] = ends
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
}

extension DifferenceCollector.Ends {
    /// `nil` if the record is live at neither moment.
    var kind: RecordDifference.Kind? {
        switch (before, after) {
        case (nil, .live): .created
        case (.live, .live): .changed
        case (.live, _): .deleted
        case (_?, .live): .undeleted
        default: nil
        }
    }

    /// The fields that differ, in their order.
    func changes(
        of object: ObjectType,
        _ schema: Schema,
        where isWanted: (FieldID) -> Bool
    ) throws(StorageError) -> [HistoryEvent.Change] {
        var changes: [HistoryEvent.Change] = []
        for (id, ends) in values.sorted(by: { $0.key < $1.key })
        where ends.before != ends.after && isWanted(id) {
            guard let field = object.field(id) else { continue }
            do throws(Malformed) {
                var old = try field.value(in: ends.before.rawSpan, schema: schema)
                let new = try field.value(in: ends.after.rawSpan, schema: schema)
                // The value of a record that is older than the field.
                if before != nil, field.kind == .boolean, old == .null { old = .boolean(false) }
                if old == new { continue }
                changes.append(HistoryEvent.Change(field: field.name, before: old, after: new))
            } catch {
                throw .corrupted(Corruption("a value is malformed", table: Log.tableName))
            }
        }
        return changes
    }
}

extension EventKind {
    /// The state of a record before an event of this kind; whether it was emptied before a purge
    /// makes no difference here.
    fileprivate var stateBefore: RecordState? {
        switch self {
        case .created, .defined: nil
        // A withheld event changes no state, and the values it removed are not there to be
        // compared.
        case .withheld: .live
        case .updated, .deleted: .live
        case .undeleted, .emptied: .inBin
        case .purged, .erased: .emptied
        }
    }

    /// The state of a record after an event of this kind; `nil` if it does not change.
    fileprivate var stateAfter: RecordState? {
        switch self {
        case .withheld: nil
        case .created, .updated, .undeleted, .defined: .live
        case .deleted: .inBin
        case .emptied, .erased: .emptied
        case .purged: .purged
        }
    }
}

extension ProjectionReader {
    /// Whether the record's values were removed, between the two moments or later.
    fileprivate borrowing func isErased(
        _ key: RecordKey,
        _ ends: DifferenceCollector.Ends
    ) throws(StorageError) -> Bool {
        // Events that carry values show this themselves.
        if ends.isErased || ends.hasValues { return ends.isErased }
        guard let row = try row(of: key) else { return false }
        // Most records have values, and were not erased.
        guard row.count == 0 else { return false }
        var isErased = false
        try forEachEvent(of: key, after: ends.last) { (index, stored) throws(StorageError) in
            isErased = stored.events[index].kind.takesValues
            return !isErased
        }
        return isErased
    }
}
