internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import Foundation
internal import Synchronization

/// The one who writes: one at a time.
///
/// Calls queue up; the writer's thread takes all that wait, runs them one after the other in one
/// LMDB transaction, commits and syncs once, and answers them all. An LMDB write transaction must
/// begin and end on the same thread, which is why this is no actor: a task may wake on another.
///
/// With a journal (``Durability/journaled``, and large groups of ``Durability/onDemand``) a group is
/// answered as soon as the journal has it, and its LMDB transaction stays open for the next ones:
/// until somebody reads, until no call comes for a while, or until it is large or old. What fails
/// then is run again from the journal.
///
/// A caller who comes alone with a few records where nobody waits for the disk runs its call itself:
/// handing it to the thread and back would cost more.
///
/// Unchecked: what stands before `failure` is touched with `condition` locked, and all that
/// is below them by whoever has set `isRunning`.
final class Writer: @unchecked Sendable {
    /// A call that waits.
    struct Job {
        /// How many records it may change.
        let cost: Int
        /// Runs the call and keeps what it answers; run again where the group has to be.
        let run: @Sendable (inout GroupWriter) throws(StoreError) -> Void
        /// Answers the caller, with a failure of the group where there is one.
        let finish: @Sendable (StoreError?) -> Void
        /// Whether LMDB has to have everything before it is answered.
        var settles = false
    }

    /// Bounds of a group: LMDB transactions stay well below the 512 MiB at which 0.9.24 leaks.
    private static let groupCostMax = 10_000
    private static let threadName = "annals writer"
    /// From how many records on a group that waits for no disk is better off with the journal than
    /// with a commit of its own.
    private static let journaledCostMin = 20
    /// Bounds of what a journal has and LMDB has not: in records and in time.
    private static let pendingCostMax = 5_000
    private static let pendingAgeMax = Duration.milliseconds(50)
    /// How many groups are committed at once, without the journal, after somebody has read: who
    /// reads between calls would otherwise wait for both.
    private static let directGroupCount = 16

    private let condition = NSCondition()
    private var queue: [Job] = []
    private var isClosing = false
    /// Whether a group is being run, by the thread or by a caller.
    private var isRunning = false
    /// How many calls were run by callers since one of them yielded.
    private var callsInARow = 0
    /// How many calls the last group had.
    private var lastGroupCount = 1

    private var failure: StorageError?
    /// Where there are pending calls, the transaction that has them.
    private var openGroup: GroupWriter?
    private var journal: Journal?
    private var pendingCost = 0
    private var pendingSince = ContinuousClock.now
    /// The end of what was answered.
    private var pendingHead = LogHead()
    private var directGroupsLeft = 0
    /// Whether calls were answered that LMDB has not committed.
    private let hasPending = Atomic<Bool>(false)

    // Let go of when the thread ends: whoever closes a store may open its folder again at once.
    private var environment: Environment?
    private let folder: String
    private let durability: Durability
    private let patienceSeconds: Double
    private let clock: @Sendable () -> Timestamp
    private let salts: SaltSource
    private let people = KnownPeople()
    private let publish: @Sendable (WriterState) -> Void
    private var state: WriterState
    private let ended = DispatchSemaphore(value: 0)

