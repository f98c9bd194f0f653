internal import AnnalsBytes
internal import AnnalsLMDB
public import AnnalsLog
internal import AnnalsProjections
public import AnnalsSchema

/// One thing that happened to one record, as recorded in the log.
public struct HistoryEvent: Sendable, Hashable {
    /// A field that changed, with its old and its new value.
    public struct Change: Sendable, Hashable {
        /// The API name of the field.
        public let field: String
        /// The value before the event; null if there was none.
        public let before: Value
        /// The value after the event.
        public let after: Value
    }

    /// The place in the log, 1 for the first event of the store.
    public let position: Position
    /// The number of the transaction that it is part of.
    public let transaction: UInt64
    /// When it happened, to the millisecond; never earlier than the event before.
    public let time: Timestamp
    /// Of its transaction: higher after a restore, where the history may have forked.
    public let epoch: UInt32
    /// Of its transaction, 64 hexadecimal digits: it covers everything before, so the same position
    /// with another digest belongs to another history.
    public let digest: String
    /// What happened to the record.
    public let kind: EventKind
    /// The API name of the object.
    public let object: String
    /// The record; `nil` for a definition of the object.
    public let record: RecordID?
    /// The record's preceding event; `nil` for its first.
    public let previous: Position?
    /// Who did it.
    public let actor: RecordID?
    /// The client that made the call.
    public let origin: String
    /// The idempotency key of the call, as it was recorded; `nil` if it had none.
    public let idempotencyKey: String?
    /// In the order of the object's fields.
    public package(set) var changes: [Change]
    /// Whether the values have been erased since: ``changes`` is empty then, whatever changed.
    public let isErased: Bool
    /// Why values were erased, if the event is an erasure; `nil` for one that withholds.
    public let reason: String?
}

extension Session {
    /// Up to `limit` events after `position`, in their order.
    ///
    /// - Throws: ``StoreError/beyondEnd(position:end:)`` if the log ends before `position`: whoever
    ///   has read that far has read another history.
    @concurrent
    public func events(
        after position: Position = .beforeFirst,
        limit: Int
    ) async throws(StoreError) -> [HistoryEvent] {
        try await glance { (view) throws(StoreError) in
            try view.reader.requireHeld(.position(position))
        }
        var walk = try await LogWalk(self, after: .position(position), through: nil)
        var events: [HistoryEvent] = []
        while events.count < limit {
            let isLeft = try await walk.next { (reader, transaction, seen) throws(StorageError) in
                if seen.isEmpty { return true }
                let digest = transaction.digest.description
                for index in seen where events.count < limit {
                    events.append(try reader.event(index, of: transaction, digest))
                }
                return events.count < limit
            }
            if !isLeft { break }
        }
        return events
    }

    /// Every event of a record, oldest first; empty if there never was such a record.
    ///
    /// Follows the links to preceding events, from the record's last one.
    public func history(of id: RecordID) async throws(StoreError) -> [HistoryEvent] {
        try await read { (view) throws(StoreError) in
            guard let key = view.reader.schema.key(of: id) else { return [] }
            var events: [HistoryEvent] = []
            try storing { () throws(StorageError) in
                try view.reader.forEachEvent(of: key) { (index, transaction) throws(StorageError) in
                    let digest = transaction.digest.description
                    events.append(try view.reader.event(index, of: transaction, digest))
                    return true
                }
            }
            return events.reversed()
        }
    }

    /// The records in the recycle bin, oldest deletion first, with their objects.
    public func recycleBin(limit: Int) async throws(StoreError) -> [Record] {
        try await read { (view) throws(StoreError) in
            let schema = view.reader.schema
            var records: [Record] = []
            let keys = try storing { () throws(StorageError) in try view.reader.bin(limit: limit) }
            for key in keys {
                guard let object = schema.object(code: key.object) else { continue }
                let selection = FieldSelection(
                    object: object,
                    fields: object.fields,
                    schema: schema
                )
                let id = object.id(ofSerial: key.serial)
                if let record = try view.reader.record(id, selection, isLive: false) {
                    records.append(record)
                }
            }
            return records
        }
    }

    /// Records of an object in the order of their ids, in pages that each show one state.
    ///
    /// - Parameters:
    ///   - selection: The object and the fields to read.
    ///   - id: The last id of the previous page; `nil` for the first.
    ///   - includingDeleted: Also those that are deleted and not purged.
    ///   - limit: Records per page.
    public func records(
        _ selection: FieldSelection,
        after id: RecordID? = nil,
        includingDeleted: Bool = false,
        limit: Int = 2000
    ) async throws(StoreError) -> [Record] {
        try await read { (view) throws(StoreError) in
            // Each record has the event that created it: up to a damaged counter, which may be any
            // number, there would be no end.
            let last = try storing { () throws(StorageError) in
                let end = try view.reader.tables.log.end(in: view.reader.transaction)
                let created = try view.reader.lastSerial(of: selection.object)
                return min(created, end.lastPosition.ordinal)
            }
            var serial = id?.serial ?? 0
            var records: [Record] = []
            while serial < last, records.count < limit {
                serial += 1
                if view.cancellation.isCancelled { throw .interrupted }
                let id = selection.object.id(ofSerial: serial)
                if let record = try view.reader.record(id, selection, isLive: !includingDeleted) {
                    records.append(record)
                }
            }
            return records
        }
    }

