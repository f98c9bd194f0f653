public import AnnalsArchive
public import AnnalsLog
public import AnnalsSchema

/// The result of a restore.
public struct RestoredStore: Sendable, Hashable {
    /// The folder of the new store.
    public let path: String
    /// The identity, that of the store it was restored from.
    public let storeID: String
    /// How many transactions it has.
    public let transactions: UInt64
    /// The last event at the moment that was restored.
    public let lastPosition: Position
    /// The time of its last transaction.
    public let lastTime: Timestamp
    /// The digest of the last transaction: it covers everything before it.
    public let digest: String
    /// The epoch of the transactions that will follow: the history forks here, and consumers can
    /// notice this by it.
    public let epoch: UInt32
    /// The snapshot that it began with, or `nil` if the whole log was replayed.
    public let base: StoreSnapshot?
    /// Events that were replayed on top of it.
    public let replayedEvents: Int
    /// Records whose values were erased after the moment, or in another history, and are withheld:
    /// the events that record this follow ``lastPosition``.
    public let withheld: [RecordID]
    /// The histories in the sources, the living one first.
    public let branches: [HistoryBranch]
    /// Where the history ends that it is a part of.
    public let restoredBranch: HistoryPoint
}
