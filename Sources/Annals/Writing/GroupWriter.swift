internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// State that the writer passes from group to group.
struct WriterState: Sendable {
    var head: LogHead
    /// No later transaction is committed with a time before this one: consumers rely on it.
    var covered: Timestamp
    var serials: LastSerials
    var schema: Schema
    var tables: StoreTables
    var edge: TreeEdge
    var epoch: UInt32 = 1
    /// Rows of an import that changed nothing since the last one in the log.
    var unchangedRows = UnchangedRows()
}

extension WriterState {
    /// The earliest time that a transaction may have.
    private var earliestTime: Timestamp { max(head.time, covered) }

    /// Begins the next transaction of the log.
    func begin(
        _ context: CallContext,
        now: () -> Timestamp,
        eventCountHint: Int
    ) throws(StoreError) -> TransactionBuilder {
        let time: Timestamp
        if let given = context.options.time {
            guard given >= earliestTime, given < Timestamp.latest else {
                throw .timeTooEarly(given: given, earliest: earliestTime)
            }
            try RecordStore.refuse(timeAhead: given, now: now())
            time = given
        } else {
            // The wall clock may step back; the log's time does not.
            time = max(now(), earliestTime)
        }
        return TransactionBuilder(
            number: head.number + 1,
            firstPosition: head.lastPosition.advanced(by: 1),
            epoch: epoch,
            time: time,
            actor: context.user,
            previousDigest: head.digest,
            origin: context.origin,
            idempotencyKey: context.keyed?.key,
            eventCountHint: eventCountHint
        )
    }
}

/// On whose behalf a call is made.
struct CallContext: Sendable {
    let user: RecordKey
    let userID: RecordID
    let origin: String
    let apiVersion: Int
    let options: CallOptions
    /// Identifies a repeat of the call, if it carries an idempotency key.
    let keyed: KeyedCall?
}

extension CallContext {
    /// On behalf of the user with which every store begins.
    init(administratorWith origin: String, options: CallOptions = CallOptions()) {
        self.init(
            user: RecordKey(object: ObjectType.Definition.user.code, serial: 1),
            userID: RecordID(prefix: RecordStore.userPrefix, serial: 1),
            origin: origin,
            apiVersion: Session.latestAPIVersion,
            options: options,
            keyed: nil
        )
    }
}

/// The calls of one group, one after the other, in one LMDB transaction.
///
/// Each call that changes something becomes a transaction of the log. A call that fails leaves no
/// trace: its events are dropped with its builder, and its staged rows are rolled back.
struct GroupWriter: ~Copyable {
    var projection: ProjectionWriter
    private(set) var state: WriterState
    let clock: @Sendable () -> Timestamp
    private let salts: SaltSource
    let people: KnownPeople
    /// Whether there is anything to commit.
    private(set) var hasChanges = false
    /// Whether some of it is in no transaction of the log, or needs more than the fold of its
    /// events: a journal cannot restore it.
    private(set) var hasMoreThanEvents = false
    /// Whether values were erased.
    private(set) var hasErased = false
    /// The transactions that are in no journal yet, if there is one.
    var journalEntry: JournalEntry?
    /// While an upsert runs: the records that existed before it, the only ones that its foreign
    /// keys by external id may name (Specification: calls 2.5).
    var nameableSerials: LastSerials?

    init(
        in environment: Environment,
        state: WriterState,
        clock: @escaping @Sendable () -> Timestamp,
        salts: SaltSource,
        people: KnownPeople
    ) throws(StorageError) {
        projection = try ProjectionWriter(
            in: environment,
            tables: state.tables,
            schema: state.schema,
            lastSerials: state.serials,
            edge: state.edge
        )
        self.state = state
        self.clock = clock
        self.salts = salts
        self.people = people
    }

    var schema: Schema { projection.schema }

    /// The objects whose records can own and act.
    static let peopleCodes = [
        ObjectType.Definition.user.code, ObjectType.Definition.group.code,
    ]

    /// What the next call continues from, in this LMDB transaction or another.
    var end: WriterState {
        var end = state
        end.serials = projection.serials
        return end
    }

