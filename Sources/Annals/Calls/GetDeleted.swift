internal import AnnalsLMDB
internal import AnnalsProjections
public import AnnalsSchema

extension Session {
    /// The records of `object` that were deleted in a window, and still are
    /// (Specification: calls 5.3).
    ///
    /// Each is listed once, with the second of its last deletion; records that were emptied from
    /// the bin are listed until they are purged. The window is interpreted like that of
    /// ``getUpdated(_:from:to:)``.
    ///
    /// - Throws: As ``getUpdated(_:from:to:)``, and `INVALID_REPLICATION_DATE` if deletions in the
    ///   window were purged: then read everything again.
    public func getDeleted(
        _ object: String,
        from start: Timestamp,
        to end: Timestamp
    ) async throws(StoreError) -> GetDeletedResult {
        let type = try store.schema.required(object, apiVersion: apiVersion)
        try type.require(.replicate, "getDeleted")
        let now = store.configuration.clock()
        let window = try ReplicationWindow(
            from: start,
            to: end,
            now: now,
            created: store.created
        )
        try await store.promise(until: window.end, now: now)
        return try await read { (view) throws(StoreError) in
            try deleted(type, window, now, in: view)
        }
    }

    private func deleted(
        _ type: ObjectType,
        _ window: ReplicationWindow,
        _ now: Timestamp,
        in view: borrowing StoreView
    ) throws(StoreError) -> GetDeletedResult {
        let watermark: Int64?
        let records: [(id: RecordID, time: Timestamp)]?
        do throws(StorageError) {
            watermark = try view.reader.purgeWatermark(of: type)
            records = try view.reader.deleted(
                type,
                fromSecond: window.start.seconds,
                throughSecond: window.end.seconds,
                limit: Limits.replicatedRecords
            )
        } catch {
            throw .storage(error)
        }
        // Complete from the minute after the newest deletion that was purged.
        let earliest =
            watermark.map {
                Timestamp(milliseconds: ($0 + 1) * 1000 + 59_999).wholeMinute
            } ?? store.created.wholeMinute
        if window.start < earliest {
            throw .invalidDate(
                "startDate before earliestDateAvailable \(earliest): deletions since were purged"
            )
        }
        guard let records else { throw .tooManyIDs }
        return GetDeletedResult(
            deletedRecords: records.map {
                GetDeletedResult.DeletedRecord(id: $0.id, deletedDate: $0.time)
            },
            earliestDateAvailable: earliest,
            latestDateCovered: try store.covered(
                in: view.reader,
                from: window.start,
                until: window.end,
                now: now
            )
        )
    }
}
