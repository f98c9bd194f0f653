internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import Foundation
internal import Synchronization

// Calls that return when the journal has them, and are written to the tables afterwards.

extension Writer {
    /// The outcome of a call that may return early.
    enum Ahead {
        /// It has its results; whether its caller has had its thread for some calls.
        case answered([RecordResult], yields: Bool)
        /// Others are ahead of it, and it may be tried again when they are done.
        case busy
        /// It has to run in its turn: nothing was done.
        case no
    }

    /// Whether a call may return early, judging by the call alone.
    func mayAnswerAhead(_ call: PreparedCall, _ context: CallContext) -> Bool {
        durability == .onDemand && call.records.count >= Self.journaledCostMin
            && call.isWhole(context)
    }

    /// Lets a call of many new records return as soon as the journal has it, on the caller's
    /// thread, if it needs no look at the tables and no one waits for the disk.
    ///
    /// The writer's thread builds its rows and writes them, while the caller prepares the next
    /// call: a load uses two processors then.
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
        // Other callers, or the thread, are waiting for it.
        condition.broadcast()
        guard let (sequenced, results) = answered else { return .no }
        backlog.append(sequenced)
        return .answered(results, yields: mayYield())
    }

    /// What the next call continues from once the thread has written all of them.
    private func openEnd() -> WriterState {
        assert(backlog.isEmpty && !backlog.isBeingWritten)
        guard let open = openGroup.take() else { return state }
        let end = open.end
        openGroup = consume open
        return end
    }

    /// Assigns places in the log to the records of the call, and writes the call to the journal.
    ///
    /// - Parameter end: What it continues from; moved past the call only if it returns early.
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
            signal.send()
            return answer
        } catch {
            // The error is reported when the call runs in its turn, if it persists.
            return nil
        }
    }

    /// Writes calls that have returned, together, to the open LMDB transaction, and commits it if
    /// it has become large or old.
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
            ContinuousClock.now - pendingSince < pendingAgeMax
        {
            openGroup = consume writer
        } else {
            state = try writer.commit()
            (pendingCost, pendingByteCount) = (0, 0)
        }
    }

    /// Applies to LMDB from the journal what it could not take directly, while no one else does
    /// anything.
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
            // No one must continue reading as if it had never returned: see `settle`.
            failure = error
        }
    }
}

/// Calls that have returned and are not in the tables yet.
struct Backlog {
    /// How many records may wait to be written.
    static let recordCountMax = 10_000
    static let byteCountMax = 8 << 20

    private var calls: [SequencedCall] = []
    private var recordCount = 0
    private var byteCount = 0
    /// Whether some of them were taken and are being written.
    var isBeingWritten = false

    /// Whether none is waiting.
    var isEmpty: Bool { calls.isEmpty }

    var hasRoom: Bool { recordCount < Self.recordCountMax && byteCount < Self.byteCountMax }

    mutating func append(_ call: SequencedCall) {
        calls.append(call)
        recordCount += call.events.count
        byteCount += call.byteCount
    }

    /// Takes those that are waiting.
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