    /// Commits the group.
    ///
    /// - Returns: The state that the next group begins with.
    consuming func commit() throws(StorageError) -> WriterState {
        var state = state
        (state.serials, state.schema, state.tables, state.edge) = try projection.commit()
        return state
    }

    /// Begins a transaction of the log.
    func begin(
        _ context: CallContext,
        eventCountHint: Int
    ) throws(StoreError) -> TransactionBuilder {
        try state.begin(context, now: clock, eventCountHint: eventCountHint)
    }

    /// Appends the transaction to the log and makes its changes permanent.
    mutating func finish(
        _ builder: consuming TransactionBuilder,
        _ context: CallContext,
        results: [RecordResult]
    ) throws(StorageError) {
        guard let keyed = context.keyed else {
            let finished = builder.finish()
            journalEntry?.append(finished)
            try append(finished)
            return
        }
        let salt = salts.next()
        let bytes = ResultsCoder.bytes(
            of: results,
            call: keyed,
            salt: salt,
            unchanged: keyed.row.map { state.unchangedRows.before($0) } ?? []
        )
        let finished = builder.finish(results: bytes, salt: salt)
        journalEntry?.append(finished)
        if keyed.row != nil { state.unchangedRows = UnchangedRows() }
        try projection.store(keyed.key, number: finished.end.number)
        try append(finished)
    }

    private mutating func append(_ finished: FinishedTransaction) throws(StorageError) {
        try projection.append(finished, number: finished.end.number)
        try projection.addLeaf(finished.digest)
        projection.keep()
        state.head = finished.end
        hasChanges = true
    }

    /// Does the remaining work of a call that has already returned.
    mutating func complete(_ call: SequencedCall) throws(StorageError) {
        let values = call.finished.tail
        var position = call.firstPosition
        for event in call.events {
            let context = EventContext(
                position: position,
                time: call.finished.end.time,
                actor: call.actor
            )
            try projection.apply(
                .created,
                of: event.key,
                previous: .beforeFirst,
                payload: values.rawSpan.extracting(event.payload),
                context: context
            )
            position = position.advanced(by: 1)
        }
        try append(call.finished)
    }

    /// Adds an event to the transaction and folds it into its record.
    ///
    /// - Parameter payload: Writes the event's values.
    mutating func addEvent(
        _ kind: EventKind,
        of key: RecordKey,
        previous: Position,
        to builder: inout TransactionBuilder,
        payload: (inout ByteWriter) -> Void
    ) throws(StorageError) -> Position {
        if Self.peopleCodes.contains(key.object) { people.forgetAll() }
        // A definition creates tables, an erasure removes bytes from the log.
        if kind == .defined || kind.takesValues { hasMoreThanEvents = true }
        if kind.takesValues { hasErased = true }
        builder.beginEvent(salt: salts.next())
        payload(&builder.payload)
        let position = builder.endEvent(kind, of: key, previous: previous)
        let context = EventContext(position: position, time: builder.time, actor: builder.actor)
        try projection.apply(
            kind,
            of: key,
            previous: previous,
            payload: builder.payloadSpan,
            context: context
        )
        return position
    }

    /// Notes that a row of an import changed nothing: the answer of the next one that does records
    /// it.
    mutating func noteUnchanged(_ row: ImportedRow) { state.unchangedRows.add(row) }

    /// Rolls back what the current call has changed.
    mutating func rollBack() {
        projection.rollBack()
        people.forgetAll()
    }

    /// Promises consumers that no later transaction is committed with a time before `time`.
    mutating func cover(_ time: Timestamp) throws(StorageError) {
        guard time > state.covered else { return }
        state.covered = time
        var bytes = ByteWriter()
        bytes.append(time.milliseconds)
        try projection.put(bytes.bytes, forMeta: MetaKey.covered)
        hasChanges = true
        hasMoreThanEvents = true
    }

    /// Records what a user has seen.
    mutating func note(
        _ records: [RecordKey],
        by user: RecordKey,
        _ change: (inout RecordViews) -> Void
    ) throws(StorageError) {
        for record in records { try projection.note(change, of: record, by: user) }
        hasChanges = true
        hasMoreThanEvents = true
    }

