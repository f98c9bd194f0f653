internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsSchema
internal import Synchronization

/// A store of records that forgets nothing: a log of events on disk, what is derived from it, and
/// the calls that write and read it.
///
/// Open a folder once in a process, and for writing in one process at a time. A store is safe to
/// use from any number of tasks; it closes when the last reference to it goes, or with
/// ``close()``.
public final class RecordStore: Sendable {
    /// What a store is opened with.
    public struct Configuration: Sendable {
        /// What is true of a write when its call returns.
        public var durability = Durability.grouped
        /// Only read; other processes may write meanwhile.
        public var isReadOnly = false
        /// How far the file may grow before its map is made larger.
        ///
        /// This reserves address space, not memory.
        public var mapSizeBytes = 16 << 30
        /// The folder of the archive with what has left the log of the store.
        ///
        /// Only read, and only where something is asked that the log does not hold any more; see
        /// ``RecordStore/trim(at:through:archive:configuration:progress:)``.
        public var archive: String?
        /// Take network and user-space file systems as well.
        public var allowsAnyFileSystem = false
        /// What time it is.
        ///
        /// It is asked within calls, on the thread that runs them: from it and from ``random`` a store
        /// may be closed, and what would have to wait for the call is refused with
        /// ``StoreError/calledFromWithin``. It must not wait for another task that writes.
        public var clock: @Sendable () -> Timestamp = SystemClock.now
        /// Random bytes, as many as asked; what it returns must not be guessed by anybody.
        public var random: @Sendable (Int) -> [UInt8] = { SystemRandom.bytes($0) }

        /// How long LMDB's commit waits for one more call, where a journal has those before it.
        var patienceSeconds = 0.002
        /// How long the journal of a load may become before it is begun again.
        var journalByteCountMax = 64 << 20

        public init() {}
    }

    public let path: String
    public let configuration: Configuration
    /// When the store was made.
    public let created: Timestamp
    /// The identity of this history, 32 hexadecimal digits.
    public let storeID: String
    let published: Published
    let openCursors = OpenCursors()
    let waitingCursors = WaitingCursors()
    let glances = Turns(of: 32)
    private let writer: Writer?

    /// Opens the store in the folder `path`.
    ///
    /// - Throws: ``StoreError/storage(_:)`` where there is no store, where it is damaged, or where
    ///   it is in use; ``StoreError/rebuildNeeded(path:finding:)`` where the damage is in what can
    ///   be made again.
    public init(
        at path: String,
        configuration: Configuration = Configuration()
    ) throws(StoreError) {
        let environment = try Self.open(path, configuration)
        let opened = try Self.read(environment, configuration)
        self.path = path
        self.configuration = configuration
        created = opened.created
        storeID = opened.storeID
        let published = Published(environment, opened.state)
        self.published = published
        writer =
            configuration.isReadOnly
            ? nil
            : Writer(
                environment: environment,
                folder: path,
                state: opened.state,
                durability: configuration.durability,
                patienceSeconds: configuration.patienceSeconds,
                journalByteCountMax: configuration.journalByteCountMax,
                clock: configuration.clock,
                random: configuration.random,
                publish: { published.set(schema: $0.schema, tables: $0.tables) }
            )
    }

    // The writer's thread may let go of what it has a moment later.
    deinit { close() }

    /// Finishes the calls that wait, refuses later ones, also those that read, and gives the folder
    /// back.
    ///
    /// It can be opened again at once, whoever still refers to this store; where another task is in the
    /// middle of a read, whoever opens it waits for the end of that. From within a call, such as from
    /// the clock, closing is only begun, and done when that call has ended.
    public func close() {
        writer?.close()
        published.close()
    }

    /// Refuses to go on with a store that was replaced or removed, or whose data file was: for who
    /// follows one for a long time, and would otherwise wait for what never comes.
    ///
    /// - Throws: ``StorageError/replaced(path:)``.
    public func requireInPlace() throws(StoreError) {
        let environment = try published.environment
        guard environment.isInPlace else { throw .storage(.replaced(path: path)) }
    }

    /// Runs what a reading call was given to call back, whatever that does with the store.
    func callingBack<T, Failure>(_ body: () throws(Failure) -> T) throws(Failure) -> T {
        guard let writer else { return try body() }
        return try CallScope.inside(writer, .reading, body)
    }

    /// Makes everything that was answered survive a loss of power.
    ///
    /// Only ``Durability/onDemand`` needs it.
    public func synchronize() throws(StoreError) {
        let environment = try settled()
        try storing { () throws(StorageError) in try environment.synchronize() }
    }

    /// The objects and fields of the store, as they are now.
    public var schema: Schema { published.schema }

    /// The user that every store begins with.
    public var administrator: RecordID { RecordID(prefix: Self.userPrefix, serial: 1) }

    static let userPrefix = ObjectType(.user).prefix

