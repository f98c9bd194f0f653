internal import AnnalsProjections
internal import AnnalsSchema

extension Session {
    /// Creates up to 200 records (Specification: calls 2.1).
    ///
    /// - Returns: A result for each record, in their order, once the records are as durable as
    ///   ``RecordStore/Configuration/durability`` promises.
    /// - Throws: ``StoreError/fault(_:)`` if the call as a whole is rejected: an unknown object or
    ///   field (`INVALID_TYPE`, `INVALID_FIELD`), more than 200 records (`EXCEEDED_ID_LIMIT`), more
    ///   than ten changes of the object (`LIMIT_EXCEEDED`).
    public func create(
        _ records: [SObject],
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> [RecordResult] {
        try Limits.check(records)
        let context = try context(options, .create(records))
        var prepared = try prepare(records, options)
        prepared.draft(owner: context.user)
        let call = prepared
        if let results = await store.answerAhead(call, context) { return results }
        return try await store.write(cost: records.count) { (writer) throws(StoreError) in
            try writer.create(try writer.current(call, records, context), context)
        }
    }

    func prepare(
        _ records: [SObject],
        _ options: CallOptions,
        keyName: String? = nil
    ) throws(StoreError) -> PreparedCall {
        try PreparedCall(
            records,
            schema: store.schema,
            apiVersion: apiVersion,
            isTruncating: options.allowFieldTruncation,
            keyName: keyName
        )
    }
}

extension Limits {
    static func check(count: Int, _ limit: Int = Limits.records) throws(StoreError) {
        guard count <= limit else {
            throw .fault(
                Fault(
                    .exceededIDLimit,
                    "record limit reached. cannot submit more than \(limit) records into this call"
                )
            )
        }
    }

    /// At most 200 records, and none with more fields than an answer could name.
    static func check(each records: [SObject]) throws(StoreError) {
        try check(count: records.count)
        guard records.allSatisfy({ $0.fields.count <= assignments }) else {
            throw .fault(
                Fault(
                    .limitExceeded,
                    "field limit reached. cannot submit more than \(assignments) fields of a record"
                )
            )
        }
    }

    /// The same, in at most ten runs of one object each (Specification: calls 1.6).
    static func check(_ records: [SObject]) throws(StoreError) {
        try check(each: records)
        var chunks = records.isEmpty ? 0 : 1
        for (record, next) in zip(records, records.dropFirst()) where record.type != next.type {
            chunks += 1
        }
        guard chunks <= Limits.chunks else {
            throw .fault(
                Fault(
                    .limitExceeded,
                    "Cannot have more than \(Limits.chunks) chunks in a single operation. "
                        + "Please rearrange the data to reduce chunking."
                )
            )
        }
    }
}
