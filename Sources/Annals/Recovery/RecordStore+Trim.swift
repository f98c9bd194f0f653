internal import AnnalsArchive
internal import AnnalsLMDB
public import AnnalsLog
internal import AnnalsProjections
public import AnnalsQuery
public import AnnalsSchema

/// What has left a store's log.
public struct TrimReport: Sendable, Hashable {
    /// How many transactions left with this call.
    public let transactions: UInt64
    /// How many have left in total; the log begins with the next one.
    public let archived: UInt64
    /// The last event of those: the state of the store then and since is available without the
    /// archive.
    public let horizon: Position
    /// When that was.
    public let horizonTime: Timestamp
}

extension RecordStore {
    /// Removes the transactions up to a moment from the log of a store that no one has open, once
    /// an archive has been found to contain them byte for byte.
    ///
    /// Records, recycle bin, proofs and everything after the moment stay. Requests for the time
    /// before fail with ``StorageError/archived(path:position:)``, which names the archive, unless
    /// it is given (``Configuration/archive``). A call that is repeated with an idempotency key of
    /// that time fails in the same way; it is never made twice.
    ///
    /// The newest transactions stay, whatever the moment: those that are in no full tile of the
    /// Merkle tree, up to 256. The file becomes smaller with the next compaction. A crash leaves a
    /// store in which only some of them have been removed, and no other damage.
    ///
    /// - Parameters:
    ///   - path: The folder of the store.
    ///   - moment: The last moment that need not be available without the archive.
    ///   - archive: The folder of an archive of the store, as for ``archive(to:progress:)``.
    ///   - configuration: What the store is opened with.
    ///   - progress: Called with how many of how many transactions were found in the archive, on
    ///     another thread; if the task is cancelled by then, nothing is removed.
    /// - Throws: ``StoreError/trimmedInPart(count:archived:_:)`` if the disk fails, or has no room
    ///   left, when some have been removed already; ``StorageError/storeInUse(path:)`` if any
    ///   process has the store open.
    @discardableResult
    public static func trim(
        at path: String,
        through moment: QueryOptions.Moment,
        archive: String,
        configuration: Configuration = Configuration(),
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> TrimReport {
        try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try trim(at: path, through: moment, archive, configuration) {
                monitor.report(.log, $0, of: $1)
            }
        }
    }

    private static func trim(
        at path: String,
        through moment: QueryOptions.Moment,
        _ archive: String,
        _ configuration: Configuration,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool
    ) throws(StoreError) -> TrimReport {
        var configuration = configuration
        configuration.isReadOnly = false
        let alone = try using(path, .alone(.trimming))
        defer { withExtendedLifetime(alone) {} }
        let environment = try open(path, configuration, isAlone: true)
        let meta = try storing { () throws(StorageError) in try readMeta(environment) }
        if meta.isRebuilding { throw .rebuildInterrupted(path: path) }
        // The erasures themselves may leave the log: then the store would no longer know what not
        // to read from the archive.
        if Archive.isErasing(at: archive) {
            throw .storage(
                .unsuitableArchive(
                    path: FileSystem.absolute(archive),
                    finding: "a run was ended while it removed erased values; run annals archive, "
                        + "then try again"
                )
            )
        }
        let archived = ArchivedLog(at: archive, of: meta.storeID)
        let derived = try readDerived(environment, earlier: archived)
        let trimming = Trimming(
            environment: environment,
            tables: derived.tables,
            archived: archived,
            archivePath: FileSystem.absolute(archive)
        )
        let end = try storing { () throws(StorageError) in
            try derived.tables.log.end(in: ReadTransaction(in: environment))
        }
        // A moment in the future cannot be intended: treated as the end, it would remove
        // everything.
        try refuse(moment, aheadOf: end, now: configuration.clock())
        let before = derived.tables.log.base
        let last = try storing { () throws(StorageError) in try trimming.last(through: moment) }
        var base = before
        if last > before.number {
            let isWhole = try storing { () throws(StorageError) in
                try trimming.compare(through: last, progress)
            }
            guard isWhole else { throw .interrupted }
            try storing { () throws(StorageError) in try Archive.markNeeded(at: archive) }
            base = try trimming.run(through: last)
        }
        return TrimReport(
            transactions: base.number - before.number,
            archived: base.number,
            horizon: base.lastPosition,
            horizonTime: base.time
        )
    }
}

