internal import AnnalsBytes
internal import CLMDB
internal import Glibc

/// A failure of the storage engine, sorted by what the caller can do about it.
public enum StorageError: Error, Hashable, Sendable {
    /// The file reached its map size: the environment grows the map and runs the transaction again.
    ///
    /// Nothing of the transaction was written. Users see it only if address space is limited
    /// (`ulimit -v`).
    case mapFull
    /// Another process has grown the file: the environment adopts the new size and continues.
    case mapResized
    /// Every reader slot is taken: try again once a read transaction has ended.
    case readersFull
    /// No space on the disk: make room, then open the store again.
    ///
    /// Nothing of the transaction was written.
    case diskFull(path: String)
    /// The file is damaged: check it, then rebuild what is derived, or restore a copy.
    ///
    /// A call that hits a damaged row or entry fails alone; what LMDB itself reports stops the
    /// writer.
    case corrupted(Corruption)
    /// The folder holds no store of this format: nothing was changed.
    case notAStore(path: String, finding: String)
    /// The store is already open in this process: use the one that is open.
    case alreadyOpen(path: String)
    /// Another process has the store open for writing: wait for it, or open it for reading.
    case lockedByAnotherProcess(path: String)
    /// Others have the store open, if only for reading, and the operation needs it exclusively:
    /// wait until they have ended.
    case storeInUse(path: String)
    /// The store is being compacted, trimmed or rebuilt: try again.
    case busy(path: String, work: StoreWork)
    /// The folder is read-only from here, and another process is writing to the store; it cannot
    /// know of a reader here, so there cannot be one at the same time.
    case writtenMeanwhile(path: String)
    /// The folder is a snapshot, which writing would destroy: restore it to another folder, or open it
    /// for reading.
    case snapshot(path: String)
    /// The folder is read-only, and the store has a journal with calls that `data.mdb` does not
    /// have yet: copy both to a writable place and open them there.
    case journalWaiting(path: String)
    /// Processes have the store open whose reader table, `lock.mdb`, is gone: end them first.
    case lockFileMissing(path: String)
    /// The store, or its data file, was replaced or removed while it was open: reopen it.
    case replaced(path: String)
    /// A process with the same number, in another container, is reading the store.
    case sameProcessNumber(path: String)
    /// The schema needs more tables than the file may have while it is open: nothing was changed.
    case tooManyTables
    /// The file system cannot support a memory-mapped database safely: move the store to a local
    /// one.
    case unsuitableFileSystem(path: String, kind: String)
    /// Something exists at the path already: choose another, or remove it.
    case exists(path: String)
    /// The process was forked after the store was opened: open it in the child.
    case forked
    /// The requested data has left the store for the archive at `path`: give the archive, or
    /// request what comes after the event at `position`.
    case archived(path: String, position: UInt64)
    /// The archive that was given does not contain what has left the store.
    case unsuitableArchive(path: String, finding: String)
    /// The file `journal` of the store can't be applied to it: nothing was changed, and it stays.
    case journal(JournalProblem)
    /// A system call failed, for the reason that `errno` gives.
    case system(errno: Int32, doing: String)
}

/// Why a journal can't be applied to its store.
public struct JournalProblem: Sendable, Hashable {
    /// What is wrong with the journal.
    public enum Kind: Sendable, Hashable {
        /// Part of it can't be read, which may include acknowledged calls: see
        /// `RecordStore.recoverJournal(at:configuration:acceptingLoss:)`.
        case damaged
        /// It continues from another history than that of `data.mdb`: one of the two was replaced.
        case ofAnotherStore
    }

    /// What is wrong.
    public let kind: Kind
    /// A sentence without its place.
    public let finding: String
    /// The file of the journal.
    public let path: String
    /// In bytes from the beginning of the file.
    public let offset: Int
    /// Transactions that follow the log's end and come before the damage.
    public let transactionsBefore: Int
    /// Transactions after it that are readable but not connected to the log.
    public let transactionsAfter: Int

    package init(
        _ kind: Kind,
        _ finding: String,
        path: String,
        offset: Int = 0,
        _ transactionsBefore: Int = 0,
        _ transactionsAfter: Int = 0
    ) {
        self.kind = kind
        self.finding = finding
        self.path = path
        self.offset = offset
        self.transactionsBefore = transactionsBefore
        self.transactionsAfter = transactionsAfter
    }
}

extension JournalProblem: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .damaged:
            "The journal \(path) is damaged at byte \(offset): \(finding). Before that it has "
                + "\(transactionsBefore) transactions for the store, after it "
                + "\(transactionsAfter). Nothing was changed. See annals help journal."
        case .ofAnotherStore:
            "The journal \(path) doesn't belong to the data.mdb next to it: \(finding). Nothing was "
                + "changed: put the right data.mdb back, or move the journal away to continue without "
                + "what it has."
        }
    }
}

