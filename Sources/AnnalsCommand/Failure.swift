import Annals
import AnnalsJSON
import ArgumentParser

/// Why a command failed: a code for programs, a sentence for people, and the exit code.
struct Failure: Error {
    let code: String
    let message: String
    let status: ExitStatus
    /// Whether the code is the API's own, which people look up.
    private(set) var isFault = false
    /// For a query: the place of the error.
    private(set) var place: (row: Int, column: Int)?

    init(_ code: String, _ message: String, _ status: ExitStatus) {
        self.code = code
        self.message = message
        self.status = status
    }

    var sentence: String { isFault ? "\(code): \(message)" : message }

    /// Input that the command cannot read.
    static func input(_ message: String) -> Failure {
        Failure("INVALID_INPUT", message, .callRefused)
    }

    static func interrupted(_ message: String) -> Failure {
        Failure("INTERRUPTED", message, .interrupted)
    }
}

extension Failure {
    /// Writes it to standard error.
    ///
    /// - Parameter place: Shown to people before it, such as `line 7: `.
    func tell(asJSON: Bool, at place: String = "") {
        StandardError.write(asJSON ? json.line : "annals: \(place)\(text)")
    }

    var json: JSONValue {
        var members: [(String, JSONValue)] = [("code", .text(code)), ("message", .text(message))]
        if let place {
            members.append(("row", .integer(place.row)))
            members.append(("column", .integer(place.column)))
        }
        return .object([("error", .object(members))])
    }

    /// The same failure with a prefix.
    func preceded(by words: String) -> Failure {
        var failure = Failure(code, words + sentence, status)
        failure.place = place
        return failure
    }

    init(_ error: StoreError) {
        switch error {
        case .fault(let fault):
            self.init(fault.exceptionCode.rawValue, fault.message, .callRefused)
            isFault = true
            if let row = fault.row, let column = fault.column { place = (row, column) }
        case .refused(let errors, _):
            let code = errors.first?.statusCode.rawValue ?? "REFUSED"
            self.init(code, error.description, .recordsRefused)
        case .schema:
            self.init("INVALID_SCHEMA", error.description, .callRefused)
        case .layout:
            self.init("INVALID_LAYOUT", error.description, .callRefused)
        case .timeTooEarly:
            self.init("TIME_TOO_EARLY", error.description, .callRefused)
        case .timeTooLate:
            self.init("TIME_TOO_LATE", error.description, .callRefused)
        case .momentAhead:
            self.init("MOMENT_AHEAD", error.description, .callRefused)
        case .storage(let storage), .writerStopped(let storage):
            self.init(storage.code, error.description, storage.status)
        case .rebuildInterrupted:
            self.init("REBUILD_INTERRUPTED", error.description, .storageFailed)
        case .rebuildNeeded:
            self.init("REBUILD_NEEDED", error.description, .storageFailed)
        case .recovery(let recovery):
            self.init(recovery.code, error.description, recovery.status)
        case .trimmedInPart(_, _, let storage):
            self.init(storage.code, error.description, storage.status)
        case .beyondEnd:
            self.init("BEYOND_END", error.description, .callRefused)
        case .forkedHistory:
            self.init("FORKED_HISTORY", error.description, .callRefused)
        case .noTransactionYet:
            self.init("NO_TRANSACTION_YET", error.description, .callRefused)
        case .unknownTable:
            self.init("UNKNOWN_TABLE", error.description, .callRefused)
        case .proof(let proof): self.init(proof)
        case .readOnly:
            self.init("READ_ONLY", error.description, .storageFailed)
        case .closed:
            self.init("CLOSED", error.description, .storageFailed)
        case .interrupted:
            self.init("INTERRUPTED", error.description, .interrupted)
        }
    }
}

extension RecoveryError {
    /// The name of the case, in the spelling of the API's codes.
    fileprivate var code: String {
        switch self {
        case .damaged: "DAMAGED"
        case .nothing: "NOTHING_TO_RESTORE"
        case .foreignStore: "FOREIGN_STORE"
        case .forked: "FORKED_HISTORY"
        case .behind: "BEHIND_ARCHIVE"
        case .missing: "MISSING_TRANSACTION"
        case .outOfReach: "OUT_OF_REACH"
        case .beforeBeginning: "BEFORE_BEGINNING"
        case .undecided: "UNDECIDED_HISTORY"
        case .noSuchBranch: "NO_SUCH_BRANCH"
        case .tooLong: "TOO_LONG"
        case .storage(let error): error.code
        case .interrupted: "INTERRUPTED"
        }
    }

    fileprivate var status: ExitStatus {
        switch self {
        case .damaged, .missing: .damaged
        case .foreignStore, .forked, .behind, .outOfReach, .beforeBeginning, .undecided,
            .noSuchBranch:
            .callRefused
        case .nothing, .tooLong: .storageFailed
        case .storage(let error): error.status
        case .interrupted: .interrupted
        }
    }
}

extension Failure {
    init(_ error: ProofError) {
        let (code, status): (String, ExitStatus) =
            switch error {
            case .malformed: ("MALFORMED_PROOF", .damaged)
            case .malformedKey: ("MALFORMED_KEY", .callRefused)
            case .unsigned: ("UNSIGNED", .damaged)
            case .wrongSignature: ("WRONG_SIGNATURE", .damaged)
            case .wrongOrigin: ("WRONG_ORIGIN", .damaged)
            case .notIncluded: ("NOT_INCLUDED", .damaged)
            case .inconsistent: ("INCONSISTENT", .damaged)
            case .withoutTransaction: ("WITHOUT_TRANSACTION", .damaged)
            case .wrongTransaction: ("WRONG_TRANSACTION", .damaged)
            }
        self.init(code, error.description, status)
    }
}

extension StorageError {
    fileprivate var status: ExitStatus {
        switch self {
        case .archived, .unsuitableArchive: .callRefused
        case .journal(let problem) where problem.kind == .damaged: .damaged
        default: .storageFailed
        }
    }

    /// The name of the case, in the spelling of the API's codes.
    var code: String {
        switch self {
        case .mapFull: "MAP_FULL"
        case .mapResized: "MAP_RESIZED"
        case .readersFull: "READERS_FULL"
        case .diskFull: "DISK_FULL"
        case .corrupted: "CORRUPTED"
        case .notAStore: "NOT_A_STORE"
        case .alreadyOpen: "ALREADY_OPEN"
        case .lockedByAnotherProcess: "LOCKED_BY_ANOTHER_PROCESS"
        case .storeInUse: "STORE_IN_USE"
        case .busy: "STORE_BUSY"
        case .writtenMeanwhile: "WRITTEN_MEANWHILE"
        case .snapshot: "SNAPSHOT"
        case .journalWaiting: "JOURNAL_WAITING"
        case .lockFileMissing: "LOCK_FILE_MISSING"
        case .replaced: "STORE_REPLACED"
        case .sameProcessNumber: "SAME_PROCESS_NUMBER"
        case .tooManyTables: "TOO_MANY_TABLES"
        case .unsuitableFileSystem: "UNSUITABLE_FILE_SYSTEM"
        case .exists: "EXISTS"
        case .forked: "FORKED"
        case .archived: "ARCHIVED"
        case .unsuitableArchive: "UNSUITABLE_ARCHIVE"
        case .journal(let problem):
            switch problem.kind {
            case .damaged: "JOURNAL_DAMAGED"
            case .ofAnotherStore: "JOURNAL_OF_ANOTHER_STORE"
            }
        case .system: "SYSTEM"
        }
    }
}
