/// What a write guarantees once its call has returned.
public enum Durability: String, Sendable, CaseIterable {
    /// Each call is on disk, in an LMDB transaction and with a sync of its own.
    ///
    /// It survives a kill of the process, a crash of the system and a loss of power.
    case everyCommit = "every-commit"
    /// Each call is on disk; calls that wait at the same time share a transaction and a sync.
    ///
    /// The promise is that of ``everyCommit``; many concurrent callers are an order of magnitude
    /// faster.
    case grouped
    /// Each call is on disk, in a journal next to the log; soon LMDB commits it with many others.
    ///
    /// The promise is that of ``everyCommit``, and small calls are several times faster: an LMDB
    /// commit writes every page it has touched. Readers in this process see every call that has
    /// returned. Other processes see it once LMDB has it: when someone in this process reads, when
    /// no call has arrived for 2 ms, or 50 ms later at most.
    case journaled
    /// Each call is with the operating system, which writes whenever it likes or when
    /// ``RecordStore/synchronize()`` is called.
    ///
    /// It survives a kill of the process. A crash of the system or a loss of power before
    /// ``RecordStore/synchronize()`` has returned can leave the store unreadable: use it for loads
    /// that can be repeated.
    ///
    /// A lone caller with a few records runs the call on its own thread instead of waiting for the
    /// writer's: sequential calls are then as fast as they can be. Larger calls are committed to
    /// LMDB together, by way of a journal: other processes see them as late as those of
    /// ``journaled``. Calls of many new records return when the journal has them: if LMDB cannot
    /// commit them after all, the next call or read fails, and so on until the store is reopened.
    case onDemand = "on-demand"
}
