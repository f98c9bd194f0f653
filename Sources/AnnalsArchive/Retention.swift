internal import AnnalsLMDB
internal import AnnalsLog
package import AnnalsSchema

/// Which snapshots are kept, and how far back the archive is.
public struct Retention: Sendable, Hashable {
    /// So many of the newest snapshots are kept, whatever their age; one at least.
    public var count: Int
    /// Snapshots and segments that are younger are kept, however many there are.
    public var days: Int

    public init(count: Int, days: Int) {
        self.count = count
        self.days = days
    }

    func horizon(_ now: Timestamp) -> Timestamp {
        Timestamp(milliseconds: now.milliseconds - Int64(clamping: days) * 86_400_000)
    }

    /// Those of `snapshots`, oldest first, that may go.
    func unwanted(_ snapshots: [StoreSnapshot], now: Timestamp) -> [StoreSnapshot] {
        snapshots.dropLast(max(1, count)).filter { $0.manifest.taken < horizon(now) }
    }

    /// The segments that may go.
    ///
    /// Every transaction of theirs is old, and in the oldest snapshot that is kept. The last stays,
    /// since the next follows it.
    func unwanted(
        _ segments: [Segment],
        oldestSnapshot snapshot: StoreSnapshot,
        now: Timestamp
    ) -> [Segment] {
        Array(
            segments.dropLast().prefix {
                $0.header.last <= snapshot.manifest.transactions
                    && $0.header.after.time < horizon(now)
            }
        )
    }
}

/// What was, or is to be, removed.
public struct RetentionReport: Sendable, Hashable {
    public let kept: [StoreSnapshot]
    public let removed: [StoreSnapshot]
    public let removedSegments: Int
}

extension SnapshotFolder {
    /// Removes what the retention does not keep, after the snapshots that are to answer for it were
    /// held against their manifests.
    ///
    /// Every moment that could be restored still can: a snapshot holds the whole log up to its own
    /// moment, and a segment goes only where a snapshot that stays holds all of it. Where transactions
    /// had left the log before the oldest of those was taken, every segment stays, and older
    /// snapshots go only where the archive holds all that had left.
    ///
    /// - Parameters:
    ///   - archived: How many transactions had left the log of a snapshot.
    ///   - isSame: Whether the snapshot's log and the segment's are one history.
    package borrowing func prune(
        _ retention: Retention,
        now: Timestamp,
        archive: ArchiveFolder?,
        archived: (StoreSnapshot) throws(RecoveryError) -> UInt64,
        isSame: (StoreSnapshot, Segment) throws(RecoveryError) -> Bool
    ) throws(RecoveryError) -> RetentionReport {
        let (snapshots, damaged) = try Self.list(path)
        if let damage = damaged.first { throw damage }
        guard let newest = snapshots.last else { throw .nothing(path: path) }
        var removed = retention.unwanted(snapshots, now: now)
        var oldest = snapshots.first { !removed.contains($0) } ?? newest
        let archivedCount = try archived(oldest)
        var segments: [Segment] = []
        if archivedCount == 0 {
            if let all = archive?.archive.segments {
                segments = retention.unwanted(all, oldestSnapshot: oldest, now: now)
            }
        } else if archive?.archive.holds(1...archivedCount) != true {
            removed = []
            oldest = snapshots[0]
        }
        let kept = snapshots.filter { !removed.contains($0) }
        if !removed.isEmpty || !segments.isEmpty { try newest.checkFile() }
        if let last = segments.last {
            if oldest != newest { try oldest.checkFile() }
            guard try isSame(oldest, last) else {
                throw .forked(path: last.path, after: 0)
            }
        }
        for snapshot in removed { try remove(snapshot) }
        try archive?.remove(segments)
        return RetentionReport(kept: kept, removed: removed, removedSegments: segments.count)
    }
}
