internal import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// A run of transactions of one history: an archive, or the log of a snapshot.
///
/// The file of a snapshot is opened when more is needed than its manifest contains, after it was
/// verified against the manifest.
final class HistorySource {
    enum Contents {
        case archive(Archive)
        case snapshot(StoreSnapshot)
    }

    let contents: Contents
    /// The number of the transaction before its first; its digest is known as well.
    let start: UInt64
    let end: LogHead
    /// The epoch of the transactions that would follow.
    let nextEpoch: UInt32
    private var copy: SnapshotCopy?
    /// The digests of transactions that have left the snapshot's log.
    private var earlier: [Digest] = []

    init(_ archive: Archive, from first: LogHead, to last: LogHead) {
        contents = .archive(archive)
        (start, end, nextEpoch) = (first.number, last, last.epoch)
    }

    init(_ snapshot: StoreSnapshot) {
        contents = .snapshot(snapshot)
        (start, end) = (0, snapshot.manifest.head)
        nextEpoch = snapshot.manifest.nextEpoch
    }

    var path: String {
        switch contents {
        case .archive(let archive): archive.path
        case .snapshot(let snapshot): snapshot.path
        }
    }

    var storeID: String {
        switch contents {
        case .archive(let archive): archive.storeID ?? ""
        case .snapshot(let snapshot): snapshot.manifest.storeID
        }
    }

    var snapshot: StoreSnapshot? {
        guard case .snapshot(let snapshot) = contents else { return nil }
        return snapshot
    }

    var archive: Archive? {
        guard case .archive(let archive) = contents else { return nil }
        return archive
    }

    /// Up to when its history is known to be complete, if nothing is known to follow it.
    var knownUntil: Timestamp {
        guard let taken = snapshot?.manifest.taken else { return end.time }
        return max(end.time, taken)
    }

    /// How many transactions had left a snapshot's log.
    func archivedCount() throws(RecoveryError) -> UInt64 { try opened()?.log.base.number ?? 0 }

    /// Since when the history is known.
    func created() throws(RecoveryError) -> Timestamp? {
        if let archive { return archive.segments.first?.header.created }
        return try opened()?.meta.created
    }

    /// The digest of a transaction, or `nil` if the source does not reach it.
    func digest(of number: UInt64) throws(RecoveryError) -> Digest? {
        if number == 0 { return .zero }
        if number == end.number { return end.digest }
        guard number >= start, number < end.number else { return nil }
        if let archive { return try archive.digest(of: number) }
        guard let copy = try opened() else { return nil }
        if number <= UInt64(earlier.count) { return earlier[Int(number) - 1] }
        return try recovering { () throws(StorageError) in
            try copy.log.read(number, in: ReadTransaction(in: copy.environment))?.digest
        }
    }

    /// Some of the transactions from `number` on, in order; empty if it does not have that one.
    func transactions(from number: UInt64) throws(RecoveryError) -> [StoredTransaction] {
        guard number > start, number <= end.number else { return [] }
        if let archive {
            guard let segment = archive.segment(holding: number) else { return [] }
            return Array(try segment.transactions().drop { $0.number < number })
        }
        guard let copy = try opened(), number > copy.log.base.number else { return [] }
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

    /// The records whose values were taken by a transaction after `number`, except those created after
    /// it: in another history, their ids belong to other records.
    func recordsWithoutValues(after number: UInt64) throws(RecoveryError) -> Set<RecordKey> {
        var taken: Set<RecordKey> = []
        try visitTransactions(after: number, of: { $0.erasureCount > 0 }) { transaction in
            for event in transaction.events where event.kind.takesValues { taken.insert(event.key) }
        }
        if taken.isEmpty { return taken }
        // Where the creation has left a log for an archive it is not seen, and the record stays.
        try visitTransactions(after: number, of: { _ in true }) { transaction in
            for event in transaction.events where event.kind == .created { taken.remove(event.key) }
        }
        return taken
    }

    /// - Parameter isWanted: Whether a segment of an archive is looked into.
    private func visitTransactions(
        after number: UInt64,
        of isWanted: (SegmentHeader) -> Bool,
        _ body: (StoredTransaction) -> Void
    ) throws(RecoveryError) {
        if let archive {
            for segment in archive.segments
            where segment.header.last > number && isWanted(segment.header) {
                for transaction in try segment.transactions() where transaction.number > number {
                    body(transaction)
                }
            }
            return
        }
        guard let copy = try opened() else { return }
        var next = max(number, copy.log.base.number) + 1
        while true {
            let batch = try transactions(from: next)
            guard let last = batch.last else { return }
            for transaction in batch { body(transaction) }
            next = last.number + 1
        }
    }

    private func opened() throws(RecoveryError) -> SnapshotCopy? {
        if let copy { return copy }
        guard let snapshot else { return nil }
        try snapshot.checkFile()
        guard (try? PageCheck.walk(file: snapshot.dataPath)) != nil else {
            throw .damaged(file: snapshot.dataPath, finding: "a page is invalid")
        }
        let copy = try recovering { () throws(StorageError) in
            let copy = try SnapshotCopy(opening: snapshot.path)
            let reader = try ReadTransaction(in: copy.environment)
            earlier = try copy.tree.leaves(before: copy.log.base.number, in: reader)
            return copy
        }
        self.copy = copy
        return copy
    }
}

extension [HistorySource] {
    /// The contents of a folder of snapshots and of the folder of an archive.
    ///
    /// - Throws: ``RecoveryError/nothing(path:)``, or what is wrong with what was found.
    init(snapshots folder: String?, archive archivePath: String?) throws(RecoveryError) {
        var sources: [HistorySource] = []
        if let archivePath {
            for archive in try ArchiveChains(reading: archivePath).archives {
                guard let first = archive.segments.first?.header,
                    let last = archive.segments.last?.header
                else { continue }
                sources.append(HistorySource(archive, from: first.before, to: last.after))
            }
            if sources.isEmpty { throw .nothing(path: archivePath) }
        }
        if let folder {
            let found = try SnapshotFolder.list(folder)
            // Its contents are unknown: it may be the newest.
            if let damage = found.damaged.first { throw damage }
            if found.snapshots.isEmpty { throw .nothing(path: folder) }
            sources += found.snapshots.map(HistorySource.init)
        }
        guard let storeID = sources.first?.storeID else {
            throw .nothing(path: folder ?? archivePath ?? "")
        }
        for source in sources where source.storeID != storeID {
            throw .foreignStore(path: source.path, expected: storeID, found: source.storeID)
        }
        self = sources
    }
}
