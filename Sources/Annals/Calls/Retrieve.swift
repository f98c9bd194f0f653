internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
public import AnnalsQuery
public import AnnalsSchema

extension Session {
    /// The records with these ids, `nil` in the place of each that is deleted or never was
    /// (calls.md, section 2.6).
    ///
    /// - Parameters:
    ///   - fields: API names; all fields where none is named.
    ///   - object: The API name of the object.
    ///   - ids: Up to 2,000.
    ///   - moment: Beyond the API: as they were then, ``retrieve(_:id:asOf:)``; now, if not given.
    /// - Throws: `INVALID_TYPE`, `INVALID_FIELD`, `EXCEEDED_ID_LIMIT`, and `MALFORMED_ID` for text
    ///   that is no id.
    public func retrieve(
        _ fields: [String] = [],
        from object: String,
        ids: [RecordReference],
        asOf moment: QueryOptions.Moment? = nil
    ) throws(StoreError) -> [Record?] {
        let selection = try selection(of: object, fields)
        var parsed: [RecordID] = []
        parsed.reserveCapacity(ids.count)
        for reference in ids {
            switch reference.id {
            case .id(let id): parsed.append(id)
            case let other:
                guard case .text(let text) = other, let id = RecordID(text.trimmingWhiteSpace())
                else { throw .fault(Fault(.malformedID, "malformed id \(other)")) }
                parsed.append(id)
            }
        }
        guard let moment else { return try retrieve(selection, ids: parsed) }
        try Limits.check(count: parsed.count, Limits.retrievedRecords)
        var records: [Record?] = []
        for id in parsed { records.append(try retrieve(selection, id: id, asOf: moment)) }
        return records
    }

    /// The records with these ids, with fields that were resolved before.
    public func retrieve(
        _ selection: FieldSelection,
        ids: [RecordID]
    ) throws(StoreError) -> [Record?] {
        try Limits.check(count: ids.count, Limits.retrievedRecords)
        let reader = try store.reader()
        var records: [Record?] = []
        records.reserveCapacity(ids.count)
        for id in ids { records.append(try reader.record(id, selection, isLive: true)) }
        return records
    }

    /// The record with this id, or `nil`.
    public func retrieve(
        _ selection: FieldSelection,
        id: RecordID
    ) throws(StoreError) -> Record? {
        try store.reader().record(id, selection, isLive: true)
    }
}

extension ProjectionReader {
    /// The record as it stands.
    ///
    /// - Parameter isLive: Only where it is not deleted; otherwise until it is purged.
    borrowing func record(
        _ id: RecordID,
        _ selection: FieldSelection,
        isLive: Bool
    ) throws(StoreError) -> Record? {
        guard id.prefix == selection.object.prefix, let serial = id.serial else { return nil }
        let key = RecordKey(object: selection.object.code, serial: serial)
        do throws(StorageError) {
            guard let row = try row(of: key) else { return nil }
            do throws(Malformed) {
                let state = try row.state()
                guard state == .live || !isLive && state != .purged else { return nil }
                return Record(
                    id: id,
                    lastPosition: try row.lastPosition(),
                    selection: selection,
                    row: [UInt8](copying: row.bytes)
                )
            } catch {
                throw .corrupted(Corruption("a row is malformed: not \(error.finding)"))
            }
        } catch {
            throw .storage(error)
        }
    }
}
