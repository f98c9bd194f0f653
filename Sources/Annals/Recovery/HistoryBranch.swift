public import AnnalsArchive
public import AnnalsLog
public import AnnalsSchema

/// One of the histories of a store that snapshots and archives contain.
///
/// A store has one, until it is restored to an earlier moment and written to from there.
public struct HistoryBranch: Sendable, Hashable {
    /// Where it ends, as far as is known: the position of its last event, the epoch of what
    /// follows, and the digest of its last transaction, by which it is selected.
    public let head: HistoryPoint
    /// The number of its last transaction.
    public let transactions: UInt64
    /// The time of its last transaction.
    public let lastTime: Timestamp
    /// Whether it alone has the highest epoch: the one that continues.
    public let isLiving: Bool
    /// The last transaction that it shares with the living one, or with the first if none is known
    /// to be living; `nil` for that one itself.
    public let forkedAfter: UInt64?
    /// The snapshots on it, oldest first; those from before a fork are on several.
    public let snapshots: [StoreSnapshot]
}

extension StoreSnapshot {
    /// The histories in a folder of snapshots and an archive, the living one first.
    ///
    /// If there is more than one snapshot, the files of those that reach furthest are read and
    /// checked against their manifests.
    public static func branches(
        in folder: String,
        archive: String? = nil
    ) throws(StoreError) -> [HistoryBranch] {
        try recovered { () throws(RecoveryError) in
            try StoreHistories(of: [HistorySource](snapshots: folder, archive: archive)).branches()
        }
    }
}

extension StoreHistories {
    /// A description of them, the living one first.
    func branches() throws(RecoveryError) -> [HistoryBranch] {
        let living = living
        guard let main = living ?? all.first else { return [] }
        var branches: [HistoryBranch] = []
        for history in [main] + all.filter({ $0.head !== main.head }) {
            let isMain = history.head === main.head
            branches.append(
                HistoryBranch(
                    head: history.point,
                    transactions: history.end.number,
                    lastTime: history.end.time,
                    isLiving: isMain && living != nil,
                    forkedAfter: isMain ? nil : try history.fork(from: main),
                    snapshots: history.snapshots
                )
            )
        }
        return branches
    }
}