/// What was found damaged, and where.
public struct Corruption: Sendable, Hashable {
    /// A fixed sentence, so that logs can be searched for it.
    public let finding: String
    /// The table, or `nil` if LMDB itself reported the damage.
    public let table: String?
    /// The key whose value is damaged.
    public let key: [UInt8]

    package init(_ finding: String, table: String? = nil, key: [UInt8] = []) {
        self.finding = finding
        self.table = table
        self.key = key
    }
}

extension StorageError {
    /// The message of an error that ended an operation of which earlier steps had been written: it
    /// does not say that nothing was written.
    package var withoutOutcome: String {
        switch self {
        case .diskFull(let path):
            "No room left on the disk that holds \(path): make room."
        case .system(let code, let doing):
            "The system refused \(doing): \(unsafe String(cString: strerror(code)))."
        default: description
        }
    }
}

extension StorageError: CustomStringConvertible {
    /// A sentence for people: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .mapFull:
            "The database map is full and could not grow: raise the limit on address space "
                + "(ulimit -v)."
        case .mapResized:
            "Another process let the database grow: open the store again."
        case .readersFull:
            "Every reader slot of the database is taken: try again in a moment."
        case .diskFull(let path):
            "No room left on the disk that holds \(path): the current operation was not written, what was "
                + "written before stays. Make room, then open the store again."
        case .corrupted(let corruption): "The store is damaged: \(corruption)."
        case .notAStore(let path, let finding):
            "\(path) is not an Annals store: \(finding.withoutFullStop). Nothing was changed."
        case .alreadyOpen(let path): "\(path) is already open in this process."
        case .lockedByAnotherProcess(let path):
            "Another process is writing to \(path): wait until it has ended, or open it for "
                + "reading."
        case .storeInUse(let path):
            "Other processes have \(path) open, if only for reading: wait until they have ended."
        case .busy(let path, let work):
            "The store at \(path) is being \(work.text) by another process: try again."
        case .writtenMeanwhile(let path):
            "Another process is writing to \(path), which is read-only from here: wait until "
                + "it has ended, or read a snapshot."
        case .snapshot(let path):
            "\(path) is a snapshot, which would be none once something is written to it: restore it to "
                + "another folder, or open it for reading."
        case .journalWaiting(let path):
            "\(path) has a journal with calls that its data.mdb does not have yet, and the folder "
                + "is read-only: copy the two files to a writable one and open them there."
        case .lockFileMissing(let path):
            "\(path) has no lock.mdb, though processes have the store open: it was removed. Wait "
                + "until they have ended."
        case .replaced(let path):
            "The store at \(path) was replaced or removed while it was open: open it again."
        case .sameProcessNumber(let path):
            "A process with the number of this one, in another container, is reading \(path): start "
                + "one of them as a process other than the first of its container."
        case .tooManyTables:
            "The objects and indexed fields need more tables than an open store has room for: define "
                + "fewer at once, and open the store again in between. Nothing was changed."
        case .unsuitableFileSystem(let path, let kind):
            "\(path) is on \(kind), which cannot carry a memory-mapped database safely: use a "
                + "local disk."
        case .exists(let path): "There is something at \(path) already."
        case .forked: "The process was forked after the store was opened: open it in the child."
        case .archived(let path, let position):
            "Events up to position \(position) have left the store for the archive at \(path): "
                + "give it with --archive, or ask for what came later."
        case .unsuitableArchive(let path, let finding):
            "The archive at \(path) does not hold what has left the store: \(finding)."
        case .journal(let problem): problem.description
        case .system(let code, let doing):
            "The system refused \(doing): \(unsafe String(cString: strerror(code)))."
        }
    }
}

extension Corruption: CustomStringConvertible {
    public var description: String {
        let place = table.map { " in table \($0)" } ?? ""
        let at = key.isEmpty ? "" : " at key \(key.hexadecimal)"
        return "\(finding)\(place)\(at)"
    }
}

/// Throws the error for `code`, a return value of LMDB.
func check(_ code: Int32, doing: @autoclosure () -> String) throws(StorageError) {
    switch code {
    case MDB_SUCCESS: return
    case MDB_MAP_FULL: throw .mapFull
    case MDB_MAP_RESIZED: throw .mapResized
    case MDB_READERS_FULL: throw .readersFull
    case MDB_DBS_FULL: throw .tooManyTables
    case 1...: throw .system(errno: code, doing: doing())
    default: throw .corrupted(Corruption(unsafe String(cString: mdb_strerror(code))))
    }
}

extension String {
    /// For a finding that is itself a sentence, in the middle of another one.
    package var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
