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
    /// The call was rejected, in the words of the API: correct it.
    case fault(Fault)
    /// A record of the call was rejected, in the words of the API: correct it.
    ///
    /// Calls of one record throw this, and so does ``RecordResult/get()``. `index` is the record's
    /// place in a call of many, of which others may have been written; `nil` in a call of one.
    case refused([RecordError], index: Int?)
    /// The storage engine failed.
    ///
    /// If it failed while writing, the call may or may not have been written: open the store again
    /// to find out, or repeat the call with its idempotency key.
    case storage(StorageError)
    /// An earlier write failed, and no more are accepted: open the store again.
    case writerStopped(StorageError)
    /// The schema was not changed.
    case schema(SchemaError)
    /// The layout file is not for the object that is described.
    case layout(LayoutError)
    /// The time of an import lies before the time up to which consumers may assume the log is
    /// complete.
    case timeTooEarly(given: Timestamp, earliest: Timestamp)
    /// A time given for something that happened is more than ``RecordStore/aheadMilliseconds``
    /// ahead of the store's clock.
    case timeTooLate(given: Timestamp, now: Timestamp)
    /// A rebuild was started and did not finish: run it again.
    case rebuildInterrupted(path: String)
    /// A table that is derived from the log is missing or unreadable, so that the store cannot be
    /// opened: rebuild it.
    case rebuildNeeded(path: String, finding: Corruption)
    /// A snapshot, an archive or a restore was rejected.
    case recovery(RecoveryError)
    /// Some transactions have left the log, and then the operation failed: the store is complete
    /// with its archive. Run it again for the others.
    ///
    /// `count` of them left with this call, `archived` in total.
    case trimmedInPart(count: UInt64, archived: UInt64, StorageError)
    /// The log ends before the position: the store has been restored to an earlier moment since
    /// someone read that far, or there was no such event.
    case beyondEnd(position: Position, end: Position)
    /// The transaction that contains the event has another digest: the store was restored to an
    /// earlier moment, and what was read up to there belongs to the abandoned history.
    case forkedHistory(position: Position, digest: String, found: String)
    /// A store was requested as of a moment at which the log was still empty.
    case noTransactionYet
    /// A moment was given that the store has not reached: a position beyond its last event, or a
    /// time in the future.
    case momentAhead(String, lastPosition: Position, now: Timestamp)
    /// There is no derived table of that name.
    case unknownTable(String)
    /// A checkpoint or a key was rejected, or what was to be proven is false.
    case proof(ProofError)
    /// The store was opened for reading.
    case readOnly
    /// The store was closed.
    case closed
    /// The task was cancelled before the work was done.
    case interrupted
}

/// A call that failed as a whole, in the words of the API (Specification: calls 1.1, 7.2).
public struct Fault: Error, Hashable, Sendable {
    /// The code of the API.
    public let exceptionCode: ExceptionCode
    /// The sentence, in which values may be quoted.
    public let message: String
    /// What a consumer should do about an `INVALID_REPLICATION_DATE`; `nil` for other codes.
    public let replication: ReplicationRefusal?
    /// For a query: the row of the error, 1 for the first that is not blank; `nil` if it is
    /// unknown.
    public let row: Int?
    /// For a query: the column of the error, 1 for the first.
    public let column: Int?

    /// A failure as a store would report it.
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

/// Why the window of a getUpdated or getDeleted was rejected: the API has one code for both.
public enum ReplicationRefusal: Sendable, Hashable {
    /// Its end is not a minute after its start. Nothing was missed: try again with a later end,
    /// such as two minutes after the start. This happens if the clock stepped back, or with two
    /// requests in one minute.
    case emptyWindow
    /// It begins before what is known: read all records, and start over.
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

    /// A call names more ids than it may.
    public static let exceededIDLimit = Self("EXCEEDED_ID_LIMIT")
    /// A call names more objects than it may.
    public static let exceededMaxTypesLimit = Self("EXCEEDED_MAX_TYPES_LIMIT")
    /// The user of the session is inactive.
    public static let inactiveOwnerOrUser = Self("INACTIVE_OWNER_OR_USER")
    /// Beyond Salesforce: the idempotency key was used with another call.
    public static let idempotencyKeyReused = Self("IDEMPOTENCY_KEY_REUSED")
    /// Beyond Salesforce: the answer to the call with this idempotency key was erased with a
    /// record.
    public static let idempotentAnswerErased = Self("IDEMPOTENT_ANSWER_ERASED")
    /// An id leads to no record of the kind that is needed.
    public static let invalidCrossReferenceKey = Self("INVALID_CROSS_REFERENCE_KEY")
    /// An object has no such field, or the call cannot use it.
    public static let invalidField = Self("INVALID_FIELD")
    /// A text is not the id of such an object.
    public static let invalidIDField = Self("INVALID_ID_FIELD")
    /// Beyond Salesforce: an idempotency key is empty or too long.
    public static let invalidIdempotencyKey = Self("INVALID_IDEMPOTENCY_KEY")
    /// A text is not a locator, or its query has ended.
    public static let invalidQueryLocator = Self("INVALID_QUERY_LOCATOR")
    /// A window cannot be answered; see ``Fault/replication``.
    public static let invalidReplicationDate = Self("INVALID_REPLICATION_DATE")
    /// The user of the session does not exist.
    public static let invalidSessionID = Self("INVALID_SESSION_ID")
    /// There is no such object in the version of the session.
    public static let invalidType = Self("INVALID_TYPE")
    /// The object does not allow the call.
    public static let invalidTypeForOperation = Self("INVALID_TYPE_FOR_OPERATION")
    /// There is no such version of the API yet.
    public static let invalidVersion = Self("INVALID_VERSION")
    /// A call has more records or values than it may.
    public static let limitExceeded = Self("LIMIT_EXCEEDED")
    /// A text does not have the form of an id.
    public static let malformedID = Self("MALFORMED_ID")
    /// Something that the call needs is missing.
    public static let missingArgument = Self("MISSING_ARGUMENT")
    /// The version of the API is older than ``APIVersion/oldest``.
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

    /// The call with this key has returned before, and its answer is gone.
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
    /// A sentence for people: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .fault(let fault): fault.description
        case .refused(let errors, nil): errors.map(\.description).joined(separator: "; ")
        case .refused(let errors, let index?):
            "Record \(index) of the call: \(errors.map(\.description).joined(separator: "; "))"
        case .storage(let error): error.description
        case .writerStopped(let error):
            "An earlier write failed, so none is accepted until the store is opened again. "
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
            "The store is damaged: \(finding). Run `annals rebuild \(path)` to rebuild what is "
                + "derived from the log."
        case .recovery(let error): error.description
        case .trimmedInPart(let count, let archived, let error):
            "\(count) transactions have left the log, \(archived) in total, and others that should "
                + "have left have not: run it again. \(error.withoutOutcome)"
        case .beyondEnd(let position, let end):
            "The log ends with event \(end), before \(position): whoever has read that far has read another "
                + "history, which a restore has abandoned, and must start over."
        case .forkedHistory(let position, let digest, let found):
            "Event \(position) is of another history here: its transaction has the digest \(found), "
                + "not \(digest). Whoever has read that far must start over."
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

/// Runs code that uses storage and rethrows its errors as a failure of the call.
func storing<T: ~Copyable>(
    _ body: () throws(StorageError) -> T
) throws(StoreError) -> T {
    do throws(StorageError) {
        return try body()
    } catch {
        throw .storage(error)
    }
}

/// Runs code that uses recovery and rethrows its errors as a failure of the call.
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
