internal import AnnalsProjections
internal import AnnalsSchema

extension Session {
    /// Changes the records that match by a field, and creates those that do not exist (Specification: calls 2.3, 2.4, 2.5).
    ///
    /// - Parameters:
    ///   - records: Up to 200 of one object.
    ///   - field: `Id`, `Name` if it is an idLookup, or an external id.
    ///   - options: How to make the call.
    public func upsert(
        _ records: [SObject],
        by field: String,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> [RecordResult] {
        try Limits.check(each: records)
        if let first = records.first, records.contains(where: { $0.type != first.type }) {
            throw .fault(Fault(.invalidType, "upsert takes records of one object"))
        }
        let call = try prepare(records, options, keyName: field)
        let context = try context(options, .upsert(records, by: field))
        return try await store.write(cost: records.count) { (writer) throws(StoreError) in
            let current = try writer.current(call, records, context, keyName: field)
            return try writer.upsert(current, keyName: field, context)
        }
    }
}
