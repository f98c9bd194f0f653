internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import Foundation
internal import Synchronization

// Calls that are answered when the journal has them, and written to the tables afterwards.

extension Writer {
    /// What came of a call that may be answered ahead.
    enum Ahead {
        /// It was answered; whether its caller has had its thread for some calls.
        case answered([RecordResult], yields: Bool)
        /// Others are in front of it, and it may be tried again when they are done.
        case busy
        /// It has to be run in its turn: nothing was done.
        case no
    }

    /// Whether a call may be answered ahead, as far as the call itself tells.
    func mayAnswerAhead(_ call: PreparedCall, _ context: CallContext) -> Bool {
        durability == .onDemand && call.records.count >= Self.journaledCostMin
            && call.isWhole(context)
    }

    /// Answers a call of many new records as soon as the journal has it, on the caller's thread, where
    /// it needs no look at the tables and nobody waits for the disk.
    ///
    /// The writer's thread makes its rows and writes them, while the caller puts the next call
    /// together: a load has two processors then.
    func sequence(_ call: PreparedCall, _ context: CallContext) -> Ahead {
        condition.lock()
        // Another caller takes a fraction of a millisecond.
        while isSequencing { condition.wait() }
        guard !isRunning, queue.isEmpty, backlog.hasRoom else {
            defer { condition.unlock() }
            return isClosing ? .no : .busy
        }
        guard !isClosing, failure == nil, directGroupsLeft == 0, let journal,
            journal.end < journalByteCountMax
        else {
            condition.unlock()
            return .no
        }
        isSequencing = true
        var end = answeredEnd.take() ?? openEnd()
        condition.unlock()

        let answered = CallScope.inside(self, .writing) {
            answer(call, context, &end, journal)
        }

        condition.lock()
        defer { condition.unlock() }
        isSequencing = false
        answeredEnd = end
        // Other callers wait for it, or the thread.
        condition.broadcast()
        guard let (sequenced, results) = answered else { return .no }
        backlog.append(sequenced)
        return .answered(results, yields: mayYield())
    }

    /// What the next call goes on from where the thread has written all of them.
    private func openEnd() -> WriterState {
        assert(backlog.isEmpty && !backlog.isBeingWritten)
        guard let open = openGroup.take() else { return state }
        let end = open.end
        openGroup = consume open
        return end
    }

    /// Gives the records of the call their places in the log, and the journal the call.
    ///
    /// - Parameter end: What it goes on from; moved behind the call only where it is answered.
    private func answer(
        _ call: PreparedCall,
        _ context: CallContext,
        _ end: inout WriterState,
        _ journal: Journal
    ) -> (SequencedCall, [RecordResult])? {
        guard call.needsNoTables(context, end, people) else { return nil }
        var next = end
        do {
            let answer = try next.sequence(call, context, now: clock, salts)
            var entry = JournalEntry()
            entry.append(answer.0.finished)
            try journal.append(&entry)
            end = next
            pendingHead = next.head
            hasPending.store(true, ordering: .releasing)
            return answer
        } catch {
            // It is told to who runs the call in its turn, should it still be so.
            return nil
        }
    }

    /// Writes calls that were answered, together, to the LMDB transaction that is open, and commits
    /// that where it has become large or old.
    func complete(_ calls: [SequencedCall]) {
        do throws(StorageError) {
            try write(calls)
        } catch {
            recover(error)
        }
        condition.lock()
        backlog.isBeingWritten = false
        isRunning = false
        if openGroup == nil, isIdle, failure == nil { forgetPending() }
        condition.unlock()
    }

    private func write(_ calls: [SequencedCall]) throws(StorageError) {
        guard let environment else { return }
        var writer: GroupWriter
        if let open = openGroup.take() {
            writer = open
        } else {
            let cost = Self.pendingCostMax + Backlog.recordCountMax
            let byteCount = Self.pendingByteCountMax + Backlog.byteCountMax
            try environment.makeRoom(forBytes: (1 << 20) + cost * 4096 + byteCount * 4)
            writer = try groupWriter(in: environment)
        }
        if pendingCost == 0 { pendingSince = .now }
        for call in calls {
            try writer.complete(call)
            pendingCost += call.events.count
            pendingByteCount += call.byteCount
        }
        try writer.projection.flush()
        if pendingCost < Self.pendingCostMax, pendingByteCount < Self.pendingByteCountMax,
            ContinuousClock.now - pendingSince < Self.pendingAgeMax
        {
            openGroup = consume writer
        } else {
            state = try writer.commit()
            (pendingCost, pendingByteCount) = (0, 0)
        }
    }

    /// Has LMDB take from the journal what it could not take as it came, while nobody else does anything.
    private func recover(_ error: StorageError) {
        condition.lock()
        beginRunning()
        while isSequencing { condition.wait() }
        answeredEnd = nil
        // The journal has them.
        backlog.removeAll()
        condition.unlock()
        do throws(StorageError) {
            if let environment { try recoverPending(in: environment) }
            if error != .mapFull { failure = error }
        } catch {
            // Nobody reads on as if it had never been answered: see `settle`.
            failure = error
        }
    }
}

/// Calls that were answered and that the tables do not have.
struct Backlog {
    /// What may wait to be written.
    static let recordCountMax = 10_000
    static let byteCountMax = 8 << 20

    private var calls: [SequencedCall] = []
    private var recordCount = 0
    private var byteCount = 0
    /// Whether some of them were taken and are being written.
    var isBeingWritten = false

    /// Whether none waits.
    var isEmpty: Bool { calls.isEmpty }

    var hasRoom: Bool { recordCount < Self.recordCountMax && byteCount < Self.byteCountMax }

    mutating func append(_ call: SequencedCall) {
        calls.append(call)
        recordCount += call.events.count
        byteCount += call.byteCount
    }

    /// Takes those that wait.
    mutating func take() -> [SequencedCall] {
        let taken = calls
        removeAll()
        isBeingWritten = true
        return taken
    }

    mutating func removeAll() {
        calls = []
        (recordCount, byteCount) = (0, 0)
    }
}