    init(
        environment: Environment,
        folder: String,
        state: WriterState,
        durability: Durability,
        patienceSeconds: Double,
        clock: @escaping @Sendable () -> Timestamp,
        random: @escaping @Sendable (Int) -> [UInt8],
        publish: @escaping @Sendable (WriterState) -> Void
    ) {
        self.environment = environment
        self.folder = folder
        self.state = state
        self.durability = durability
        self.patienceSeconds = patienceSeconds
        self.clock = clock
        self.publish = publish
        salts = SaltSource(random)
        let thread = Thread { [self] in
            run()
            ended.signal()
        }
        thread.name = Self.threadName
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

    enum RunAtOnce {
        /// It was not: nothing was done.
        case no
        /// It was.
        case yes
        /// It was, and the caller has had the thread for some calls: others may wait for it.
        case yesAndYield
    }

    /// Runs a call on the caller's thread, if nobody else calls and nothing waits for the disk.
    func runAtOnce(_ job: Job) -> RunAtOnce {
        guard durability == .onDemand, job.cost < Self.journaledCostMin else { return .no }
        condition.lock()
        // Where others call as well, the thread makes one commit for all of them. A transaction that
        // is open belongs to the thread.
        let isAlone =
            queue.isEmpty && !isRunning && lastGroupCount == 1 && !isClosing && openGroup == nil
        if isAlone { isRunning = true }
        condition.unlock()
        guard isAlone else { return .no }
        process([job])
        condition.lock()
        defer { condition.unlock() }
        isRunning = false
        if isClosing || !queue.isEmpty { condition.signal() }
        callsInARow = (callsInARow + 1) % 8
        return callsInARow == 0 ? .yesAndYield : .yes
    }

    /// Returns when LMDB has every call that was answered.
    ///
    /// - Throws: ``StoreError/writerStopped(_:)`` where it could not take them.
    func settle() throws(StoreError) {
        guard hasPending.load(ordering: .acquiring) else { return }
        let settled = DispatchSemaphore(value: 0)
        let outcome = Mutex<StoreError?>(nil)
        enqueue(
            Job(
                cost: 1,
                run: { _ in },
                finish: { failure in
                    outcome.withLock { $0 = failure }
                    settled.signal()
                },
                settles: true
            )
        )
        settled.wait()
        guard let failure = outcome.withLock({ $0 }), hasPending.load(ordering: .acquiring) else {
            return
        }
        guard failure == .closed else { throw failure }
        // Whoever closes has LMDB take everything.
        ended.wait()
        ended.signal()
        if hasPending.load(ordering: .acquiring) { throw failure }
    }

    /// Runs what waits, then ends the thread.
    ///
    /// Later calls are refused.
    func close() {
        condition.lock()
        let isFirst = !isClosing
        isClosing = true
        condition.signal()
        condition.unlock()
        // A call may hold the last reference to its store, and the thread lets go of calls.
        guard isFirst, Thread.current.name != Self.threadName else { return }
        ended.wait()
        ended.signal()
    }

    private func run() {
        var lastReaderCheck = Date()
        while let group = next() {
            process(group)
            end()
            if Date().timeIntervalSince(lastReaderCheck) > 60 {
                // Processes that died would keep old pages for ever.
                _ = try? environment?.clearStaleReaders()
                lastReaderCheck = Date()
            }
        }
        process([])
        // After a failure the journal has what LMDB has not.
        if journal != nil, failure == nil { try? Journal.remove(in: folder) }
        openGroup = nil
        environment = nil
    }

    /// What waits, in order and within bounds; nothing where pending calls have waited long enough
    /// for others; `nil` at the end.
    private func next() -> [Job]? {
        condition.lock()
        defer { condition.unlock() }
        while queue.isEmpty || isRunning {
            if isClosing, !isRunning { return nil }
            if openGroup == nil {
                condition.wait()
            } else if !condition.wait(until: Date(timeIntervalSinceNow: patienceSeconds)),
                queue.isEmpty, !isClosing
            {
                isRunning = true
                return []
            }
        }
        isRunning = true
        if durability == .everyCommit { return [queue.removeFirst()] }
        // Callers that were just answered are about to call again: a moment's patience lets them
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
        let group = Array(queue.prefix(count))
        queue.removeFirst(count)
        lastGroupCount = count
        return group
    }

    private func end() {
        condition.lock()
        isRunning = false
        condition.unlock()
    }

    private func process(_ all: [Job]) {
        var group = all
        if openGroup == nil, failure == nil {
            // LMDB has everything already. Who waits for that may be reading, and making room for
            // others would wait for its end.
            for job in group where job.settles { job.finish(nil) }
            group.removeAll(where: \.settles)
            if group.isEmpty { return }
        }
        if let failure {
            for job in group { job.finish(.writerStopped(failure)) }
            return
        }
        var failed: StorageError?
        // A full map is made larger and the group run again: nothing of it was written.
        for attempt in 0..<24 {
            do throws(StorageError) {
                guard let environment else { return }
                if openGroup == nil {
                    // While it stays open no room can be made.
                    let later = hasJournal ? Self.pendingCostMax : 0
                    let cost = group.reduce(later) { $0 + $1.cost }
                    try environment.makeRoom(forBytes: (1 << 20) + cost * 4096 << min(attempt, 8))
                }
                try run(group, in: environment)
                failed = nil
                break
            } catch {
                // What the group has seen of itself was never there.
                people.forgetAll()
                failed = error
                do throws(StorageError) {
                    if let environment { try recoverPending(in: environment) }
                } catch {
                    // Nobody reads on as if it had never been answered: see `settle`.
                    failure = error
                    for job in group { job.finish(.storage(error)) }
                    return
                }
                if failed != .mapFull { break }
            }
        }
        if let failed {
            if failed.isDamageMet {
                halve(group, failed)
                return
            }
            // After a failed write nothing is certain but what is on the disk (fsyncgate): no
            // success is told until the store was opened again.
            failure = failed
            for job in group { job.finish(.storage(failed)) }
            return
        }
        publish(state)
        for job in group { job.finish(nil) }
    }

    /// Runs a group again that met damage, in halves, until the call that meets it stands alone and
    /// fails for itself.
    ///
    /// Nothing of the group was written: it had an LMDB transaction of its own, which is gone.
    private func halve(_ group: [Job], _ damage: StorageError) {
        guard group.count > 1 else {
            for job in group { job.finish(.storage(damage)) }
            return
        }
        process(Array(group.prefix(group.count / 2)))
        process(Array(group.dropFirst(group.count / 2)))
    }

    /// Runs the calls and makes them durable, as the store promises.
    private func run(_ group: [Job], in environment: Environment) throws(StorageError) {
        let mayWait = hasJournal && mayWait(group)
        var writer: GroupWriter
        if let open = openGroup.take() {
            writer = open
        } else {
            writer = try GroupWriter(
                in: environment,
                state: state,
                clock: clock,
                salts: salts,
                people: people
            )
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
        if writer.hasChanges { state = try writer.commit() }
        forgetPending()
    }

    // MARK: - The journal

    /// Whether there may be one.
    private var hasJournal: Bool { durability == .journaled || durability == .onDemand }

    /// Whether the group may be answered before LMDB has it.
    private func mayWait(_ group: [Job]) -> Bool {
        if group.contains(where: \.settles) {
            directGroupsLeft = Self.directGroupCount
            return false
        }
        if group.isEmpty { return false }
        if directGroupsLeft > 0 {
            directGroupsLeft -= 1
            return false
        }
        let cost = group.reduce(0) { $0 + $1.cost }
        if durability == .onDemand, cost < Self.journaledCostMin { return false }
        return pendingCost + cost < Self.pendingCostMax
            && (pendingCost == 0 || ContinuousClock.now - pendingSince < Self.pendingAgeMax)
    }

    /// Writes what the group has changed to the journal, and leaves the transaction open.
    private func keepOpen(
        _ writer: consuming GroupWriter,
        _ group: [Job],
        _ journal: Journal
    ) throws(StorageError) {
        if var entry = writer.journalEntry, !entry.isEmpty {
            // An index that is damaged, or a full map, shows here: nobody was told of the group yet.
            try writer.projection.flush()
            writer.journalEntry = nil
            try journal.append(&entry)
            writer.journalEntry = entry
            if pendingCost == 0 { pendingSince = .now }
            pendingCost = group.reduce(pendingCost) { $0 + $1.cost }
            pendingHead = writer.state.head
            hasPending.store(true, ordering: .releasing)
        }
        if pendingCost > 0 { openGroup = consume writer }
    }

    /// The journal; `nil` where the disk has no room for one, and LMDB may still have some.
    private func usableJournal() throws(StorageError) -> Journal? {
        if let journal { return journal }
        do throws(StorageError) {
            journal = try Journal(in: folder, isSynchronized: durability == .journaled)
        } catch .diskFull {
            directGroupsLeft = Self.directGroupCount
        }
        return journal
    }

    /// LMDB has everything.
    private func forgetPending() {
        journal?.restart()
        pendingCost = 0
        hasPending.store(false, ordering: .releasing)
    }

    /// Gives LMDB what the journal has of calls that were answered, and whose transaction is gone.
    private func recoverPending(in environment: Environment) throws(StorageError) {
        guard pendingCost > 0, let journal else { return }
        let pending = try Journal.transactions(in: folder, after: state.head, before: journal.end)
        guard let last = pending.last, LogHead(last) == pendingHead else {
            throw .corrupted(Corruption("the journal does not end with what was answered last"))
        }
        state = try RecordStore.append(pending, to: state, in: environment)
        forgetPending()
    }
}

extension StorageError {
    /// Whether the engine found a row or an entry damaged, or an earlier transaction out of reach,
    /// before anything was written.
    ///
    /// What LMDB itself reports names no table: nobody knows then what is sound.
    fileprivate var isDamageMet: Bool {
        switch self {
        case .corrupted(let corruption): corruption.table != nil
        case .archived, .unsuitableArchive: true
        default: false
        }
    }
}
