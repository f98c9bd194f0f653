internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsSchema
internal import Synchronization

/// A store of records that forgets nothing: a log of events on disk, the tables derived from it,
/// and the calls that write and read it.
///
/// Open a folder once in a process, and for writing in one process at a time. A store is safe to
/// use from any number of tasks; it closes when the last reference to it goes, or with
/// ``close()``.
public final class RecordStore: Sendable {
    /// What a store is opened with.
    public struct Configuration: Sendable {
        /// What a write guarantees once its call has returned.
        public var durability = Durability.grouped
        /// Read-only; other processes may write at the same time.
        public var isReadOnly = false
        /// How far the file may grow before its map is made larger.
        ///
        /// This reserves address space, not memory.
        public var mapSizeBytes = 16 << 30
        /// The folder of the archive with what has left the log of the store.
        ///
        /// Only read, and only when something is requested that the log no longer contains; see
        /// ``RecordStore/trim(at:through:archive:configuration:progress:)``.
        public var archive: String?
        /// Accept network and user-space file systems as well.
        public var allowsAnyFileSystem = false
        /// The current time.
        ///
        /// It is called within calls, on the thread that runs them: it may close a store, but must
        /// not wait for a task that calls one.
        public var clock: @Sendable () -> Timestamp = SystemClock.now
        /// Random bytes, as many as requested; no one must be able to guess them.
        package var random: @Sendable (Int) -> [UInt8] = { SystemRandom.bytes($0) }

        /// How long LMDB's commit waits for one more call, if a journal has those before it.
        var patienceSeconds = 0.002
        /// How long a call may be in the journal alone before LMDB commits it.
        var pendingAgeMax = Duration.milliseconds(50)
        /// How long the journal of a load may become before it starts over.
        var journalByteCountMax = 64 << 20

        /// The defaults: durable when a call returns, open to write.
        public init() {}
    }

    /// The folder of the store.
    public let path: String
    package let configuration: Configuration
    /// When the store was created.
    public let created: Timestamp
    /// The identity of this history, 32 hexadecimal digits.
    public let storeID: String
    let published: Published
    let openCursors = OpenCursors()
    let waitingCursors = WaitingCursors()
    let glances = Turns(of: 32)
    /// For those who follow the log in this process.
    let logSignal = LogSignal()
    private let writer: Writer?

    /// Opens the store in the folder `path`.
    ///
    /// - Throws: ``StoreError/storage(_:)`` if there is no store, if it is damaged, or if it is in
    ///   use; ``StoreError/rebuildNeeded(path:finding:)`` if the damage is in what can be rebuilt.
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
                pendingAgeMax: configuration.pendingAgeMax,
                journalByteCountMax: configuration.journalByteCountMax,
                clock: configuration.clock,
                random: configuration.random,
                signal: logSignal,
                publish: { published.set(schema: $0.schema, tables: $0.tables) }
            )
    }

    // The writer's thread may release its resources a moment later.
    deinit { close() }

    /// Finishes the waiting calls, rejects later ones, including reads, and releases the folder.
    ///
    /// It can be opened again at once, even if someone still refers to this store; if another task
    /// is in the middle of a read, opening the folder waits until the read has ended. From within a
    /// call, such as from the clock, closing is only started, and completes when that call has
    /// ended.
    public func close() {
        writer?.close()
        published.close()
        logSignal.close()
    }

    /// Fails if the store was replaced or removed, or if its data file was: for programs that
    /// follow a store for a long time, and would otherwise wait for what never comes.
    ///
    /// - Throws: ``StorageError/replaced(path:)``.
    public func requireInPlace() throws(StoreError) {
        let environment = try published.environment
        guard environment.isInPlace else { throw .storage(.replaced(path: path)) }
    }

    /// Runs a callback that was passed to a reading call, whatever it does with the store.
    func callingBack<T, Failure>(_ body: () throws(Failure) -> T) throws(Failure) -> T {
        guard let writer else { return try body() }
        return try CallScope.inside(writer, .reading, body)
    }

    /// Makes every call that has returned survive a loss of power.
    ///
    /// Only ``Durability/onDemand`` needs it.
    public func synchronize() async throws(StoreError) {
        try await settle()
        let environment = try published.environment
        try await LongWork.run { (_) throws(StoreError) in
            try storing { () throws(StorageError) in try environment.synchronize() }
        }
    }

    /// The current objects and fields of the store.
    package var schema: Schema { published.schema }

    /// The user with which every store begins.
    public var administrator: RecordID { RecordID(prefix: Self.userPrefix, serial: 1) }

    static let userPrefix = ObjectType(.user).prefix

    /// Runs a call on the writer's thread, in its turn.
    ///
    /// - Parameters:
    ///   - cost: How many records it may change.
    ///   - body: The call; it may run more than once, if a group has to be run again.
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

    /// Lets a call of new records return before the tables have them, if that is possible.
    ///
    /// - Returns: `nil` if it is not: nothing was done.
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
    /// What it writes is there when the store is opened again, unless the machine fails in the
    /// meantime.
    func writeLater(
        _ body: @escaping @Sendable (inout GroupWriter) throws(StoreError) -> Void,
        finish: @escaping @Sendable (StoreError?) -> Void
    ) {
        writer?.enqueue(Writer.Job(cost: 1, run: body, finish: finish))
    }

    /// One consistent view of everything, for reads that are not those of a session.
    func reader() async throws(StoreError) -> ProjectionReader {
        try await settle()
        return try view()
    }

    /// Whether LMDB lacks something that was answered.
    var hasPending: Bool { writer?.hasPending.load(ordering: .acquiring) == true }

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

    /// Loads objects and fields that another process has defined.
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
        /// What `meta` said about the definitions when they were read; for read-only stores.
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

    /// Releases the environment, which is closed when the last reading call has ended.
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

/// The result of a call, kept until its group has committed.
private final class Outcome<T: Sendable>: Sendable {
    private let result = Mutex<Result<T, StoreError>?>(nil)

    var value: Result<T, StoreError>? { result.withLock { $0 } }

    func set(_ value: Result<T, StoreError>) { result.withLock { $0 = value } }
}
