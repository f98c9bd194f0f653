internal import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

/// Snapshots and an archive of one store, from which its log is read as if it were one.
struct RestoreSources {
    let snapshots: [StoreSnapshot]
    let archive: Archive?
    let storeID: String
    /// The log of the newest snapshot, for what the archive does not have.
    private let newestCopy: SnapshotCopy?

    /// - Throws: ``RecoveryError/nothing(path:)``, or what is wrong with what was found.
    init(snapshots folder: String?, archive archivePath: String?) throws(RecoveryError) {
        var snapshots: [StoreSnapshot] = []
        if let folder {
            let found = try SnapshotFolder.list(folder)
            snapshots = found.snapshots
            if snapshots.isEmpty {
                if let damage = found.damaged.first { throw damage }
                throw .nothing(path: folder)
            }
        }
        var archive: Archive?
        if let archivePath {
            archive = try Archive(reading: archivePath)
            if archive?.segments.isEmpty == true { throw .nothing(path: archivePath) }
        }
        guard let storeID = archive?.storeID ?? snapshots.last?.manifest.storeID else {
            throw .nothing(path: folder ?? archivePath ?? "")
        }
        for snapshot in snapshots where snapshot.manifest.storeID != storeID {
            throw .foreignStore(
                path: snapshot.path,
                expected: storeID,
                found: snapshot.manifest.storeID
            )
        }
        self.snapshots = snapshots
        self.archive = archive
        self.storeID = storeID
        newestCopy = nil
    }

    private init(_ other: RestoreSources, newestCopy: SnapshotCopy) {
        (snapshots, archive, storeID) = (other.snapshots, other.archive, other.storeID)
        self.newestCopy = newestCopy
    }

    /// The same, with the newest snapshot's log at hand; its file was held against the manifest.
    func openingNewestSnapshot() throws(RecoveryError) -> RestoreSources {
        guard let newest = snapshots.last else { return self }
        try newest.checkFile()
        let pages = try? PageCheck.walk(file: newest.dataPath)
        guard pages != nil else {
            throw .damaged(file: newest.dataPath, finding: "a page is not what it must be")
        }
        let copy = try recovering { () throws(StorageError) in
            try SnapshotCopy(opening: newest.path)
        }
        return RestoreSources(self, newestCopy: copy)
    }

    /// The newest end of the log that anything tells of.
    var newest: LogHead {
        let archived = archive?.segments.last?.header.after ?? LogHead()
        let copied = snapshots.last?.manifest.head ?? LogHead()
        return archived.number >= copied.number ? archived : copied
    }

    /// The highest epoch that anything tells of.
    var epoch: UInt32 {
        snapshots.map(\.manifest.epoch).reduce(archive?.segments.last?.header.after.epoch ?? 1, max)
    }

    /// The newest snapshot that is not beyond the moment.
    func base(for point: RestorePoint) -> StoreSnapshot? {
        snapshots.last {
            point.isAtOrAfter($0.manifest.lastPosition, $0.manifest.lastTime)
        }
    }

    /// Some of the transactions from `number` on, in their order; none at the end of what is known.
    func transactions(from number: UInt64) throws(RecoveryError) -> [StoredTransaction] {
        if let segment = archive?.segment(holding: number) {
            return Array(
                try segment.transactions().drop { $0.number < number }
            )
        }
        if let copy = newestCopy, number > copy.log.base.number,
            number <= snapshots.last?.manifest.transactions ?? 0
        {
            return try recovering { () throws(StorageError) in
                let reader = try ReadTransaction(in: copy.environment)
                var batch: [StoredTransaction] = []
                var byteCount = 0
                while byteCount < 8 << 20,
                    let transaction = try copy.log.read(number + UInt64(batch.count), in: reader)
                {
                    byteCount += transaction.bytes.count
                    batch.append(transaction)
                }
                return batch
            }
        }
        return []
    }

    /// Whether the newest snapshot has the transaction, but was not opened yet.
    func isInNewestSnapshot(_ number: UInt64) -> Bool {
        newestCopy == nil && number <= snapshots.last?.manifest.transactions ?? 0
    }

    /// Whether a transaction behind `number` is known, though that one is not.
    func isKnown(beyond number: UInt64) -> Bool {
        archive?.gap != nil || newest.number > number
    }

    /// Since when the history is known.
    var created: Timestamp {
        archive?.segments.first?.header.created ?? newestCopy?.meta.created
            ?? Timestamp(milliseconds: 0)
    }
}
