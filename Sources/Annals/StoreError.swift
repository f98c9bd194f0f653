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
    /// Some transactions have left the log, and then the work failed: the store is whole with its
    /// archive. Run it again for the others.
    ///
    /// `count` of them left with this call, `archived` in all.
    case trimmedInPart(count: UInt64, archived: UInt64, StorageError)
    /// The log ends before the position: it was restored to an earlier moment since somebody read that
    /// far, or there was no such event.
    case beyondEnd(position: Position, end: Position)
    /// The transaction that holds the event has another digest: the store was restored to an earlier
    /// moment, and what was read up to there is of the history that was left.
    case forkedHistory(position: Position, digest: String, found: String)
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
    /// The store was called from within a call of its own, such as from its clock, and would have had
    /// to wait for that call.
    case calledFromWithin
    /// The work was interrupted by the caller.
    case interrupted
}

/// A call that failed as a whole, in the words of the API (Specification: calls 1.1, 7.2).
public struct Fault: Error, Hashable, Sendable {
    public let exceptionCode: ExceptionCode
    public let message: String
    /// What a consumer is to do about an `INVALID_REPLICATION_DATE`; `nil` for other codes.
    public let replication: ReplicationRefusal?
    /// Of a query: the row of the place that is at fault, 1 for the first that is not blank; `nil`
    /// where no place is known.
    public let row: Int?
    /// Of a query: the column of the place, 1 for the first.
    public let column: Int?

    public init(
        _ exceptionCode: ExceptionCode,
        _ message: String,
        replication: ReplicationRefusal? = nil,
        row: Int? = nil,
        column: Int? = nil
    ) {
        self.exceptionCode = exceptionCode
        self.message = message
        self.replication = replication
        self.row = row
        self.column = column
    }
}

/// Why the window of a getUpdated or getDeleted was refused: the API has one code for both.
public enum ReplicationRefusal: Sendable, Hashable {
    /// Its end is not a minute after its start. Nothing was missed: ask again with a later end, such as
    /// two minutes after the start. So it is where the clock stepped back, or where one is asked twice
    /// in a minute.
    case emptyWindow
    /// It begins before what is known: read all records, and begin again.
    case beginAnew
}

extension Fault: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(exceptionCode): \(message)" }
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
    /// Beyond Salesforce: the idempotency key was used with another call.
    public static let idempotencyKeyReused = Self("IDEMPOTENCY_KEY_REUSED")
    /// Beyond Salesforce: the answer to the call with this idempotency key was erased with a record.
    public static let idempotentAnswerErased = Self("IDEMPOTENT_ANSWER_ERASED")
    public static let invalidCrossReferenceKey = Self("INVALID_CROSS_REFERENCE_KEY")
    public static let invalidField = Self("INVALID_FIELD")
    public static let invalidIDField = Self("INVALID_ID_FIELD")
    public static let invalidIdempotencyKey = Self("INVALID_IDEMPOTENCY_KEY")
    public static let invalidQueryLocator = Self("INVALID_QUERY_LOCATOR")
    public static let invalidReplicationDate = Self("INVALID_REPLICATION_DATE")
    public static let invalidSessionID = Self("INVALID_SESSION_ID")
    public static let invalidType = Self("INVALID_TYPE")
    public static let invalidTypeForOperation = Self("INVALID_TYPE_FOR_OPERATION")
    public static let invalidVersion = Self("INVALID_VERSION")
    public static let limitExceeded = Self("LIMIT_EXCEEDED")
    public static let malformedID = Self("MALFORMED_ID")
    public static let missingArgument = Self("MISSING_ARGUMENT")
    public static let unsupportedAPIVersion = Self("UNSUPPORTED_API_VERSION")
}

extension StoreError {
    /// The key of a call was used with another one.
    static func keyReused(_ verb: KeyedCall.Verb, _ stored: StoredTransaction) -> StoreError {
        .fault(
            Fault(
                .idempotencyKeyReused,
                "the idempotency key was used with another call: the \(verb) of \(stored.time), event "
                    + "\(stored.firstPosition); nothing was done"
            )
        )
    }

    /// The call with this key was answered, and the answer is gone.
    static func answerErased(_ stored: StoredTransaction) -> StoreError {
        .fault(
            Fault(
                .idempotentAnswerErased,
                "the idempotency key was used at event \(stored.firstPosition), and the answer was erased "
                    + "with a record that the call had changed; nothing was done"
            )
        )
    }

    static let invalidLocator = StoreError.fault(
        Fault(.invalidQueryLocator, "invalid query locator")
    )
}

extension StoreError: CustomStringConvertible {
    /// A sentence for people: what is the matter, and what to do.
    public var description: String {
        switch self {
        case .fault(let fault): fault.description
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
        case .trimmedInPart(let count, let archived, let error):
            "\(count) transactions have left the log, \(archived) in all, and others that were to "
                + "leave have not: run it again. \(error.withoutOutcome)"
        case .beyondEnd(let position, let end):
            "The log ends with event \(end), before \(position): who has read that far read another "
                + "history, which a restore has left, and must begin again."
        case .forkedHistory(let position, let digest, let found):
            "Event \(position) is of another history here: its transaction has the digest \(found), "
                + "not \(digest). Who has read that far must begin again."
        case .noTransactionYet:
            "The log had no transaction yet at that moment: name a later one."
        case .momentAhead(let moment, let last, let now):
            "\(moment) lies ahead: the store's last event is \(last), and its clock stands at "
                + "\(now.precise)."
        case .unknownTable(let name): "The store has no derived table \(name)."
        case .proof(let error): error.description
        case .readOnly: "The store was opened for reading."
        case .closed: "The store is closed."
        case .calledFromWithin:
            "The store was called from within a call of its own, which it would have to wait for."
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
