/// What is true of a write when its call returns.
public enum Durability: String, Sendable, CaseIterable {
    /// Each call is on the disk, in an LMDB transaction and with a sync of its own.
    ///
    /// It survives a kill of the process, a crash of the system and a loss of power.
    case everyCommit = "every-commit"
    /// Each call is on the disk; calls that wait at the same time share a transaction and a sync.
    ///
    /// The promise is that of ``everyCommit``; many callers at once are an order of magnitude
    /// faster.
    case grouped
    /// Each call is on the disk, in a journal beside the log; LMDB has it with many others, soon.
    ///
    /// The promise is that of ``everyCommit``, and small calls are several times faster: an LMDB
    /// commit writes every page it has touched. Whoever reads in this process sees every call that
    /// was answered. Other processes see it once LMDB has it: when somebody here reads, when no
    /// call came for 2 ms, or 50 ms later at most.
    case journaled
    /// Each call is with the operating system, which writes when it likes or when
    /// ``RecordStore/synchronize()`` is called.
    ///
    /// It survives a kill of the process. A crash of the system or a loss of power before
    /// ``RecordStore/synchronize()`` has returned can leave the store unreadable: use it for loads
    /// that can be done again.
    ///
    /// A caller who calls alone with a few records runs the call on its own thread instead of
    /// waiting for the writer's: calls one after the other are then as fast as they can be. Larger
    /// calls go to LMDB together, by way of a journal: other processes see them as late as those of
    /// ``journaled``. Many new records are answered when the journal has them: where LMDB cannot take
    /// them after all, the next call or read fails, and so on until the store is opened again.
    case onDemand = "on-demand"
}