    /// Keeps a cursor, and forgets those whose ids sort below `expired`.
    mutating func put(
        _ cursor: [UInt8],
        _ id: [UInt8],
        expiredBelow expired: [UInt8]
    ) throws(StorageError) {
        try projection.removeCursors(below: expired)
        try projection.put(cursor: cursor, forKey: id)
        hasChanges = true
        hasMoreThanEvents = true
    }

    /// Removes the queries that no one can continue.
    mutating func forgetCursors(expiredAt now: Timestamp) throws(StorageError) {
        while try projection.removeCursors(below: QueryCursor.expired(at: now)) > 0 {
            hasChanges = true
            hasMoreThanEvents = true
        }
    }

    /// Keeps a checkpoint that is about to be issued.
    mutating func put(
        checkpoint: [UInt8],
        size: UInt64,
        keyID: UInt32
    ) throws(StorageError) {
        try projection.put(checkpoint: checkpoint, size: size, keyID: keyID)
        hasChanges = true
        hasMoreThanEvents = true
    }

    /// The results of the first call with this key, or `nil` if there was none.
    ///
    /// - Throws: `IDEMPOTENCY_KEY_REUSED` if that was another call, `IDEMPOTENT_ANSWER_ERASED` if
    ///   this can no longer be determined.
    mutating func firstResults(
        _ context: CallContext
    ) throws(StoreError) -> [RecordResult]? {
        guard let keyed = context.keyed else { return nil }
        let number = try storing { () throws(StorageError) in
            try projection.transactionNumber(ofIdempotencyKey: keyed.key)
        }
        guard let number else { return nil }
        let stored = try storing { () throws(StorageError) in
            try projection.read(number, through: state.head.number)
        }
        if let stored, stored.isAnswerErased { throw .answerErased(stored) }
        guard let stored, let call = ResultsCoder.call(in: stored.results),
            let results = ResultsCoder.results(in: stored.results)
        else {
            throw .storage(
                .corrupted(Corruption("recorded results do not decode", table: Log.tableName))
            )
        }
        guard call.digest == keyed.digest(salt: stored.resultsSalt), call.verb == keyed.verb else {
            throw .keyReused(call.verb, stored)
        }
        return results
    }

    /// Checks the user on whose behalf a call is made against the records.
    mutating func requireActor(_ context: CallContext) throws(StoreError) {
        let status = try storing { () throws(StorageError) in
            try knownPersonStatus(of: context.user)
        }
        switch status {
        case .usable: return
        case .inactive:
            throw .fault(
                Fault(
                    .inactiveOwnerOrUser,
                    "operation performed with inactive user [\(context.userID)]"
                )
            )
        case .missing, .deleted, .notOwner:
            throw .fault(
                Fault(.invalidSessionID, "the session's user \(context.userID) does not exist")
            )
        }
    }
}

/// Salts for events, taken from a buffer of random bytes that is refilled when it is empty.
///
/// Not synchronized: used by whoever runs a group or sequences a call (``Writer``).
final class SaltSource: @unchecked Sendable {
    private let random: @Sendable (Int) -> [UInt8]
    private var bytes: [UInt8] = []
    private var offset = 0

    init(_ random: @escaping @Sendable (Int) -> [UInt8]) { self.random = random }

    func next() -> ArraySlice<UInt8> {
        let count = TransactionBuilder.saltByteCount
        if offset + count > bytes.count {
            bytes = random(256 * count)
            offset = 0
        }
        defer { offset += count }
        return bytes[offset..<(offset + count)]
    }
}

enum MetaKey {
    static let format = "format"
    static let storeID = "store id"
    static let created = "created"
    static let covered = "covered"
    static let rebuilding = "rebuilding"
    /// The number of the last transaction that defined something: it tells readers in other
    /// processes to reload the definitions.
    static let definitions = "definitions"
    /// The epoch of the transactions after a restore: the store's history forked there.
    static let epoch = "epoch"
}
