public import AnnalsLog
public import AnnalsSchema

/// The outcome for one record of a writing call: SaveResult, UpsertResult, DeleteResult,
/// UndeleteResult and EmptyRecycleBinResult of the API in one (Specification: calls 2, 3).
///
/// A call returns one for each record it was given, in their order.
public struct RecordResult: Sendable, Hashable {
    /// The record, if it is known.
    public internal(set) var id: RecordID?
    /// Why the record was rejected; empty if it was written.
    public internal(set) var errors: [RecordError]
    /// Whether `upsert` created a new record.
    public internal(set) var isCreated = false
    /// Beyond Salesforce: the event that the call wrote for the record; `nil` if it wrote none.
    public internal(set) var position: Position?

    /// Whether the record was written.
    public var isSuccess: Bool { errors.isEmpty }

    static func success(
        _ id: RecordID,
        at position: Position?,
        isCreated: Bool = false
    ) -> RecordResult {
        RecordResult(id: id, errors: [], isCreated: isCreated, position: position)
    }

    static func failure(_ error: RecordError, id: RecordID? = nil) -> RecordResult {
        RecordResult(id: id, errors: [error])
    }

    static func failure(_ errors: [RecordError], id: RecordID? = nil) -> RecordResult {
        RecordResult(id: id, errors: errors)
    }
}

/// The ids of the records that were created or changed in a window of time.
public struct GetUpdatedResult: Sendable, Hashable {
    /// By SystemModstamp, then by id; each once.
    public let ids: [RecordID]
    /// The time up to which the answer is complete: the start of the next window.
    public let latestDateCovered: Timestamp
}

/// The records that were deleted in a window of time.
public struct GetDeletedResult: Sendable, Hashable {
    /// A record that was deleted in the window.
    public struct DeletedRecord: Sendable, Hashable {
        /// The id of the record.
        public let id: RecordID
        /// The second of the deletion.
        public let deletedDate: Timestamp
    }

    /// By date, then by id.
    public let deletedRecords: [DeletedRecord]
    /// The earliest start for which deletions are completely known.
    public let earliestDateAvailable: Timestamp
    /// The time up to which the answer is complete: the start of the next window.
    public let latestDateCovered: Timestamp
}