    /// The live records of an object whose field holds `value`, by the index of the field.
    ///
    /// - Returns: Up to `limit` ids; none if the field has no index.
    public func find(
        _ value: String,
        in field: String,
        of object: String,
        limit: Int = 2
    ) async throws(StoreError) -> [RecordID] {
        try await glance { (view) throws(StoreError) in
            try view.reader.find(value, in: field, of: object, limit: limit)
        }
    }
}

extension RecordStore {
    /// The position of the last event.
    public func lastPosition() async throws(StoreError) -> Position {
        let reader = try await reader()
        return try storing { () throws(StorageError) in
            try reader.tables.log.end(in: reader.transaction).lastPosition
        }
    }
}

extension ProjectionReader {
    fileprivate borrowing func find(
        _ value: String,
        in field: String,
        of object: String,
        limit: Int
    ) throws(StoreError) -> [RecordID] {
        guard let type = schema[object], let field = type[field], field.isIndexed else { return [] }
        let bytes: [UInt8]
        if field.kind == .reference {
            let id = RecordID(value.trimmingWhiteSpace())
            guard let key = id.flatMap({ schema.key(of: $0) }) else { return [] }
            var writer = ByteWriter()
            writer.append(key.packed)
            bytes = writer.bytes
        } else {
            bytes = (try? field.bytes(of: .text(value), isTruncating: false)) ?? []
        }
        guard !bytes.isEmpty else { return [] }
        let keys: [RecordKey]
        do throws(StorageError) {
            keys = try find(
                bytes,
                in: field,
                of: type,
                isExact: !field.ignoresCase,
                limit: limit
            )
        } catch {
            throw .storage(error)
        }
        return keys.map { type.id(ofSerial: $0.serial) }
    }
}

extension ProjectionReader {
    /// Walks along a record's events, the newest first; those that have left the log are without what
    /// a later one takes.
    ///
    /// - Parameter end: Only those after this one.
    /// - Parameter body: Called with the place of each; `false` ends the walk.
    borrowing func forEachEvent(
        of key: RecordKey,
        after end: Position = .beforeFirst,
        _ body: (_ index: Int, StoredTransaction) throws(StorageError) -> Bool
    ) throws(StorageError) {
        var position = try lastPosition(of: key)
        var isTaken = false
        while position > end {
            guard var stored = try tables.log.transaction(holding: position, in: transaction)
            else { throw .corrupted(Corruption("an event is missing", table: Log.tableName)) }
            let index = Int(position.ordinal - stored.firstPosition.ordinal)
            _ = try stored.event(at: position, of: key)
            if isTaken, stored.number <= tables.log.base.number {
                stored = try stored.withoutValues(of: [key])
            }
            if stored.events[index].kind.takesValues { isTaken = true }
            guard try body(index, stored) else { return }
            position = stored.events[index].previous
        }
    }

    /// The record's last event; ``Position/beforeFirst`` if there never was such a record.
    borrowing func lastPosition(of key: RecordKey) throws(StorageError) -> Position {
        guard let row = try row(of: key) else { return .beforeFirst }
        do throws(Malformed) {
            return try row.lastPosition()
        } catch {
            throw .corrupted(Corruption("a row is malformed"))
        }
    }

    /// An event of a transaction, in names and values.
    ///
    /// - Parameter digest: The transaction's, computed once for all of its events.
    borrowing func event(
        _ index: Int,
        of transaction: StoredTransaction,
        _ digest: String
    ) throws(StorageError) -> HistoryEvent {
        try schema.event(index, of: transaction, digest)
    }
}

extension Schema {
    /// An event of a transaction, in names and values.
    func event(
        _ index: Int,
        of transaction: StoredTransaction,
        _ digest: String
    ) throws(StorageError) -> HistoryEvent {
        let header = transaction.events[index]
        let position = transaction.position(ofEvent: index)
        let object = object(code: header.key.object)
        var changes: [HistoryEvent.Change] = []
        var reason: String?
        do throws(Malformed) {
            let payload = transaction.payload(ofEvent: index)
            if header.kind == .erased { reason = try payload.text() }
            var fields = try FieldChanges(of: header.kind, payload: payload)
            while let change = try fields.next() {
                guard let field = object?.field(change.field) else {
                    throw Malformed("a field of the object", offset: 0)
                }
                changes.append(
                    HistoryEvent.Change(
                        field: field.name,
                        before: try field.value(in: change.before, schema: self),
                        after: try field.value(in: change.after, schema: self)
                    )
                )
            }
        } catch {
            throw .corrupted(
                Corruption(
                    "event \(position) is malformed: not \(error.finding)",
                    table: Log.tableName
                )
            )
        }
        return HistoryEvent(
            position: position,
            transaction: transaction.number,
            time: transaction.time,
            epoch: transaction.epoch,
            digest: digest,
            kind: header.kind,
            object: object?.name ?? "object \(header.key.object)",
            record: header.key.serial == 0 ? nil : id(of: header.key),
            previous: header.previous == .beforeFirst ? nil : header.previous,
            actor: id(of: transaction.actor),
            origin: transaction.origin,
            idempotencyKey: transaction.idempotencyKey.map {
                String(decoding: $0, as: UTF8.self)
            },
            changes: changes,
            isErased: header.isErased,
            reason: reason
        )
    }
}
