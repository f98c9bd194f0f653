internal import AnnalsProjections
public import AnnalsSchema

extension Session {
    /// Removes up to 200 records from the recycle bin for good (Specification: calls 3.3).
    ///
    /// getDeleted continues to list them until their time in the bin would have been over.
    public func emptyRecycleBin(
        _ records: [RecordReference],
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> [RecordResult] {
        try Limits.check(count: records.count)
        let context = try context(options, .emptyRecycleBin(records))
        return try await store.write(cost: records.count) { (writer) throws(StoreError) in
            try writer.emptyRecycleBin(records, context)
        }
    }
}

extension RecordStore {
    /// How long deleted records stay, and getDeleted lists them
    /// (Specification: recycle-bin 1.2).
    package static let retentionDays = 15

    /// Purges what was deleted at least 15 days ago: the values are removed, the ids stay taken,
    /// and `earliestDateAvailable` advances.
    ///
    /// An event for each record stays in the log.
    ///
    /// The store does not do so by itself: call it once an hour, or once a day.
    ///
    /// - Returns: How many records were purged.
    public func purgeExpired() async throws(StoreError) -> Int {
        let context = try session(origin: "annals/purge").context(CallOptions())
        let clock = configuration.clock
        var total = 0
        while true {
            let count = try await write(cost: 1000) { (writer) throws(StoreError) in
                let days = Int64(RecordStore.retentionDays)
                let limit = clock().advanced(byMilliseconds: -days * 86_400_000)
                return try writer.purge(deletedThrough: limit, limit: 1000, context)
            }
            total += count
            if count < 1000 { return total }
        }
    }

    /// Adds custom objects and fields, and changes settings (SchemaFiles.md).
    ///
    /// - Returns: The names of the objects that were defined or changed.
    /// - Throws: ``StoreError/schema(_:)`` if existing records would change their meaning.
    @discardableResult
    public func define(
        _ schema: SchemaFile,
        as user: RecordID? = nil
    ) async throws(StoreError) -> [String] {
        let context = try session(as: user).context(CallOptions())
        return try await write(cost: 1) { (writer) throws(StoreError) in
            try writer.define(schema, context)
        }
    }
}
