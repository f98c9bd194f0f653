internal import AnnalsProjections
internal import AnnalsSchema

extension Session {
    /// The maximum size of the reason for an erasure, in bytes.
    package static let erasureReasonByteCountMax = 1000

    /// Removes the values of up to 200 records from the store and all of its history, for good.
    ///
    /// Salesforce has no such call: this is how data protection and a log that never changes fit
    /// together (<doc:Erasing>). Live records are deleted first, with those that their deletion
    /// cascades to; records in the recycle bin are removed from it. What stays of a record is that
    /// there was one: its id, and of each event its position, time, kind and actor. Digests and
    /// proofs that were issued before remain valid.
    ///
    /// The bytes may stay in free pages of the file until the store is compacted, and copies that
    /// were made before still contain them.
    ///
    /// - Parameters:
    ///   - records: Their ids, whatever state they are in.
    ///   - reason: Why; kept in the log for good, so it must not name the person. It has 1 to 1,000
    ///     bytes.
    ///   - options: As for other calls.
    /// - Returns: For each record the position of the event that records the erasure; a record that
    ///   was erased before is left as it is.
    /// - Throws: `MISSING_ARGUMENT` or `LIMIT_EXCEEDED` for the reason, and what other calls throw.
    public func erase(
        _ records: [RecordReference],
        reason: String,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> [RecordResult] {
        try Limits.check(count: records.count)
        try Limits.check(reason: reason)
        let context = try context(options, .erase(records, reason: reason))
        return try await store.write(cost: records.count) { (writer) throws(StoreError) in
            try writer.erase(records, reason: reason, context)
        }
    }
}

extension Limits {
    /// Rejects a reason for an erasure that is empty or too long.
    static func check(reason: String) throws(StoreError) {
        guard !reason.trimmingWhiteSpace().isEmpty else {
            throw .fault(Fault(.missingArgument, "an erasure needs a reason"))
        }
        let most = Session.erasureReasonByteCountMax
        guard reason.utf8.count <= most else {
            throw .fault(Fault(.limitExceeded, "the reason has more than \(most) bytes"))
        }
    }
}
