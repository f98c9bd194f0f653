public import AnnalsArchive
internal import AnnalsLMDB
public import AnnalsSchema

extension StoreSnapshot {
    /// Removes old snapshots, and from an archive the segments that no restore needs without them.
    ///
    /// Every moment of every history that could be restored before still can be: what to keep is
    /// decided for each history separately, and a segment is removed only if a remaining snapshot
    /// of the archive's own history contains all of it, and none once transactions have left a store's
    /// log for the archive. What is in no history that can be computed stays. The snapshots that are to
    /// vouch for what is removed are first checked against their manifests.
    ///
    /// - Parameters:
    ///   - folder: The folder of the snapshots.
    ///   - archive: The archive of the same store; its segments are left alone if not given.
    ///   - retention: What is kept.
    ///   - now: The time from which the days are counted; the system's if `nil`.
    public static func prune(
        in folder: String,
        archive: String? = nil,
        retention: Retention,
        now: Timestamp? = nil
    ) throws(StoreError) -> RetentionReport {
        try recovered { () throws(RecoveryError) in
            // Neither is created if it is missing.
            guard FileSystem.exists(folder) else { throw .nothing(path: folder) }
            let snapshots = try SnapshotFolder(writing: folder)
            if let archive, !FileSystem.exists(archive) { throw .nothing(path: archive) }
            let archived = try archive.map { (path) throws(RecoveryError) in
                try ArchiveFolder(writing: path)
            }
            let pruning = try Pruning(
                of: folder,
                archived?.archive,
                retention,
                now ?? SystemClock.now()
            )
            try pruning.checkFiles()
            for snapshot in pruning.removed { try snapshots.remove(snapshot) }
            try archived?.removeFirst(pruning.segments)
            return pruning.report
        }
    }
}

/// What to remove, and what to keep.
private struct Pruning {
    private var kept: [StoreSnapshot] = []
    private(set) var removed: [StoreSnapshot] = []
    private(set) var segments: [Segment] = []
    private var unplaced: [StoreSnapshot] = []
    private var keepsOther = false
    /// Those that are to vouch for what is removed.
    private var answering: [StoreSnapshot] = []

    init(
        of folder: String,
        _ archive: Archive?,
        _ retention: Retention,
        _ now: Timestamp
    ) throws(RecoveryError) {
        let hasSegments = archive?.segments.isEmpty == false
        let sources = try [HistorySource](
            snapshots: folder,
            archive: hasSegments ? archive?.path : nil
        )
        let histories = try StoreHistories(of: sources)
        unplaced = histories.all.flatMap(\.unlinked).compactMap(\.snapshot)
        let all = sources.compactMap(\.snapshot).sorted {
            $0.manifest.transactions < $1.manifest.transactions
        }
        var wanted = Set(unplaced)
        for history in histories.all {
            let own = history.snapshots
            let unwanted = Set(retention.unwanted(own, now: now))
            let needed = try Self.needed(own, unwanted, archive, sources)
            wanted.formUnion(needed)
            if let newest = own.last, !unwanted.isEmpty { answering.append(newest) }
        }
        kept = all.filter(wanted.contains)
        removed = all.filter { !wanted.contains($0) }
        if let archive, hasSegments {
            try chooseSegments(of: archive, histories, retention, now)
        }
    }

    /// Those of a history's snapshots that stay.
    private static func needed(
        _ own: [StoreSnapshot],
        _ unwanted: Set<StoreSnapshot>,
        _ archive: Archive?,
        _ sources: [HistorySource]
    ) throws(RecoveryError) -> Set<StoreSnapshot> {
        let kept = own.filter { !unwanted.contains($0) }
        // Nothing is checked if nothing is removed.
        guard !unwanted.isEmpty, let oldest = kept.first else { return Set(own) }
        let source = sources.first { $0.snapshot == oldest }
        let count = try source?.archivedCount() ?? 0
        // What had left the store's log is only in the archive, or in older snapshots.
        if count > 0, archive?.holds(1...count) != true { return Set(own) }
        return Set(kept)
    }

    private mutating func chooseSegments(
        of archive: Archive,
        _ histories: StoreHistories,
        _ retention: Retention,
        _ now: Timestamp
    ) throws(RecoveryError) {
        // A store's log begins later, and the store is given the archive: no snapshot stands for it.
        if archive.isNeeded { return }
        guard let last = archive.segments.last?.header else { return }
        // Of the archive's own history, and linked to it by digests.
        var oldest: StoreSnapshot?
        for snapshot in kept where oldest == nil && !unplaced.contains(snapshot) {
            let number = snapshot.manifest.transactions
            let isSame: Bool
            if number <= last.last {
                isSame = try archive.digest(of: number) == snapshot.manifest.head.digest
            } else {
                let source = histories.sources.first { $0.snapshot == snapshot }
                isSame = try source?.digest(of: last.last) == last.after.digest
            }
            if isSame { oldest = snapshot }
        }
        guard let oldest else {
            keepsOther = true
            return
        }
        let unwanted = retention.unwanted(archive.segments, oldestSnapshot: oldest, now: now)
        if unwanted.isEmpty { return }
        // If transactions had left the log of a remaining snapshot, it needs every segment.
        for source in histories.sources {
            guard let snapshot = source.snapshot, kept.contains(snapshot) else { continue }
            if try source.archivedCount() > 0 { return }
        }
        segments = unwanted
        answering.append(oldest)
    }

    func checkFiles() throws(RecoveryError) {
        for snapshot in Set(answering) { try snapshot.checkFile() }
    }

    var report: RetentionReport {
        RetentionReport(
            kept: kept,
            removed: removed,
            removedSegments: segments.count,
            unplaced: unplaced,
            keepsSegmentsOfAnotherHistory: keepsOther
        )
    }
}
