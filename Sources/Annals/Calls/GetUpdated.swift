internal import AnnalsLMDB
internal import AnnalsProjections
public import AnnalsSchema

extension Session {
    /// The ids of the records of `object` that were created, changed or undeleted in a window and
    /// are not deleted (Specification: calls 5.2).
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
        try await store.promise(until: window.end, now: now)
        return try await read { (view) throws(StoreError) in
            let ids = try storing { () throws(StorageError) in
                try view.reader.modified(
                    type,
                    fromSecond: window.start.seconds,
                    throughSecond: window.end.seconds,
                    limit: Limits.replicatedRecords
                )
            }
            guard let ids else { throw .tooManyIDs }
            return GetUpdatedResult(
                ids: ids,
                latestDateCovered: try store.covered(
                    in: view.reader,
                    from: window.start,
                    until: window.end,
                    now: now
                )
            )
        }
    }

    /// The time of the store's clock (Specification: calls 4.7).
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
