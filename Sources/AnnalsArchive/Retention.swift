internal import AnnalsLog
package import AnnalsSchema

/// Which snapshots are kept, and how far back the archive is.
public struct Retention: Sendable, Hashable {
    /// This many of the newest snapshots are kept, whatever their age; at least one.
    package var count: Int
    /// Snapshots and segments that are younger are kept, however many there are.
    package var days: Int

    /// Keeps the newest `count` snapshots, and all that are younger than `days` days.
    public init(count: Int, days: Int) {
        self.count = count
        self.days = days
    }

    package func horizon(_ now: Timestamp) -> Timestamp {
        let (span, isTooLong) = Int64(clamping: days).multipliedReportingOverflow(by: 86_400_000)
        let (time, isBeyond) = now.milliseconds.subtractingReportingOverflow(span)
        return Timestamp(milliseconds: isTooLong || isBeyond ? .min : time)
    }

    /// The snapshots of one history, oldest first, that may be removed.
    package func unwanted(_ snapshots: [StoreSnapshot], now: Timestamp) -> [StoreSnapshot] {
        snapshots.dropLast(max(1, count)).filter { $0.manifest.taken < horizon(now) }
    }

    /// The segments that may be removed.
    ///
    /// All their transactions are old, and in the oldest snapshot of the same history that is kept.
    /// The last one stays, since the next one follows it.
    package func unwanted(
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

/// What was removed, or would be.
public struct RetentionReport: Sendable, Hashable {
    /// The snapshots that remain.
    public let kept: [StoreSnapshot]
    /// The snapshots that were removed.
    public let removed: [StoreSnapshot]
    /// How many segments of the archive were removed.
    public let removedSegments: Int
    /// Of those that are kept, snapshots that are in no history that could be computed: the reason
    /// why they are kept.
    public let unplaced: [StoreSnapshot]
    /// Whether segments stay because no remaining snapshot is of the archive's history.
    public let keepsSegmentsOfAnotherHistory: Bool

    package init(
        kept: [StoreSnapshot],
        removed: [StoreSnapshot],
        removedSegments: Int,
        unplaced: [StoreSnapshot],
        keepsSegmentsOfAnotherHistory: Bool
    ) {
        self.kept = kept
        self.removed = removed
        self.removedSegments = removedSegments
        self.unplaced = unplaced
        self.keepsSegmentsOfAnotherHistory = keepsSegmentsOfAnotherHistory
    }
}