    /// Runs a call on the writer's thread, in its turn.
    ///
    /// - Parameters:
    ///   - cost: How many records it may change.
    ///   - body: The call; it may run more than once, when a group has to be run again.
    func write<T: Sendable>(
        cost: Int,
        _ body: @escaping @Sendable (inout GroupWriter) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        guard let writer else { throw .readOnly }
        let outcome = Outcome<T>()
        func job(finish: @escaping @Sendable (StoreError?) -> Void) -> Writer.Job {
            Writer.Job(
                cost: max(1, cost),
                run: { (group) throws(StoreError) in
                    do throws(StoreError) {
                        outcome.set(.success(try body(&group)))
                    } catch {
                        outcome.set(.failure(error))
                        throw error
                    }
                },
                finish: finish
            )
        }
        switch writer.runAtOnce(job { if let failure = $0 { outcome.set(.failure(failure)) } }) {
        case .yes: break
        case .yesAndYield: await Task.yield()
        case .no:
            let failure: StoreError? = await withCheckedContinuation { continuation in
                writer.enqueue(job { continuation.resume(returning: $0) })
            }
            if let failure { throw failure }
        }
        guard let result = outcome.value else { throw .closed }
        return try result.get()
    }

    /// Answers a call of new records before the tables have them, where that may be.
    ///
    /// - Returns: `nil` where it may not: nothing was done.
    func answerAhead(_ call: PreparedCall, _ context: CallContext) async -> [RecordResult]? {
        guard let writer, writer.mayAnswerAhead(call, context) else { return nil }
        var outcome = writer.sequence(call, context)
        if case .busy = outcome {
            await writer.waitForTurn()
            outcome = writer.sequence(call, context)
        }
        guard case .answered(let results, let yields) = outcome else { return nil }
        if yields { await Task.yield() }
        return results
    }

    /// Runs a call on the writer's thread, in its turn, without waiting for it.
    ///
    /// What it writes is there when the store is opened again, unless the machine fails meanwhile.
    func writeLater(
        _ body: @escaping @Sendable (inout GroupWriter) throws(StoreError) -> Void,
        finish: @escaping @Sendable (StoreError?) -> Void
    ) {
        writer?.enqueue(Writer.Job(cost: 1, run: body, finish: finish))
    }

    /// One consistent view of everything, for reads that are not those of a session.
    ///
    /// Blocks its thread until LMDB has everything that was answered.
    func reader() throws(StoreError) -> ProjectionReader {
        if writer?.hasPending.load(ordering: .acquiring) == true { _ = try settled() }
        return try view()
    }

    /// Returns when LMDB has everything that was answered.
    func settle() async throws(StoreError) {
        guard let writer, writer.hasPending.load(ordering: .acquiring) else { return }
        // A store that was closed is refused as such.
        _ = try published.environment
        try await writer.settle()
    }

    /// One consistent view of what LMDB has.
    func view() throws(StoreError) -> ProjectionReader {
        if configuration.isReadOnly { try refresh() }
        let (environment, schema, tables) = try published.all
        // Without `storing`, whose closure has references of its own to all three: every read begins here.
        do throws(StorageError) {
            return try ProjectionReader(in: environment, tables: tables, schema: schema)
        } catch {
            throw .storage(error)
        }
    }

    /// The environment, with everything in it that was answered.
    func settled() throws(StoreError) -> Environment {
        let environment = try published.environment
        try writer?.settle { environment.isWaitingForReaders }
        return environment
    }

    /// Takes notice of objects and fields that another process has defined.
    private func refresh() throws(StoreError) {
        let (environment, schema, tables) = try published.all
        let definitions = try storing { () throws(StorageError) in
            let reader = try ProjectionReader(in: environment, tables: tables, schema: schema)
            return try reader.meta(MetaKey.definitions)
        }
        guard published.definitions != definitions else { return }
        let opened = try Self.read(environment, configuration)
        published.set(schema: opened.state.schema, tables: opened.state.tables, definitions)
    }
}

/// What readers need: the environment, and of the writer's work the schema and its tables.
final class Published: Sendable {
    private struct State {
        /// What LMDB has; `nil` once the store is closed.
        var environment: Environment?
        var schema: Schema
        var tables: StoreTables
        /// What `meta` told of the definitions when they were read; for stores that only read.
        var definitions: [UInt8]?
    }

    private let state: Mutex<State>

    init(_ environment: Environment, _ opened: WriterState) {
        state = Mutex(
            State(environment: environment, schema: opened.schema, tables: opened.tables)
        )
    }

    /// - Throws: ``StoreError/closed``.
    var environment: Environment {
        get throws(StoreError) {
            guard let environment = state.withLock({ $0.environment }) else { throw .closed }
            return environment
        }
    }

    /// - Throws: ``StoreError/closed``.
    var all: (Environment, Schema, StoreTables) {
        get throws(StoreError) {
            let (environment, schema, tables) = state.withLock {
                ($0.environment, $0.schema, $0.tables)
            }
            guard let environment else { throw .closed }
            return (environment, schema, tables)
        }
    }

    /// Lets go of the environment, which is closed when the last call that reads has ended.
    func close() {
        let environment = state.withLock { state in
            defer { state.environment = nil }
            return state.environment
        }
        environment?.willClose()
    }

    var schema: Schema { state.withLock { $0.schema } }
    var both: (Schema, StoreTables) { state.withLock { ($0.schema, $0.tables) } }
    var definitions: [UInt8]? { state.withLock { $0.definitions } }

    func set(schema: Schema, tables: StoreTables, _ definitions: [UInt8]? = nil) {
        state.withLock {
            ($0.schema, $0.tables, $0.definitions) = (schema, tables, definitions)
        }
    }
}

/// What a call answered, kept until its group has committed.
private final class Outcome<T: Sendable>: Sendable {
    private let result = Mutex<Result<T, StoreError>?>(nil)

    var value: Result<T, StoreError>? { result.withLock { $0 } }

    func set(_ value: Result<T, StoreError>) { result.withLock { $0 = value } }
}