/// Transactions that are being removed from a log.
private struct Trimming {
    let environment: Environment
    let tables: StoreTables
    let archived: ArchivedLog
    let archivePath: String

    /// Of the log, in one LMDB transaction.
    private static let batchBytes = 1 << 20

    /// The last transaction that may leave.
    func last(through moment: QueryOptions.Moment) throws(StorageError) -> UInt64 {
        let log = tables.log
        let reader = try ReadTransaction(in: environment)
        let behind =
            switch moment {
            case .position(let position): try log.number(after: position, in: reader)
            case .time(let time): try log.number(after: time, in: reader)
            }
        let count = try log.end(in: reader).number
        // Later leaves come from the log itself, and the last transaction shows where it ends.
        let tiles = TreeEdge.fullTiles(of: count, level: 0) * UInt64(TreeTile.width)
        return min(behind - 1, tiles, count - min(count, 1))
    }

    /// Compares the archive with the log, byte for byte.
    ///
    /// - Returns: `false` if it was interrupted.
    func compare(
        through last: UInt64,
        _ progress: (UInt64, UInt64) -> Bool
    ) throws(StorageError) -> Bool {
        let log = tables.log
        let count = last - log.base.number
        var done: UInt64 = 0
        while done < count {
            guard progress(done, count) else { return false }
            let reader = try ReadTransaction(in: environment)
            for _ in 0..<min(5000, count - done) {
                done += 1
                let number = log.base.number + done
                guard let own = try log.read(number, in: reader) else {
                    throw .corrupted(
                        Corruption("transaction numbers have a gap", table: Log.tableName)
                    )
                }
                guard try archived.transaction(number).bytes == own.bytes else {
                    throw .unsuitableArchive(
                        path: archivePath,
                        finding:
                            "transaction \(number) is not as in the store; run annals archive, "
                            + "then try again"
                    )
                }
            }
        }
        return progress(count, count)
    }

    /// Removes them, some at a time; the base advances with them.
    ///
    /// - Throws: ``StoreError/trimmedInPart(count:archived:_:)`` if some had been removed before it
    ///   failed.
    func run(through last: UInt64) throws(StoreError) -> LogHead {
        let before = tables.log.base
        var base = before
        do throws(StorageError) {
            while base.number < last { base = try runBatch(after: base, through: last) }
            try environment.synchronize()
        } catch {
            let count = base.number - before.number
            guard count > 0 else { throw .storage(error) }
            throw .trimmedInPart(count: count, archived: base.number, error)
        }
        return base
    }

    /// - Returns: The last one removed.
    private func runBatch(
        after first: LogHead,
        through last: UInt64
    ) throws(StorageError) -> LogHead {
        let log = tables.log
        var base = first
        try environment.makeRoom(forBytes: 64 << 20)
        var writer = try WriteTransaction(in: environment)
        var byteCount = 0
        repeat {
            let number = base.number + 1
            guard let stored = try log.read(number, in: writer) else {
                throw .corrupted(
                    Corruption("transaction numbers have a gap", table: Log.tableName)
                )
            }
            try log.remove(number, from: &writer)
            base = LogHead(stored)
            byteCount += stored.bytes.count
        } while base.number < last && byteCount < Self.batchBytes
        let entry = LogBase(base, archive: archivePath)
        try writer.put(entry.bytes, forMeta: LogBase.metaKey, in: tables.meta)
        try writer.commit()
        return base
    }
}
