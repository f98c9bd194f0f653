public import AnnalsLMDB
public import AnnalsLog
public import AnnalsSchema

/// Why a snapshot, an archive or a restore was rejected.
///
/// Nothing that was complete before was changed.
public enum RecoveryError: Error, Hashable, Sendable {
    /// The file is not what was written: use another copy of it.
    case damaged(file: String, finding: String)
    /// There is no snapshot, or no archive, at the path.
    case nothing(path: String)
    /// The folder belongs to another store.
    case foreignStore(path: String, expected: String, found: String)
    /// Two histories of one store have diverged: one of them was restored to an earlier moment, and
    /// written to from there. Each needs a folder of its own.
    ///
    /// Up to the transaction `after` they are the same; 0 if no transaction is known to be common
    /// to both.
    case forked(path: String, after: UInt64)
    /// The store ends before its archive does: it was restored to an earlier moment, or it is an
    /// old copy.
    case behind(store: UInt64, archive: UInt64)
    /// No source has this transaction.
    case missing(transaction: UInt64)
    /// The sources do not reach the moment.
    case outOfReach(newest: Position, time: Timestamp)
    /// The sources begin after the moment; their first transaction ends with this event.
    case beforeBeginning(earliest: Position, time: Timestamp)
    /// The sources contain several histories of the store, and none of them has a higher epoch than
    /// the others: choose one by its digest.
    case undecided(heads: [HistoryPoint])
    /// No history in the sources ends with a transaction of this digest, or several do.
    case noSuchBranch(digest: String, heads: [HistoryPoint])
    /// The transaction is longer than a segment can be.
    case tooLong(transaction: UInt64)
    /// The file system or LMDB failed.
    case storage(StorageError)
    /// The operation was interrupted by the caller.
    case interrupted
}

extension RecoveryError: CustomStringConvertible {
    /// A sentence for people: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .damaged(let file, let finding):
            "\(file) is damaged: \(finding.withoutFullStop). Take another copy of it."
        case .nothing(let path): "There is nothing to restore from at \(path)."
        case .foreignStore(let path, let expected, let found):
            "\(path) belongs to the store \(found), not to \(expected)."
        case .forked(let path, let after):
            "\(path) holds another history of the store"
                + (after > 0 ? ", the same up to transaction \(after)" : "")
                + ": give each a folder of its own."
        case .behind(let store, let archive):
            "The store ends with transaction \(store), its archive with \(archive): restore the "
                + "store from it, or begin another archive."
        case .missing(let transaction):
            "No source has transaction \(transaction)."
        case .outOfReach(let newest, let time):
            "The sources do not reach that moment; the newest is position \(newest) of "
                + "\(time.precise). Without a moment that is what is restored."
        case .beforeBeginning(let earliest, let time):
            "The sources begin after that moment; the earliest is position \(earliest) of "
                + "\(time.precise)."
        case .undecided(let heads):
            "The sources have several histories of the store, and it is not known which one is current: "
                + "\(Self.text(of: heads)). Choose one by its digest (--branch)."
        case .noSuchBranch(let digest, let heads):
            "The digest \(digest) does not name one of the histories that were given: "
                + "\(Self.text(of: heads))."
        case .tooLong(let transaction):
            "Transaction \(transaction) is longer than a segment can be."
        case .storage(let error): error.description
        case .interrupted: "Interrupted."
        }
    }

    private static func text(of heads: [HistoryPoint]) -> String {
        heads.map { "position \($0.position), epoch \($0.epoch), digest \($0.digest)" }
            .joined(separator: "; ")
    }
}

/// Runs code that uses storage and rethrows its errors as a failure of recovery.
package func recovering<T: ~Copyable>(
    _ body: () throws(StorageError) -> T
) throws(RecoveryError) -> T {
    do throws(StorageError) {
        return try body()
    } catch {
        throw .storage(error)
    }
}
