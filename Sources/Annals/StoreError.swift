public import AnnalsArchive
public import AnnalsDescribe
public import AnnalsLMDB
public import AnnalsLog
public import AnnalsProof
public import AnnalsSchema

/// Why a whole call failed.
///
/// Unless a case says otherwise, nothing of the call was written.
public enum StoreError: Error, Hashable, Sendable {
    /// The call was refused, in the words of the API: correct it.
    case fault(Fault)
    /// The storage engine failed.
    ///
    /// Where it failed while it wrote, the call may have been written or not: open the store
    /// again to know, or repeat the call with its idempotency key.
    case storage(StorageError)
    /// An earlier write failed, and none is taken since: open the store again.
    case writerStopped(StorageError)
    /// The schema was not changed.
    case schema(SchemaError)
    /// The layout file is not for the object that is described.
    case layout(LayoutError)
    /// The time of an import lies before what consumers were told is complete.
    case timeTooEarly(given: Timestamp, earliest: Timestamp)
    /// A time that something is said to have happened at lies more than
    /// ``RecordStore/aheadMilliseconds`` beyond the store's clock.
    case timeTooLate(given: Timestamp, now: Timestamp)
    /// A rebuild was begun and did not end: run it again.
    case rebuildInterrupted(path: String)
    /// A table that is derived from the log is missing or unreadable, so that the store cannot be
    /// opened: rebuild it.
    case rebuildNeeded(path: String, finding: Corruption)
    /// A snapshot, an archive or a restore was refused.
    case recovery(RecoveryError)
    /// A store was to be made as of a moment at which the log had nothing yet.
    case noTransactionYet
    /// A moment was named that the store has not come to: a position behind its last event, or a
    /// time in the future.
    case momentAhead(String, lastPosition: Position, now: Timestamp)
    /// There is no derived table of that name.
    case unknownTable(String)
    /// A checkpoint or a key was refused, or what was to be proven is not so.
    case proof(ProofError)
    /// The store was opened for reading.
    case readOnly
    /// The store was closed.
    case closed
    /// The work was interrupted by the caller.
    case interrupted
}

/// A call that failed as a whole, in the words of the API (calls.md, sections 1.1 and 4.2).
public struct Fault: Error, Hashable, Sendable {
    public let exceptionCode: ExceptionCode
    public let message: String

    public init(_ exceptionCode: ExceptionCode, _ message: String) {
        self.exceptionCode = exceptionCode
        self.message = message
    }
}

/// A code of the API for a whole call; the set is Salesforce's and it grows.
public struct ExceptionCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    private init(_ rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    public static let exceededIDLimit = Self("EXCEEDED_ID_LIMIT")
    public static let exceededMaxTypesLimit = Self("EXCEEDED_MAX_TYPES_LIMIT")
    public static let inactiveOwnerOrUser = Self("INACTIVE_OWNER_OR_USER")
    public static let invalidCrossReferenceKey = Self("INVALID_CROSS_REFERENCE_KEY")
    public static let invalidField = Self("INVALID_FIELD")
    public static let invalidIDField = Self("INVALID_ID_FIELD")
    public static let invalidIdempotencyKey = Self("INVALID_IDEMPOTENCY_KEY")
    public static let invalidQueryLocator = Self("INVALID_QUERY_LOCATOR")
    public static let invalidReplicationDate = Self("INVALID_REPLICATION_DATE")
    public static let invalidSessionID = Self("INVALID_SESSION_ID")
    public static let invalidType = Self("INVALID_TYPE")
    public static let invalidTypeForOperation = Self("INVALID_TYPE_FOR_OPERATION")
    public static let limitExceeded = Self("LIMIT_EXCEEDED")
    public static let malformedID = Self("MALFORMED_ID")
    public static let missingArgument = Self("MISSING_ARGUMENT")
}

extension StoreError {
    static let invalidLocator = StoreError.fault(
        Fault(.invalidQueryLocator, "invalid query locator")
    )
}

extension StoreError: CustomStringConvertible {
    /// A sentence for people: what is the matter, and what to do.
    public var description: String {
        switch self {
        case .fault(let fault): "\(fault.exceptionCode): \(fault.message)"
        case .storage(let error): error.description
        case .writerStopped(let error):
            "An earlier write failed, so none is taken until the store is opened again. "
                + error.description
        case .schema(let error): "The schema was not changed: \(error)."
        case .layout(let error): "The layout cannot be used: \(error)."
        case .timeTooEarly(let given, let earliest):
            "The time \(given.precise) lies before \(earliest.precise), up to which consumers "
                + "may have been told that the log is complete."
        case .timeTooLate(let given, let now):
            "The time \(given.precise) lies in the future: the clock stands at \(now.precise)."
        case .rebuildInterrupted(let path):
            "A rebuild of \(path) was interrupted: run `annals rebuild \(path)` again."
        case .rebuildNeeded(let path, let finding):
            "The store is damaged: \(finding). Run `annals rebuild \(path)` to make again what is "
                + "derived from the log."
        case .recovery(let error): error.description
        case .noTransactionYet:
            "The log had no transaction yet at that moment: name a later one."
        case .momentAhead(let moment, let last, let now):
            "\(moment) lies ahead: the store's last event is \(last), and its clock stands at "
                + "\(now.precise)."
        case .unknownTable(let name): "The store has no derived table \(name)."
        case .proof(let error): error.description
        case .readOnly: "The store was opened for reading."
        case .closed: "The store is closed."
        case .interrupted: "Interrupted."
        }
    }
}

/// Runs what storage may refuse and tells it as a failure of the call.
func storing<T: ~Copyable>(
    _ body: () throws(StorageError) -> T
) throws(StoreError) -> T {
    do throws(StorageError) {
        return try body()
    } catch {
        throw .storage(error)
    }
}

/// Runs what recovery may refuse and tells it as a failure of the call.
func recovered<T: ~Copyable>(
    _ body: () throws(RecoveryError) -> T
) throws(StoreError) -> T {
    do throws(RecoveryError) {
        return try body()
    } catch {
        switch error {
        case .storage(let error): throw .storage(error)
        case .interrupted: throw .interrupted
        default: throw .recovery(error)
        }
    }
}
