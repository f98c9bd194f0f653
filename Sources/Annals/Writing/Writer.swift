internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import Foundation
internal import Synchronization

/// The store's single writer: runs queued calls in groups, one LMDB transaction per group.
///
/// The writer's thread takes all waiting calls, runs them one after the other in one LMDB
/// transaction, commits and syncs once, and lets them all return. An LMDB write transaction must
/// begin and end on the same thread, which is why this is not an actor: a task may resume on
/// another.
///
/// With a journal (``Durability/journaled``, and large groups of ``Durability/onDemand``) the calls
/// of a group return as soon as the journal has them, and its LMDB transaction stays open for the
/// next ones: until someone reads, until no call arrives for a while, or until it is large or old.
/// What fails then is run again from the journal.
///
/// A lone caller with a few records, if no one waits for the disk, runs its call itself: handing it
/// to the thread and back would cost more. A call of many new records that need no look at the
/// tables returns when the journal has them, while the thread is still writing the rows of earlier
/// ones: see ``sequence(_:_:)``.
///
/// Unchecked: what is declared before `failure` is accessed with `condition` locked, and everything
/// below by whoever has set `isRunning`. While neither runs a group, a caller who has set
/// `isSequencing` owns the journal, the clock, the salts and the people, and the thread, while the
/// backlog is being written, all the rest.
final class Writer: @unchecked Sendable {
    /// A waiting call.
    struct Job {
        /// How many records it may change.
        let cost: Int
        /// Runs the call and keeps its result; run again if the group has to be.
        let run: @Sendable (inout GroupWriter) throws(StoreError) -> Void
        /// Resumes the caller, with a failure of the group if there is one.
        let finish: @Sendable (StoreError?) -> Void
        /// Whether LMDB must have everything before it returns.
        var settles = false
        /// Whether there is nothing to run: someone is waiting for those ahead.
        var isTurn = false
    }

    /// The limit of a group: LMDB transactions stay well below the 512 MiB at which 0.9.24 leaks.
    private static let groupCostMax = 10_000
    /// From how many records on a group that waits for no disk is faster with the journal than with
    /// a commit of its own.
    static let journaledCostMin = 20
    /// Limits on journaled work not yet committed to LMDB: in records, in bytes where they are
    /// known, and in time.
    static let pendingCostMax = 5_000
    static let pendingByteCountMax = 16 << 20
    /// How many groups are committed at once, without the journal, after a read: a program that
    /// reads between calls would otherwise wait for both.
    static let directGroupCount = 16

    let condition = NSCondition()
    var queue: [Job] = []
    var isClosing = false
    /// Whether a group is being run, by the thread or by a caller.
    var isRunning = false
    /// Whether a caller is assigning places in the log to its records.
    var isSequencing = false
    /// Calls that have returned and are not in the tables yet.
    var backlog = Backlog()
    /// What the next call continues from, if the last one returned before the tables had it.
    var answeredEnd: WriterState?
    /// How many calls callers have run since one of them yielded.
    var callsInARow = 0
    /// How many calls the last group had.
    private var lastGroupCount = 1
    /// Those that the thread has taken; it releases them before it lets them return.
    private var taken: [Job] = []

    var failure: StorageError?
    /// If there are pending calls, the transaction that has them.
    var openGroup: GroupWriter?
    var journal: Journal?
    var pendingCost = 0
    var pendingByteCount = 0
    var pendingSince = ContinuousClock.now
    /// The end of the log, including the calls that have returned.
    var pendingHead = LogHead()
    var directGroupsLeft = 0
    /// Whether calls have returned that LMDB has not committed.
    let hasPending = Atomic<Bool>(false)

    // Released when the thread ends: whoever closes a store may open its folder again at once.
    var environment: Environment?
    let folder: String
    let durability: Durability
    private let patienceSeconds: Double
    /// How long a call may be in the journal alone.
    let pendingAgeMax: Duration
    /// The length from which on the journal starts over before more calls return from it.
    let journalByteCountMax: Int
    let clock: @Sendable () -> Timestamp
    let salts: SaltSource
    let people = KnownPeople()
    private let publish: @Sendable (WriterState) -> Void
    var state: WriterState { didSet { signal.send() } }
    let signal: LogSignal
    private let ending = EndOfWriting()

