internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import Glibc

extension RecordStore {
    /// Applies the journal that a crash has left to LMDB, and removes the journal.
    ///
    /// A store that cannot be read is not opened either, and keeps its journal: a rebuild leaves
    /// the end of the log where it was. So does one whose journal is damaged, or another store's.
    ///
    /// - Parameters:
    ///   - environment: Opened for writing, by no one else.
    ///   - acceptsDamage: Continue with what comes before damage in the journal.
    /// - Returns: How many transactions were applied, and what was wrong.
    /// - Throws: ``StoreError/rebuildNeeded(path:finding:)`` if a table that can be rebuilt from
    ///   the log prevents it; ``StorageError/journal(_:)``.
    @discardableResult
    static func recoverJournal(
        _ environment: Environment,
        _ configuration: Configuration,
        acceptsDamage: Bool = false
    ) throws(StoreError) -> (given: Int, problem: JournalProblem?) {
        let folder = environment.path
        guard try hasJournal(folder) else { return (0, nil) }
        let state = try read(environment, configuration).state
        return try mendable(environment) { () throws(StorageError) in
            let found = try Journal.read(in: folder, after: state.head) {
                (number) throws(StorageError) in
                try digest(of: number, state, in: environment)
            }
            if let problem = found.problem, !acceptsDamage { throw .journal(problem) }
            _ = try append(found.transactions, to: state, in: environment)
            try environment.synchronize()
            try Journal.remove(in: folder)
            return (found.transactions.count, found.problem)
        }
    }

    /// The digest of a transaction that the log has; `nil` if it has left for an archive.
    private static func digest(
        of number: UInt64,
        _ state: WriterState,
        in environment: Environment
    ) throws(StorageError) -> Digest? {
        let log = state.tables.log
        if number == log.base.number { return log.base.digest }
        guard number > log.base.number else { return nil }
        let reader = try ReadTransaction(in: environment)
        return try log.digests(of: number..<(number + 1), upTo: state.head, in: reader).first
    }

    static func hasJournal(_ folder: String) throws(StoreError) -> Bool {
        try storing { () throws(StorageError) in try Journal.exists(in: folder) }
    }

    /// As ``recoverJournal(_:_:acceptsDamage:)`` for a store that is about to be opened for
    /// reading, unless a process is writing to it: its journal is in use.
    ///
    /// - Returns: How many transactions were applied.
    @discardableResult
    static func recoverJournal(
        beforeReading path: String,
        _ configuration: Configuration
    ) throws(StoreError) -> Int {
        guard try hasJournal(path) else { return 0 }
        guard FileSystem.mayWrite(path) else { throw .storage(.journalWaiting(path: path)) }
        var configuration = configuration
        configuration.isReadOnly = false
        do throws(StoreError) {
            let environment = try open(path, configuration, recovers: false)
            return try recoverJournal(environment, configuration).given
        } catch .storage(.lockedByAnotherProcess) {
            return 0
        } catch .storage(.system(let code, _)) where [EROFS, EACCES, EPERM].contains(code) {
            throw .storage(.journalWaiting(path: path))
        }
    }

    /// As ``recoverJournal(beforeReading:_:)`` for a store that is about to be examined: damage
    /// leaves the journal where it is, and is reported by the examination.
    @discardableResult
    static func recoverJournal(
        beforeExamining path: String,
        _ configuration: Configuration
    ) throws(StoreError) -> Int {
        do throws(StoreError) {
            return try recoverJournal(beforeReading: path, configuration)
        } catch .rebuildNeeded, .rebuildInterrupted {
            return 0
        } catch .storage(.corrupted(let corruption)) where corruption.table != nil {
            return 0
        }
    }

    /// Applies the journal that a crash has left to a store, as opening it does, and if requested
    /// continues despite damage.
    ///
    /// For use after copying the folder, and reading the rest of a damaged journal with
    /// ``salvage(from:to:configuration:progress:tell:completed:)``.
    ///
    /// - Parameters:
    ///   - path: The folder of the store.
    ///   - configuration: What the store is opened with.
    ///   - acceptingLoss: Apply what comes before the damage, and remove the journal: what comes
    ///     after is then lost.
    /// - Returns: How many transactions were applied, and what is lost; `nil` for nothing.
    /// - Throws: ``StorageError/journal(_:)`` if it is damaged and nothing may be lost, or if it is
    ///   the journal of another store: it stays.
    package static func recoverJournal(
        at path: String,
        configuration: Configuration = Configuration(),
        acceptingLoss: Bool = false
    ) throws(StoreError) -> (given: Int, lost: JournalProblem?) {
        var configuration = configuration
        configuration.isReadOnly = false
        let environment = try open(path, configuration, recovers: false)
        let (given, problem) = try recoverJournal(
            environment,
            configuration,
            acceptsDamage: acceptingLoss
        )
        return (given, problem)
    }

    /// Appends the log's next transactions to it, with everything that follows from them.
    static func append(
        _ transactions: [StoredTransaction],
        to state: WriterState,
        in environment: Environment
    ) throws(StorageError) -> WriterState {
        guard let last = transactions.last else { return state }
        let byteCount = transactions.reduce(0) { $0 + $1.bytes.count }
        try environment.makeRoom(forBytes: 64 << 20 + 32 * byteCount)
        var writer = try ProjectionWriter(
            in: environment,
            tables: state.tables,
            schema: state.schema,
            lastSerials: state.serials,
            edge: state.edge
        )
        for transaction in transactions {
            try Replay.apply(transaction, with: &writer, keepsLog: true)
            try writer.addLeaf(transaction.digest)
        }
        var state = state
        (state.serials, state.schema, state.tables, state.edge) = try writer.commit()
        state.head = LogHead(last)
        return state
    }
}
