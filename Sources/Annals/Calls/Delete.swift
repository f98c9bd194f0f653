internal import AnnalsProjections
internal import AnnalsSchema

extension Session {
    /// Moves up to 200 records, of any objects, to the recycle bin (Specification: calls 3.1).
    public func delete(
        _ records: [RecordReference],
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> [RecordResult] {
        try Limits.check(count: records.count)
        let context = try context(options, .delete(records))
        return try await store.write(cost: records.count) { (writer) throws(StoreError) in
            try writer.delete(records, context)
        }
    }
}
