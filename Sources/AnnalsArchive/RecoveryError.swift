public import AnnalsLMDB
public import AnnalsLog
public import AnnalsSchema

/// Why a snapshot, an archive or a restore was refused.
///
/// Nothing that was whole before was changed.
public enum RecoveryError: Error, Hashable, Sendable {
    /// The file is not what was written: take another copy of it.
    case damaged(file: String, finding: String)
    /// There is no snapshot, or no archive, at the path.
    case nothing(path: String)
    /// The folder belongs to another store.
    case foreignStore(path: String, expected: String, found: String)
    /// Two histories of one store have parted: one of them was restored to an earlier moment, and
    /// went on from there. Each needs a folder of its own.
    ///
    /// Up to the transaction `after` they are known to be the same.
    case forked(path: String, after: UInt64)
    /// The store ends before its archive does: it was restored to an earlier moment, or it is an
    /// old copy.
    case behind(store: UInt64, archive: UInt64)
    /// Nothing that was given holds this transaction.
    case missing(transaction: UInt64)
    /// The history that was given does not reach to the position, or begins after the moment.
    case outOfReach(newest: Position, time: Timestamp)
    /// The moment lies before a record was erased, to which others refer that keep it from being
    /// deleted there: choose a later moment.
    case erasedSince(record: RecordID)
    /// The transaction is longer than a segment can be.
    case tooLong(transaction: UInt64)
    /// The file system or LMDB failed.
    case storage(StorageError)
    /// The work was interrupted by the caller.
    case interrupted
}

extension RecoveryError: CustomStringConvertible {
    /// A sentence for people: what is the matter, and what to do.
    public var description: String {
        switch self {
        case .damaged(let file, let finding):
            "\(file) is damaged: \(finding). Take another copy of it."
        case .nothing(let path): "There is nothing to restore from at \(path)."
        case .foreignStore(let path, let expected, let found):
            "\(path) belongs to the store \(found), not to \(expected)."
        case .forked(let path, let after):
            "\(path) holds another history of the store, the same up to transaction \(after) or "
                + "somewhat later: give each a folder of its own."
        case .behind(let store, let archive):
            "The store ends with transaction \(store), its archive with \(archive): restore the "
                + "store from it, or begin another archive."
        case .missing(let transaction):
            "Nothing that was given holds transaction \(transaction)."
        case .outOfReach(let newest, let time):
            "What was given does not hold that moment; the newest is position \(newest) of "
                + "\(time.precise)."
        case .erasedSince(let record):
            "The values of \(record) were erased after that moment, and there others keep it from "
                + "being deleted: restore to a later moment."
        case .tooLong(let transaction):
            "Transaction \(transaction) is longer than a segment can be."
        case .storage(let error): error.description
        case .interrupted: "Interrupted."
        }
    }
}

/// Runs what storage may refuse and tells it as a failure of recovery.
package func recovering<T: ~Copyable>(
    _ body: () throws(StorageError) -> T
) throws(RecoveryError) -> T {
    do throws(StorageError) {
        return try body()
    } catch {
        throw .storage(error)
    }
}
