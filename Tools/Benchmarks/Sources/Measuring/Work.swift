internal import CWorkload

/// What a contender is timed at.
///
/// The order is the order of a round: what comes later works on the records that came before, and
/// those that change them come after those that only read.
public enum Work: String, CaseIterable, Sendable {
    /// Create records into an empty store, every call on the disk before the next one.
    case createDurable = "create-durable"
    /// Create records behind those, one a call, every one on the disk before the next one.
    case createSingle = "create-single"
    /// Create records into an empty store, on the disk once at the end.
    case createBulk = "create-bulk"
    /// Read Status, OwnerId and Name by random id, a transaction each.
    case retrieveEach = "retrieve-each"
    /// The same, as many in a transaction as a call has.
    case retrieveMany = "retrieve-many"
    /// Collect the ids of the records that were modified in a window of time.
    case getUpdated = "get-updated"
    /// The newest records of a status.
    case queryLatest = "query-latest"
    /// All records of a status and a reason, each of which has an index.
    case queryBoth = "query-both"
    /// How many telephone numbers contain some digits: no index helps.
    case queryScan = "query-scan"
    /// How many records each status has.
    case queryGroups = "query-groups"
    /// The records that were modified in a window of time, in batches.
    case queryWindow = "query-window"
    /// Make a store of the whole log by applying every event to nothing, on the disk at the end.
    case replay
    /// Update Status and RequestDescription of random records, on the disk once at the end.
    case updateBulk = "update-bulk"
    /// Read the records of retrieve-each as they were before that.
    case retrieveAsOf = "retrieve-as-of"
    /// The same of other records, every call on the disk before the next one.
    case updateDurable = "update-durable"
    /// Read everything and hold the trees against each other. Its time is not to be compared.
    case verify

    /// Whether the work fills a store of its own; the others need one that is filled.
    public var beginsEmpty: Bool { self == .createDurable || self == .createBulk }

    /// Whether it is a query: a work of those who answer them.
    public var isQuery: Bool { rawValue.hasPrefix("query-") }

    /// Whether it needs a log: a work of the engine's alone.
    public var isHistory: Bool { self == .replay || self == .retrieveAsOf }
}

/// How much of each work there is.
public struct Scale: Hashable, Sendable {
    /// Records to create.
    public let recordCount: UInt64
    /// Records in a call.
    public let batch: UInt32

    public init(recordCount: UInt64, batch: UInt32 = 200) {
        precondition(recordCount >= 1 && batch >= 1, "there is something to do")
        self.recordCount = recordCount
        self.batch = batch
    }

    /// Records that are created one by one: each waits for the disk, so that there are few.
    public var singleCount: UInt64 { min(recordCount, 5_000) }

    /// Records that are read.
    public var retrieveCount: Int { Int(min(recordCount, 500_000)) }

    /// Records that an update work changes.
    public var updateCount: UInt64 { max(recordCount / 5, 1) }

    /// Times that the window of getUpdated is collected.
    public var getUpdatedPasses: UInt32 { 10 }

    /// Times that a query is answered.
    public var queryPasses: UInt32 { 5 }

    /// What the scan looks for in telephone numbers.
    public static let scannedDigits = "77"

    /// The query of a work in SQL, with SQLite's own idea of its best plan.
    public func sql(of work: Work) -> String? {
        let seconds = updatedSeconds
        return switch work {
        case .queryLatest:
            "SELECT name, status, preferred_phone FROM records WHERE status = 'Contacted' "
                + "ORDER BY created_date DESC, serial DESC LIMIT 200"
        case .queryBoth:
            "SELECT name FROM records WHERE status = 'Contacted' AND request_reason = 'Billing'"
        case .queryScan:
            "SELECT COUNT(*) FROM records WHERE preferred_phone LIKE '%\(Self.scannedDigits)%'"
        case .queryGroups: "SELECT status, COUNT(*) FROM records GROUP BY status"
        case .queryWindow:
            "SELECT name FROM records WHERE system_modstamp >= \(seconds.lowerBound * 1000) "
                + "AND system_modstamp < \(seconds.upperBound * 1000)"
        default: nil
        }
    }

    /// The window of getUpdated, in seconds since 1970: the minutes in which 100,000 records are
    /// created, or a third of a small store, from its first third on.
    ///
    /// From the first second of a minute through the first of another, both of which count.
    public var updatedSeconds: Range<Int64> {
        let rate = UInt64(WORKLOAD_RECORDS_PER_MINUTE)
        let first = workload_time(0) / 60_000 + Int64(recordCount / 3 / rate)
        let count = Int64(max(min(100_000, recordCount / 3) / rate, 1))
        return first * 60..<(first + count) * 60 + 1
    }

    /// How many records those seconds create: whole calls, each at the time that it begins.
    public var updatedCount: Int {
        let seconds = updatedSeconds
        return stride(from: 0, to: recordCount, by: Int(batch)).reduce(0) { sum, first in
            guard seconds.contains(workload_time(first) / 1000) else { return sum }
            return sum + Int(min(UInt64(batch), recordCount - first))
        }
    }

    /// How often a round does the thing that `work` is about.
    public func count(of work: Work) -> UInt64 {
        switch work {
        case .createDurable, .createBulk, .replay, .verify: recordCount
        case .createSingle: singleCount
        case .retrieveEach, .retrieveMany, .retrieveAsOf: UInt64(retrieveCount)
        case .getUpdated: UInt64(updatedCount) * UInt64(getUpdatedPasses)
        case .queryLatest, .queryBoth, .queryScan, .queryGroups, .queryWindow: UInt64(queryPasses)
        case .updateBulk, .updateDurable: updateCount
        }
    }
}
