public import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsLog
public import AnnalsSchema

extension StoreSnapshot {
    /// Removes old snapshots, and of an archive the segments that no restore needs without them.
    ///
    /// Every moment that could be restored before still can be.
    ///
    /// - Parameters:
    ///   - folder: The folder of the snapshots.
    ///   - archive: The archive of the same store; its segments are left alone if not given.
    ///   - retention: What is kept.
    ///   - now: From when the days are counted.
    public static func prune(
        in folder: String,
        archive: String? = nil,
        retention: Retention,
        now: Timestamp = SystemClock.now()
    ) throws(StoreError) -> RetentionReport {
        try recovered { () throws(RecoveryError) in
            // Neither is made where it is missing.
            guard FileSystem.exists(folder) else { throw .nothing(path: folder) }
            let snapshots = try SnapshotFolder(writing: folder)
            guard let archive else {
                return try snapshots.prune(
                    retention,
                    now: now,
                    archive: nil,
                    archived: archivedCount
                ) { _, _ in true }
            }
            guard FileSystem.exists(archive) else { throw .nothing(path: archive) }
            return try snapshots.prune(
                retention,
                now: now,
                archive: try ArchiveFolder(writing: archive),
                archived: archivedCount
            ) { (snapshot, segment) throws(RecoveryError) in
                try recovering { () throws(StorageError) in
                    let copy = try SnapshotCopy(opening: snapshot.path)
                    let reader = try ReadTransaction(in: copy.environment)
                    let twin = try copy.log.read(segment.header.last, in: reader)
                    return twin?.digest == segment.header.after.digest
                }
            }
        }
    }

    private static func archivedCount(
        of snapshot: StoreSnapshot
    ) throws(RecoveryError) -> UInt64 {
        try recovering { () throws(StorageError) in
            try SnapshotCopy(opening: snapshot.path).log.base.number
        }
    }
}
