internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import Synchronization

// Groups whose calls return when the journal has them.

extension Writer {
    /// Whether there may be one.
    var hasJournal: Bool { durability == .journaled || durability == .onDemand }

    /// Whether the group's calls may return before LMDB has them.
    func mayWait(_ group: [Job]) -> Bool {
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
        if let journal, journal.end >= journalByteCountMax { return false }
        return pendingCost + cost < Self.pendingCostMax
            && (pendingCost == 0 || ContinuousClock.now - pendingSince < pendingAgeMax)
    }

    /// Writes what the group has changed to the journal, and leaves the transaction open.
    func keepOpen(
        _ writer: consuming GroupWriter,
        _ group: [Job],
        _ journal: Journal
    ) throws(StorageError) {
        if var entry = writer.journalEntry, !entry.isEmpty {
            // A damaged index, or a full map, shows here: no call of the group has returned yet.
            try writer.projection.flush()
            writer.journalEntry = nil
            try journal.append(&entry)
            writer.journalEntry = entry
            if pendingCost == 0 { pendingSince = .now }
            pendingCost = group.reduce(pendingCost) { $0 + $1.cost }
            pendingHead = writer.state.head
            hasPending.store(true, ordering: .releasing)
            signal.send()
        }
        if pendingCost > 0 { openGroup = consume writer }
    }

    /// The journal; `nil` if the disk has no room for one, and LMDB may still have some.
    func usableJournal() throws(StorageError) -> Journal? {
        if let journal { return journal }
        do throws(StorageError) {
            journal = try Journal(in: folder, isSynchronized: durability == .journaled)
        } catch .diskFull {
            directGroupsLeft = Self.directGroupCount
        }
        return journal
    }

    /// Removes what earlier rounds have left of erased values; the next call that needs a journal
    /// creates one.
    func removeJournal() throws(StorageError) {
        guard journal != nil else { return }
        journal = nil
        try Journal.remove(in: folder)
    }

    /// LMDB has everything.
    func forgetPending() {
        journal?.restart()
        (pendingCost, pendingByteCount) = (0, 0)
        hasPending.store(false, ordering: .releasing)
    }

    /// Applies to LMDB the calls in the journal that have returned, and whose transaction is gone.
    func recoverPending(in environment: Environment) throws(StorageError) {
        guard hasPending.load(ordering: .acquiring), let journal else { return }
        let pending = try Journal.transactions(in: folder, after: state.head, before: journal.end)
        guard let last = pending.last, LogHead(last) == pendingHead else {
            throw .corrupted(Corruption("the journal does not end with what was answered last"))
        }
        state = try RecordStore.append(pending, to: state, in: environment)
        forgetPending()
    }
}
