internal import AnnalsLMDB
internal import AnnalsProjections
public import AnnalsSchema

extension Session {
    /// The ids of the records of `object` that were created, changed or undeleted in a window and
    /// are not deleted (calls.md, section 2.8).
    ///
    /// Seconds of both ends are dropped; both minutes count. Use `latestDateCovered` as the start
    /// of the next window: then nothing is missed, and changes in the boundary minute may be
    /// reported twice.
    ///
    /// - Throws: `INVALID_TYPE`; `INVALID_REPLICATION_DATE` if the window is empty, begins more
    ///   than 30 days ago, or before the minute of ``RecordStore/created``; `EXCEEDED_ID_LIMIT` for
    ///   more than 600,000 ids.
    public func getUpdated(
        _ object: String,
        from start: Timestamp,
        to end: Timestamp
    ) async throws(StoreError) -> GetUpdatedResult {
        let type = try store.schema.required(object, apiVersion: apiVersion)
        try type.require(.replicate, "getUpdated")
        let now = store.configuration.clock()
        let window = try ReplicationWindow(
            from: start,
            to: end,
            now: now,
            created: store.created
        )
        let covered = try await store.coveredReader(
            from: window.start,
            until: window.end,
            now: now
        )
        let ids: [RecordID]?
        do throws(StorageError) {
            ids = try covered.reader.modified(
                type,
                fromSecond: window.start.seconds,
                throughSecond: window.end.seconds,
                limit: Limits.replicatedRecords
            )
        } catch {
            throw .storage(error)
        }
        guard let ids else { throw .tooManyIDs }
        return GetUpdatedResult(ids: ids, latestDateCovered: covered.covered)
    }

    /// The time of the store's clock (calls.md, section 2.15).
    public func getServerTimestamp() -> Timestamp { store.configuration.clock() }
}

extension StoreError {
    static let tooManyIDs = StoreError.fault(
        Fault(
            .exceededIDLimit,
            "more than \(Limits.replicatedRecords) ids: choose a narrower window"
        )
    )
}
