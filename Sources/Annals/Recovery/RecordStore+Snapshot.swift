public import AnnalsArchive
internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections

extension RecordStore {
    /// Copies the store, as it is at one moment and without its free pages, into a folder of
    /// snapshots; calls continue in the meantime.
    ///
    /// A snapshot appears when it is complete and on disk, and not before. A store that was opened
    /// for reading can be copied too. If nothing was written since the newest snapshot, that one is
    /// returned.
    ///
    /// - Parameters:
    ///   - folder: Holds the snapshots of this store, each in a folder of its own; created if it is
    ///     missing.
    ///   - progress: Called with how much is copied, on another thread.
    /// - Throws: ``StoreError/interrupted`` if the task was cancelled: no snapshot appears.
    @discardableResult
    public func takeSnapshot(
        in folder: String,
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> StoreSnapshot {
        try await settle()
        return try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try self.takeSnapshot(in: folder, monitor)
        }
    }

    private func takeSnapshot(
        in folder: String,
        _ monitor: LongWork.Monitor
    ) throws(StoreError) -> StoreSnapshot {
        let environment = try published.environment
        return try recovered { () throws(RecoveryError) in
            try SnapshotFolder(writing: folder).add(
                copyOf: environment,
                taken: configuration.clock(),
                progress: { share in callingBack { monitor.report(.copying, share: share) } }
            ) { (copy) throws(RecoveryError) in
                try recovering { () throws(StorageError) in
                    let copy = try SnapshotCopy(opening: copy)
                    let head = try copy.head()
                    return SnapshotFolder.Contents(
                        storeID: copy.storeID,
                        storeFormat: Self.format,
                        head: head,
                        nextEpoch: max(head.epoch, copy.meta.epoch),
                        root: try root(of: copy, head.number, in: environment)
                    )
                }
            }
        }
    }
}

extension RecordStore {
    /// The root of the tree over the first transactions, from its tiles: the copy has the same.
    fileprivate func root(
        of copy: SnapshotCopy,
        _ size: UInt64,
        in environment: Environment
    ) throws(StorageError) -> Digest {
        let (schema, tables) = published.both
        let reader = try ProjectionReader(in: environment, tables: tables, schema: schema)
        var tree = try TreeReader(tables, in: reader.transaction)
        if let root = try tree.root(ofSize: size, in: reader.transaction) { return root }
        return try copy.root()
    }
}

/// A snapshot's file, opened so that nothing is written into its folder.
struct SnapshotCopy {
    let environment: Environment
    let log: Log
    let tree: TreeTable
    let storeID: String
    let meta: RecordStore.Meta

    /// - Parameter archive: The folder of an archive with what had left the log.
    init(opening folder: String, archive: String? = nil) throws(StorageError) {
        var options = Environment.Options()
        options.isReadOnly = true
        options.isUnshared = true
        options.allowsAnyFileSystem = true
        environment = try Environment(path: folder, options: options)
        meta = try RecordStore.readMeta(environment)
        storeID = meta.storeID
        let names = ["meta", Log.tableName, TreeTable.tableName]
        let found = try environment.existingTables(names)
        guard let metaTable = found[0], let log = found[1], let tree = found[2] else {
            throw .missing(names[found.firstIndex(of: nil) ?? 0])
        }
        var earlier: ArchivedLog?
        if let archive { earlier = ArchivedLog(at: archive, of: storeID) }
        self.log = try Log(log, meta: metaTable, in: environment, earlier: earlier)
        try self.log.requireEarlier()
        self.tree = TreeTable(table: tree)
    }

    func head() throws(StorageError) -> LogHead {
        try log.head(in: ReadTransaction(in: environment))
    }

    /// The root of the Merkle tree over the whole log, recomputed from every transaction, and from
    /// the leaves of those that have left the log.
    func root() throws(StorageError) -> Digest {
        let reader = try ReadTransaction(in: environment)
        var frontier = MerkleFrontier()
        for leaf in try tree.leaves(before: log.base.number, in: reader) { frontier.append(leaf) }
        while let transaction = try log.read(frontier.count + 1, in: reader) {
            frontier.append(transaction.digest)
        }
        return frontier.root
    }
}
