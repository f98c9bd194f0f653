internal import CWorkload

/// What a contender is timed at.
///
/// The order is the order within a round: later works use the records of earlier ones, and works
/// that change them come after those that only read.
public enum Work: String, CaseIterable, Sendable {
    /// Creates records in an empty store, with every call on the disk before the next one.
    case createDurable = "create-durable"
    /// Creates records after those, one per call, with every call on the disk before the next one.
    case createSingle = "create-single"
    /// Creates records in an empty store, on the disk once at the end.
    case createBulk = "create-bulk"
    /// Reads Status, OwnerId and Name by random id, in a transaction each.
    case retrieveEach = "retrieve-each"
    /// The same, with as many in a transaction as in a call.
    case retrieveMany = "retrieve-many"
    /// Collects the ids of the records that were modified in a window of time.
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
    /// Makes a store from the whole log by replaying every event, on the disk at the end.
    case replay
    /// Updates Status and RequestDescription of random records, on the disk once at the end.
    case updateBulk = "update-bulk"
    /// Reads the records of retrieve-each as they were before that.
    case retrieveAsOf = "retrieve-as-of"
    /// The same for other records, with every call on the disk before the next one.
    case updateDurable = "update-durable"
    /// Reads everything and compares the trees with each other. Its time is not to be compared.
    case verify

    /// Whether the work fills a new store; the others need one with records.
    public var beginsEmpty: Bool { self == .createDurable || self == .createBulk }

    /// Whether it is a query, which not all contenders can do.
    public var isQuery: Bool { rawValue.hasPrefix("query-") }

    /// Whether it needs a log, which only the engine has.
    public var isHistory: Bool { self == .replay || self == .retrieveAsOf }
}

/// How much of each work there is.
public struct Scale: Hashable, Sendable {
    /// Records to create.
    public let recordCount: UInt64
    /// Records per call.
    public let batch: UInt32

    public init(recordCount: UInt64, batch: UInt32 = 200) {
        precondition(recordCount >= 1 && batch >= 1, "there is something to do")
        self.recordCount = recordCount
        self.batch = batch
    }

    /// Records that are created one by one: only a few, because each waits for the disk.
    public var singleCount: UInt64 { min(recordCount, 5_000) }

    /// Records that are read.
    public var retrieveCount: Int { Int(min(recordCount, 500_000)) }

    /// Records that an update work changes.
    public var updateCount: UInt64 { max(recordCount / 5, 1) }

    /// How often the window of getUpdated is collected.
    public var getUpdatedPasses: UInt32 { 10 }

    /// How often a query is run.
    public var queryPasses: UInt32 { 5 }

    /// What the scan looks for in telephone numbers.
    public static let scannedDigits = "77"

    /// The query of a work in SQL; SQLite chooses its own plan.
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
    /// created, or a third of a small store, starting after its first third.
    ///
    /// From the first second of a minute through the first second of another, both included.
    public var updatedSeconds: Range<Int64> {
        let rate = UInt64(WORKLOAD_RECORDS_PER_MINUTE)
        let first = workload_time(0) / 60_000 + Int64(recordCount / 3 / rate)
        let count = Int64(max(min(100_000, recordCount / 3) / rate, 1))
        return first * 60..<(first + count) * 60 + 1
    }

    /// How many records are created in those seconds: whole calls, each at the time at which it
    /// begins.
    public var updatedCount: Int {
        let seconds = updatedSeconds
        return stride(from: 0, to: recordCount, by: Int(batch)).reduce(0) { sum, first in
            guard seconds.contains(workload_time(first) / 1000) else { return sum }
            return sum + Int(min(UInt64(batch), recordCount - first))
        }
    }

    /// How many times a round does what `work` measures.
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
