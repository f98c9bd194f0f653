internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections

extension RecordStore {
    /// Gives LMDB what a journal has that a crash has left, and takes the journal away.
    ///
    /// A store that cannot be read is not opened either, and keeps its journal: a rebuild leaves the
    /// end of the log where it was.
    ///
    /// - Parameter environment: Opened for writing, by nobody else.
    /// - Throws: ``StoreError/rebuildNeeded(path:finding:)`` where a table that the log can mend is
    ///   in the way.
    static func recoverJournal(
        _ environment: Environment,
        _ configuration: Configuration
    ) throws(StoreError) {
        let folder = environment.path
        guard try hasJournal(folder) else { return }
        let state = try read(environment, configuration).state
        try mendable(environment) { () throws(StorageError) in
            let pending = try Journal.transactions(in: folder, after: state.head)
            _ = try append(pending, to: state, in: environment)
            try environment.synchronize()
            try Journal.remove(in: folder)
        }
    }

    static func hasJournal(_ folder: String) throws(StoreError) -> Bool {
        try storing { () throws(StorageError) in try Journal.exists(in: folder) }
    }

    /// As ``recoverJournal(_:_:)`` for a store that is about to be opened for reading, unless a
    /// process writes to it: its journal is in use.
    static func recoverJournal(
        beforeReading path: String,
        _ configuration: Configuration
    ) throws(StoreError) {
        guard try hasJournal(path) else { return }
        guard FileSystem.mayWrite(path) else { throw .storage(.journalWaiting(path: path)) }
        var configuration = configuration
        configuration.isReadOnly = false
        do throws(StoreError) {
            _ = try open(path, configuration)
        } catch .storage(.lockedByAnotherProcess) {
            return
        }
    }

    /// As ``recoverJournal(beforeReading:_:)`` for a store that is about to be examined: damage that
    /// is met leaves the journal where it is, and is for the examination to tell.
    static func recoverJournal(
        beforeExamining path: String,
        _ configuration: Configuration
    ) throws(StoreError) {
        do throws(StoreError) {
            try recoverJournal(beforeReading: path, configuration)
        } catch .rebuildNeeded, .rebuildInterrupted {
            return
        } catch .storage(.corrupted(let corruption)) where corruption.table != nil {
            return
        }
    }

    /// Appends transactions to the log, whose next ones they are, with all that follows from them.
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
