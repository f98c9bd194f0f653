internal import AnnalsProjections
internal import AnnalsSchema

/// A writing call to be made together with others, for ``RecordStore/perform(_:)``.
public struct BatchCall: Sendable {
    /// Which call, with its records.
    public enum Operation: Sendable {
        case create([SObject])
        case update([SObject])
        case upsert([SObject], by: String)
        case delete([RecordReference])
        case undelete([RecordReference])
        case emptyRecycleBin([RecordReference])
        case erase([RecordReference], reason: String)

        var count: Int {
            switch self {
            case .create(let records), .update(let records), .upsert(let records, _): records.count
            case .delete(let references), .undelete(let references),
                .emptyRecycleBin(let references), .erase(let references, _):
                references.count
            }
        }
    }

    package let session: Session
    package let operation: Operation
    package let options: CallOptions

    /// A call of a session, for ``RecordStore/perform(_:)``.
    public init(
        session: Session,
        _ operation: Operation,
        options: CallOptions = CallOptions()
    ) {
        self.session = session
        self.operation = operation
        self.options = options
    }
}

extension RecordStore {
    /// Runs calls one after the other and commits them together.
    ///
    /// Each is a transaction of its own, sees those before it, and succeeds or fails by itself;
    /// all become visible, and durable, at once. For imports: calls that are awaited one by one
    /// would each wait for the disk.
    ///
    /// - Returns: The results of each call, in their order.
    /// - Throws: If storage failed: none of the calls was made.
    public func perform(
        _ calls: [BatchCall]
    ) async throws(StoreError) -> [Result<[RecordResult], StoreError>] {
        let cost = calls.reduce(0) { $0 + $1.operation.count }
        return try await write(cost: cost) { (writer) throws(StoreError) in
            var results: [Result<[RecordResult], StoreError>] = []
            results.reserveCapacity(calls.count)
            for call in calls {
                do throws(StoreError) {
                    results.append(.success(try writer.perform(call)))
                } catch {
                    // A storage failure fails the group; a rejected call fails alone.
                    if case .storage = error { throw error }
                    results.append(.failure(error))
                }
            }
            return results
        }
    }
}

extension GroupWriter {
    fileprivate mutating func perform(_ call: BatchCall) throws(StoreError) -> [RecordResult] {
        let context = try call.session.context(call.options, call.operation)
        switch call.operation {
        case .create(let records):
            try Limits.check(records)
            return try create(try prepared(records, context), context)
        case .update(let records):
            try Limits.check(records)
            return try update(try prepared(records, context), context)
        case .upsert(let records, let field):
            try Limits.check(each: records)
            let prepared = try prepared(records, context, keyName: field)
            return try upsert(prepared, keyName: field, context)
        case .delete(let references):
            try Limits.check(count: references.count)
            return try delete(references, context)
        case .undelete(let references):
            try Limits.check(count: references.count)
            return try undelete(references, context)
        case .emptyRecycleBin(let references):
            try Limits.check(count: references.count)
            return try emptyRecycleBin(references, context)
        case .erase(let references, let reason):
            try Limits.check(count: references.count)
            try Limits.check(reason: reason)
            return try erase(references, reason: reason, context)
        }
    }

    private func prepared(
        _ records: [SObject],
        _ context: CallContext,
        keyName: String? = nil
    ) throws(StoreError) -> PreparedCall {
        try PreparedCall(
            records,
            schema: schema,
            apiVersion: context.apiVersion,
            isTruncating: context.options.allowFieldTruncation,
            keyName: keyName
        )
    }
}
