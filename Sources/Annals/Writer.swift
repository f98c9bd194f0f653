internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import Foundation

/// The one who writes: one at a time.
///
/// Calls queue up; the writer's thread takes all that wait, runs them one after the other in one
/// LMDB transaction, commits and syncs once, and answers them all. An LMDB write transaction must
/// begin and end on the same thread, which is why this is no actor: a task may wake on another.
///
/// A caller who comes alone where nobody waits for the disk runs its call itself: handing it to
/// the thread and back would cost more than a call of a few records.
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
    }

    /// Bounds of a group: LMDB transactions stay well below the 512 MiB at which 0.9.24 leaks.
    private static let groupCostMax = 10_000
    private static let threadName = "annals writer"

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

    // Let go of when the thread ends: whoever closes a store may open its folder again at once.
    private var environment: Environment?
    private let durability: Durability
    private let clock: @Sendable () -> Timestamp
    private let salts: SaltSource
    private let people = KnownPeople()
    private let publish: @Sendable (WriterState) -> Void
    private var state: WriterState
    private let ended = DispatchSemaphore(value: 0)

    init(
        environment: Environment,
        state: WriterState,
        durability: Durability,
        clock: @escaping @Sendable () -> Timestamp,
        random: @escaping @Sendable (Int) -> [UInt8],
        publish: @escaping @Sendable (WriterState) -> Void
    ) {
        self.environment = environment
        self.state = state
        self.durability = durability
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
        guard durability == .onDemand else { return .no }
        condition.lock()
        // Where others call as well, the thread makes one commit for all of them.
        let isAlone = queue.isEmpty && !isRunning && lastGroupCount == 1 && !isClosing
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
        if isFirst, Thread.current.name != Self.threadName { ended.wait() }
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
        environment = nil
    }

    /// What waits, in order and within bounds; `nil` at the end.
    private func next() -> [Job]? {
        condition.lock()
        defer { condition.unlock() }
        while queue.isEmpty || isRunning {
            if isClosing, !isRunning { return nil }
            condition.wait()
        }
        isRunning = true
        if durability == .everyCommit { return [queue.removeFirst()] }
        // Callers that were just answered are about to call again: a moment's patience lets them
        // share the sync.
        if lastGroupCount > 1, queue.count < lastGroupCount, !isClosing {
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

    private func process(_ group: [Job]) {
        if let failure {
            for job in group { job.finish(.writerStopped(failure)) }
            return
        }
        var failed: StorageError?
        // A full map is made larger and the group run again: nothing of it was written.
        for attempt in 0..<24 {
            do throws(StorageError) {
                let room = (1 << 20) + group.reduce(0) { $0 + $1.cost } * 4096 << min(attempt, 8)
                guard let environment else { return }
                try environment.makeRoom(forBytes: room)
                state = try commit(group, in: environment)
                failed = nil
                break
            } catch {
                // What the group has seen of itself was never there.
                people.forgetAll()
                failed = error
                if error != .mapFull { break }
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

    private func commit(
        _ group: [Job],
        in environment: Environment
    ) throws(StorageError) -> WriterState {
        var writer = try GroupWriter(
            in: environment,
            state: state,
            clock: clock,
            salts: salts,
            people: people
        )
        for job in group {
            do throws(StoreError) {
                try job.run(&writer)
            } catch {
                if case .storage(let error) = error { throw error }
            }
        }
        guard writer.hasChanges else { return state }
        return try writer.commit()
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