    init(
        environment: Environment,
        folder: String,
        state: WriterState,
        durability: Durability,
        patienceSeconds: Double,
        pendingAgeMax: Duration,
        journalByteCountMax: Int,
        clock: @escaping @Sendable () -> Timestamp,
        random: @escaping @Sendable (Int) -> [UInt8],
        signal: LogSignal,
        publish: @escaping @Sendable (WriterState) -> Void
    ) {
        self.environment = environment
        self.folder = folder
        self.state = state
        self.durability = durability
        self.patienceSeconds = patienceSeconds
        self.pendingAgeMax = pendingAgeMax
        self.journalByteCountMax = journalByteCountMax
        self.clock = clock
        self.signal = signal
        self.publish = publish
        salts = SaltSource(random)
        let thread = Thread { [self] in
            // Linux loses a name that is set before the thread runs.
            Thread.current.name = "annals writer"
            CallScope.inside(self, .writing) { run() }
            ending.reach()
        }
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Lets a call wait for its turn.
    func enqueue(_ job: Job) {
        condition.lock()
        let isRefused = isClosing
        if !isRefused {
            queue.append(job)
            condition.signal()
        }
        condition.unlock()
        if isRefused { job.finish(.closed) }
    }

    /// Returns when the waiting calls have run.
    func waitForTurn() async {
        await withCheckedContinuation { continuation in
            enqueue(
                Job(cost: 0, run: { _ in }, finish: { _ in continuation.resume() }, isTurn: true)
            )
        }
    }

    enum RunAtOnce {
        /// It was not run: nothing was done.
        case no
        /// It was run.
        case yes
        /// It was run, and the caller has had the thread for some calls: others may be waiting for
        /// it.
        case yesAndYield
    }

    /// Runs a call on the caller's thread, if no one else calls and nothing waits for the disk.
    func runAtOnce(_ job: Job) -> RunAtOnce {
        guard durability == .onDemand, job.cost < Self.journaledCostMin else { return .no }
        condition.lock()
        // If there are other callers, the thread makes one commit for all of them. An open
        // transaction belongs to the thread.
        let isAlone =
            queue.isEmpty && isIdle && lastGroupCount == 1 && !isClosing && openGroup == nil
        if isAlone { beginRunning() }
        condition.unlock()
        guard isAlone else { return .no }
        let answers = CallScope.inside(self, .writing) { process([job]) }
        condition.lock()
        isRunning = false
        if isClosing || !queue.isEmpty { condition.signal() }
        let yields = mayYield()
        condition.unlock()
        for answer in answers { answer.give() }
        return yields ? .yesAndYield : .yes
    }

    /// Whether a caller who did not have to wait has had the thread for some calls.
    func mayYield() -> Bool {
        callsInARow = (callsInARow + 1) % 8
        return callsInARow == 0
    }

    /// Whether no one is running a group, and nothing that was sequenced is left to write.
    var isIdle: Bool { !isRunning && !isSequencing && backlog.isEmpty && !backlog.isBeingWritten }

    func beginRunning() {
        isRunning = true
        answeredEnd = nil
    }

    /// Returns when LMDB has every call that has returned.
    ///
    /// - Throws: ``StoreError/writerStopped(_:)`` if it could not commit them.
    func settle() async throws(StoreError) {
        guard hasPending.load(ordering: .acquiring) else { return }
        let failure: StoreError? = await withCheckedContinuation { continuation in
            enqueue(
                Job(
                    cost: 1,
                    run: { _ in },
                    finish: { continuation.resume(returning: $0) },
                    settles: true
                )
            )
        }
        guard let failure, hasPending.load(ordering: .acquiring) else { return }
        guard failure == .closed else { throw failure }
        // Whoever closes has LMDB take everything.
        await withCheckedContinuation { continuation in
            ending.whenReached { continuation.resume() }
        }
        if hasPending.load(ordering: .acquiring) { throw failure }
    }

    /// Runs the waiting calls, then ends the thread.
    ///
    /// Later calls are rejected. Returns when the thread has ended, except from within a call,
    /// which the thread may be waiting for: it then ends by itself.
    func close() {
        condition.lock()
        isClosing = true
        condition.signal()
        condition.unlock()
        guard CallScope.current(in: self) == nil else { return }
        ending.semaphore().wait()
    }

    private func run() {
        var lastReaderCheck = Date()
        while let work = next() {
            switch work {
            case .group:
                let answers = processTaken()
                // A call holds its store: its caller should have the last reference.
                taken.removeAll()
                end()
                // Answer only after `isRunning` is cleared, so that an immediate next call can take
                // the fast path.
                for answer in answers { answer.give() }
            case .backlog(let calls): complete(calls)
            }
            if Date().timeIntervalSince(lastReaderCheck) > 60 {
                // Processes that died would otherwise keep old pages forever.
                _ = try? environment?.clearStaleReaders()
                lastReaderCheck = Date()
            }
        }
        _ = process([])
        // After a failure the journal has what LMDB does not.
        if journal != nil, failure == nil { try? Journal.remove(in: folder) }
        openGroup = nil
        environment = nil
    }

    /// Runs the calls that were taken.
    private func processTaken() -> [Answer] {
        let calls = taken.filter { !$0.isTurn }
        let turns = taken.filter(\.isTurn)
        // An empty group commits what is pending; turns alone do not.
        let answers = calls.isEmpty && !turns.isEmpty ? [] : process(calls)
        return answers + [Answer(turns)]
    }

    private enum Work {
        /// Waiting calls, in `taken`; empty if pending ones have waited long enough for others.
        case group
        /// Calls that have returned.
        case backlog([SequencedCall])
    }

    /// The waiting calls, in order and within limits; `nil` at the end.
    private func next() -> Work? {
        condition.lock()
        defer { condition.unlock() }
        while queue.isEmpty || !isIdle {
            if !backlog.isEmpty, !isRunning { return .backlog(backlog.take()) }
            if isClosing, isIdle { return nil }
            if isRunning || isSequencing || openGroup == nil {
                condition.wait()
            } else if !condition.wait(until: Date(timeIntervalSinceNow: patienceSeconds)),
                queue.isEmpty, isIdle, !isClosing
            {
                beginRunning()
                return .group
            }
        }
        beginRunning()
        if durability == .everyCommit {
            taken = [queue.removeFirst()]
            return .group
        }
        // Callers that have just returned are about to call again: a moment's patience lets them
        // share the sync.
        if durability != .onDemand, lastGroupCount > 1, queue.count < lastGroupCount, !isClosing {
            let deadline = Date(timeIntervalSinceNow: 0.000_3)
            while queue.count < lastGroupCount, !isClosing, condition.wait(until: deadline) {}
        }
        var cost = 0
        var count = 0
        while count < queue.count, count == 0 || cost + queue[count].cost <= Self.groupCostMax {
            cost += queue[count].cost
            count += 1
        }
        taken = Array(queue.prefix(count))
        queue.removeFirst(count)
        lastGroupCount = count
        return .group
    }

    func end() {
        condition.lock()
        isRunning = false
        condition.unlock()
    }

    /// The results of calls that were run, without the calls themselves.
    private struct Answer {
        let finish: [@Sendable (StoreError?) -> Void]
        let failure: StoreError?

        init(_ jobs: [Job], failure: StoreError? = nil) {
            finish = jobs.map(\.finish)
            self.failure = failure
        }

        func give() { for finish in finish { finish(failure) } }
    }

    /// Runs calls, together as far as possible.
    ///
    /// - Returns: Their results, to be delivered when no one is running any more.
    private func process(_ all: [Job]) -> [Answer] {
        var group = all
        if openGroup == nil, failure == nil {
            // LMDB has everything already. Whoever waits for that may be reading, and making room
            // for others would wait for the end of that read.
            forgetPending()
            for job in group where job.settles { job.finish(nil) }
            group.removeAll(where: \.settles)
            if group.isEmpty { return [] }
        }
        if let failure { return [Answer(group, failure: .writerStopped(failure))] }
        var failed: StorageError?
        // A full map is enlarged and the group run again: nothing of it was written.
        for attempt in 0..<24 {
            do throws(StorageError) {
                guard let environment else { return [] }
                if openGroup == nil {
                    // No room can be made while it stays open.
                    let later = hasJournal ? Self.pendingCostMax : 0
                    let cost = group.reduce(later) { $0 + $1.cost }
                    try environment.makeRoom(forBytes: (1 << 20) + cost * 4096 << min(attempt, 8))
                }
                try run(group, in: environment)
                failed = nil
                break
            } catch {
                // What the group has seen of its own changes never existed.
                people.forgetAll()
                failed = error
                do throws(StorageError) {
                    if let environment { try recoverPending(in: environment) }
                } catch {
                    // No one must continue reading as if it had never returned: see `settle`.
                    failure = error
                    return [Answer(group, failure: .storage(error))]
                }
                if failed != .mapFull { break }
            }
        }
        if let failed {
            if failed.isDamageMet { return halve(group, failed) }
            // After a failed write nothing is certain except what is on disk (fsyncgate): no
            // success is reported until the store has been reopened.
            failure = failed
            return [Answer(group, failure: .storage(failed))]
        }
        publish(state)
        return [Answer(group)]
    }

    /// Runs a group again that hit damage, in halves, until the call that hits it is alone and
    /// fails by itself.
    ///
    /// Nothing of the group was written: it had an LMDB transaction of its own, which is gone.
    private func halve(_ group: [Job], _ damage: StorageError) -> [Answer] {
        guard group.count > 1 else { return [Answer(group, failure: .storage(damage))] }
        return process(Array(group.prefix(group.count / 2)))
            + process(Array(group.dropFirst(group.count / 2)))
    }

    func groupWriter(in environment: Environment) throws(StorageError) -> GroupWriter {
        try GroupWriter(in: environment, state: state, clock: clock, salts: salts, people: people)
    }

    /// Runs the calls and makes them durable, as the store promises.
    private func run(_ group: [Job], in environment: Environment) throws(StorageError) {
        let mayWait = hasJournal && mayWait(group)
        var writer: GroupWriter
        if let open = openGroup.take() {
            writer = open
        } else {
            writer = try groupWriter(in: environment)
        }
        if !mayWait {
            writer.journalEntry = nil
        } else if writer.journalEntry == nil {
            writer.journalEntry = JournalEntry()
        }
        for job in group {
            do throws(StoreError) {
                try job.run(&writer)
            } catch {
                if case .storage(let error) = error { throw error }
            }
        }
        if mayWait, !writer.hasMoreThanEvents, let journal = try usableJournal() {
            try keepOpen(writer, group, journal)
            return
        }
        let hasErased = writer.hasErased
        if writer.hasChanges {
            state = try writer.commit()
        } else {
            state.unchangedRows = writer.state.unchangedRows
        }
        forgetPending()
        if hasErased { try removeJournal() }
    }
}

/// The end of the writer's thread, and who waits for it.
private final class EndOfWriting: Sendable {
    private struct State {
        var isReached = false
        var waiting: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    func reach() {
        let waiting = state.withLock { state in
            state.isReached = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for body in waiting { body() }
    }

    /// Calls `body` once the end is reached: at once where it is.
    func whenReached(_ body: @escaping @Sendable () -> Void) {
        let isReached = state.withLock { state in
            if !state.isReached { state.waiting.append(body) }
            return state.isReached
        }
        if isReached { body() }
    }

    /// A semaphore that is signalled once, when the end is reached.
    func semaphore() -> DispatchSemaphore {
        let semaphore = DispatchSemaphore(value: 0)
        whenReached { semaphore.signal() }
        return semaphore
    }
}

extension StorageError {
    /// Whether the engine found a row or an entry damaged, or an earlier transaction out of reach,
    /// before anything was written.
    ///
    /// What LMDB itself reports names no table: then it is unknown what is sound.
    fileprivate var isDamageMet: Bool {
        switch self {
        case .corrupted(let corruption): corruption.table != nil
        case .archived, .unsuitableArchive: true
        default: false
        }
    }
}
