internal import AnnalsProjections
internal import AnnalsSchema

extension Session {
    /// Brings up to 200 records back from the recycle bin, with what was deleted along with them
    /// (Specification: calls 3.2).
    public func undelete(
        _ records: [RecordReference],
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> [RecordResult] {
        try Limits.check(count: records.count)
        let context = try context(options, .undelete(records))
        return try await store.write(cost: records.count) { (writer) throws(StoreError) in
            try writer.undelete(records, context)
        }
    }
}
