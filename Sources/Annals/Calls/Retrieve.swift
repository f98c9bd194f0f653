internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
public import AnnalsSchema

extension Session {
    /// The records with these ids, `nil` in place of each that is deleted or never existed
    /// (Specification: calls 4.1).
    ///
    /// - Parameters:
    ///   - fields: API names; all fields if none is named, and always Id.
    ///   - object: The API name of the object.
    ///   - ids: Up to 2,000.
    /// - Throws: `INVALID_TYPE`, `INVALID_FIELD`, `EXCEEDED_ID_LIMIT`, and `MALFORMED_ID` for text
    ///   that isn't a valid id.
    public func retrieve(
        _ fields: [String] = [],
        from object: String,
        ids: [RecordReference]
    ) async throws(StoreError) -> [Record?] {
        let selection = try selection(of: object, fields)
        return try await retrieve(selection, ids: try Self.ids(of: ids))
    }

    /// The ids in references, which must be ids of existing records rather than keys to look up.
    static func ids(of references: [RecordReference]) throws(StoreError) -> [RecordID] {
        var ids: [RecordID] = []
        ids.reserveCapacity(references.count)
        for reference in references {
            switch reference.id {
            case .id(let id): ids.append(id)
            case let other:
                guard case .text(let text) = other, let id = RecordID(text.trimmingWhiteSpace())
                else { throw .fault(Fault(.malformedID, "malformed id \(other)")) }
                ids.append(id)
            }
        }
        return ids
    }

    /// The records with these ids, with fields that have been resolved already.
    public func retrieve(
        _ selection: FieldSelection,
        ids: [RecordID]
    ) async throws(StoreError) -> [Record?] {
        try Limits.check(count: ids.count, Limits.retrievedRecords)
        return try await read { (view) throws(StoreError) in
            var records: [Record?] = []
            records.reserveCapacity(ids.count)
            for id in ids { records.append(try view.reader.record(id, selection, isLive: true)) }
            return records
        }
    }

    /// The record with this id, or `nil`.
    public func retrieve(
        _ selection: FieldSelection,
        id: RecordID
    ) async throws(StoreError) -> Record? {
        try await glance { (view) throws(StoreError) in
            try view.reader.record(id, selection, isLive: true)
        }
    }
}

extension ProjectionReader {
    /// When the requesting user last saw the record, if that was selected.
    borrowing func views(
        of key: RecordKey,
        for selection: FieldSelection
    ) throws(StorageError) -> RecordViews? {
        guard let viewer = selection.viewer, try hasViews() else { return nil }
        return try views(of: key, by: viewer)
    }

    /// The record in its current state.
    ///
    /// - Parameter isLive: Only if it is not deleted; otherwise until it is purged.
    borrowing func record(
        _ id: RecordID,
        _ selection: FieldSelection,
        isLive: Bool
    ) throws(StoreError) -> Record? {
        guard id.prefix == selection.object.prefix, let serial = id.serial else { return nil }
        let key = RecordKey(object: selection.object.code, serial: serial)
        do throws(StorageError) {
            guard let row = try row(of: key) else { return nil }
            let views = try views(of: key, for: selection)
            do throws(Malformed) {
                let state = try row.state()
                guard state == .live || !isLive && state != .purged else { return nil }
                return Record(
                    id: id,
                    lastPosition: try row.lastPosition(),
                    selection: selection,
                    views: views,
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
