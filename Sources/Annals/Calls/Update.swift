internal import AnnalsProjections
internal import AnnalsSchema

extension Session {
    /// Changes up to 200 records by their ids (Specification: calls 2.2).
    ///
    /// Only the given fields change. The same record may be named 12 times.
    public func update(
        _ records: [SObject],
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> [RecordResult] {
        try Limits.check(records)
        let call = try prepare(records, options)
        let context = try context(options, .update(records))
        return try await store.write(cost: records.count) { (writer) throws(StoreError) in
            try writer.update(try writer.current(call, records, context), context)
        }
    }
}
