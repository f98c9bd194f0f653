internal import AnnalsBytes
package import AnnalsLMDB

/// Transactions that are on disk before the log has them: a file next to it, rewritten from its
/// beginning each time that the log has caught up.
///
/// An LMDB commit writes every page that it has touched, completely, and waits for the disk twice;
/// a journal entry is written once, and waited for once. The layout is in Format.md. The contents
/// of an entry are identified by its place in the log's chain: entries of an earlier round have
/// numbers that the log already has.
package final class Journal {
    package static let name = "journal"
    /// The initial size of a journal that is synced to disk; a longer round makes the file grow.
    private static let byteCount = 4 << 20
    /// A longer file is not read: sixty times what a journal has after the longest load.
    private static let byteCountMax = 1 << 32
    /// Entries begin at page boundaries of the disk: writing one never touches another.
    static let alignment = 4096

    private let file: RewrittenFile
    private let isSynchronized: Bool
    /// Identifies the file: an entry of another one does not belong to it.
    private let identity: UInt64
    /// Counts how often the journal was started over; it distinguishes entries of earlier rounds.
    private var round: UInt64 = 1
    /// Counts the entries, including those that could not be written: no two have the same number.
    private var entryCount: UInt64 = 0
    private var firstOfRound: UInt64 = 1
    /// Where the next entry is written.
    package private(set) var end = 0

    /// Creates the journal of the store in `folder`, which has none.
    ///
    /// - Parameters:
    ///   - isSynchronized: Whether each entry is synced to disk; otherwise the system has it, and
    ///     writes it whenever it likes.
    ///   - identity: Distinguishes the file from others; random, if not given.
    package init(
        in folder: String,
        isSynchronized: Bool,
        identity: UInt64? = nil
    ) throws(StorageError) {
        self.isSynchronized = isSynchronized
        let chance = SystemRandom.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
        self.identity = identity ?? chance
        file = try RewrittenFile(
            Self.name,
            in: folder,
            byteCount: isSynchronized ? Self.byteCount : 0
        )
    }

    /// Writes the entry after the last one, and empties it.
    package func append(_ entry: inout JournalEntry) throws(StorageError) {
        entryCount += 1
        let sectors = entry.sectors(
            identity: identity,
            round: round,
            number: entryCount,
            firstOfRound: firstOfRound,
            fileByteCount: isSynchronized ? Self.byteCount : 0
        )
        try file.write(sectors.rawSpan, at: end)
        if isSynchronized { try file.synchronize() }
        end += sectors.count
        entry.removeAll()
    }

    /// The log has everything, on disk: the next entry is the first again.
    package func restart() {
        if end == 0 { return }
        round += 1
        firstOfRound = entryCount + 1
        end = 0
    }

    /// Removes the journal, which the log has caught up with.
    package static func remove(in folder: String) throws(StorageError) {
        try FileSystem.removeFile(folder + "/" + name)
    }

    package static func exists(in folder: String) throws(StorageError) -> Bool {
        try FileSystem.isThere(folder + "/" + name)
    }

    /// What can be read of a journal whose log is damaged: every complete transaction, in no
    /// particular order, of earlier rounds too; and what can't.
    package static func salvage(in folder: String) -> JournalSurvey {
        guard
            let (bytes, length) = try? FileSystem.readFile(
                folder + "/" + name,
                first: byteCountMax
            )
        else { return JournalSurvey() }
        return JournalReading(bytes, length: length).survey()
    }

    /// The transactions of the journal in `folder` that follow the log's end.
    ///
    /// They end before an entry that was being written when the process or the machine stopped: its
    /// calls had not returned.
    ///
    /// - Parameters:
    ///   - head: The log's end.
    ///   - end: Where to stop; the file's end if not given.
    ///   - digest: Of the transaction with a number that the log has; `nil` if it can't be known.
    /// - Throws: ``StorageError/journal(_:)`` if the journal is damaged, or doesn't belong to this
    ///   log.
    package static func transactions(
        in folder: String,
        after head: LogHead,
        before end: Int = .max,
        digest: (UInt64) throws(StorageError) -> Digest? = { _ in nil }
    ) throws(StorageError) -> [StoredTransaction] {
        let found = try read(in: folder, after: head, before: end, digest: digest)
        if let problem = found.problem { throw .journal(problem) }
        return found.transactions
    }

    /// The same for callers that continue without what is damaged.
    ///
    /// - Returns: The transactions before the damage, and what is wrong with the journal.
    /// - Throws: ``StorageError/journal(_:)`` if the journal doesn't belong to this log.
    package static func read(
        in folder: String,
        after head: LogHead,
        before end: Int = .max,
        digest: (UInt64) throws(StorageError) -> Digest? = { _ in nil }
    ) throws(StorageError) -> (transactions: [StoredTransaction], problem: JournalProblem?) {
        guard try exists(in: folder) else { return ([], nil) }
        let path = folder + "/" + name
        // Nothing is allocated for what no journal can have.
        let size = try FileSystem.byteCount(ofFile: path)
        guard size <= byteCountMax else {
            let finding = "it has \(size) bytes, more than \(byteCountMax)"
            return ([], JournalProblem(.damaged, finding, path: path))
        }
        let (bytes, length) = try FileSystem.readFile(path, first: end)
        return try JournalReading(bytes, length: length).transactions(
            after: head,
            path: path,
            digest: digest
        )
    }
}
