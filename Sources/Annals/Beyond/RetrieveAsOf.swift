internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsQuery
public import AnnalsSchema

extension Session {
    /// The record with this id as it was at a moment; `nil` if it was deleted or did not exist yet,
    /// or has been erased since.
    ///
    /// Beyond the API. Undoes the record's own events since then, so the cost depends only on their
    /// number, however long ago the moment and however large the store.
    ///
    /// - Parameters:
    ///   - selection: Fields of the current schema; those that are newer than the moment are null.
    ///   - id: The record.
    ///   - moment: A position, and what was so after its event; or a time, and the last transaction
    ///     that is seen is the last one that is not later.
    public func retrieve(
        _ selection: FieldSelection,
        id: RecordID,
        asOf moment: QueryOptions.Moment
    ) async throws(StoreError) -> Record? {
        try await read { (view) throws(StoreError) in
            try view.refuse(ahead: moment)
            return try view.reader.record(id, selection, asOf: moment)
        }
    }
}

extension ProjectionReader {
    /// The record as it was at a moment that the store has come to.
    fileprivate borrowing func record(
        _ id: RecordID,
        _ selection: FieldSelection,
        asOf moment: QueryOptions.Moment
    ) throws(StoreError) -> Record? {
        guard id.prefix == selection.object.prefix, let serial = id.serial else { return nil }
        let key = RecordKey(object: selection.object.code, serial: serial)
        let position = try storing { () throws(StorageError) in try self.position(of: moment) }
        guard position > .beforeFirst else { throw .noTransactionYet }
        return try storing { () throws(StorageError) in
            guard let bytes = try row(of: key, at: position) else { return nil }
            let views = try views(of: key, for: selection)
            do throws(Malformed) {
                let row = try Row(unchecked: bytes.rawSpan)
                guard try row.state() == .live else { return nil }
                return Record(
                    id: id,
                    lastPosition: try row.lastPosition(),
                    selection: selection,
                    views: views,
                    row: bytes
                )
            } catch {
                throw .corrupted(Corruption("a row is malformed: not \(error.finding)"))
            }
        }
    }
}

extension Session {
    /// The records with these ids as they were at a moment, each as by ``retrieve(_:id:asOf:)``.
    ///
    /// - Parameters:
    ///   - fields: As for ``retrieve(_:from:ids:)``.
    ///   - object: The API name of the object.
    ///   - ids: Up to 2,000.
    ///   - moment: A position or a time.
    public func retrieve(
        _ fields: [String] = [],
        from object: String,
        ids: [RecordReference],
        asOf moment: QueryOptions.Moment
    ) async throws(StoreError) -> [Record?] {
        let selection = try selection(of: object, fields)
        let ids = try Self.ids(of: ids)
        try Limits.check(count: ids.count, Limits.retrievedRecords)
        return try await read { (view) throws(StoreError) in
            try view.refuse(ahead: moment)
            var records: [Record?] = []
            records.reserveCapacity(ids.count)
            for id in ids {
                records.append(try view.reader.record(id, selection, asOf: moment))
            }
            return records
        }
    }
}

extension ProjectionReader {
    /// The row of a record after the last of its events up to `position`; `nil` if there is none,
    /// or if the record has been erased since.
    fileprivate borrowing func row(
        of key: RecordKey,
        at position: Position
    ) throws(StorageError) -> [UInt8]? {
        guard let row = try row(of: key) else { return nil }
        var record: UnfoldingRecord
        do throws(Malformed) {
            // Most records have not changed since: the log need not be read then.
            if try row.lastPosition() <= position { return [UInt8](copying: row.bytes) }
            record = try UnfoldingRecord(row)
        } catch {
            throw .corrupted(Corruption("a row is malformed: not \(error.finding)"))
        }
        try forEachEvent(of: key, after: position) { (index, stored) throws(StorageError) in
            let place = stored.position(ofEvent: index)
            let event = stored.events[index]
            do throws(Malformed) {
                let payload = stored.payload(ofEvent: index)
                try record.undo(event.kind, payload, previous: event.previous)
            } catch {
                throw .corrupted(
                    Corruption(
                        "event \(place) is malformed: not \(error.finding)",
                        table: Log.tableName
                    )
                )
            }
            return true
        }
        return record.row(of: key)
    }
}
