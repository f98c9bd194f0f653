internal import AnnalsArchive
internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

extension RecordStore {
    /// Creates a store, as it was at a moment, from snapshots and an archive.
    ///
    /// Of the snapshots of the chosen history the newest one that is not beyond the moment is used,
    /// and what is missing is replayed from the archive; either is enough alone, as far as it
    /// reaches. Every digest is recomputed and every transaction checked against its predecessor.
    /// The store is built next to its final place and moved there when it is complete.
    ///
    /// If the sources contain several histories, because the store was restored before and then
    /// written to, the one with the highest epoch is chosen; if that is not unique, and it makes a
    /// difference, the restore is rejected until one is selected.
    ///
    /// What was erased later, in any history in the sources, is withheld: the records are there as
    /// they were, without their values, and the event `withheld` says why. No byte of the values is
    /// in the new file.
    ///
    /// The transactions from then on have a higher epoch. What users have viewed (LastViewedDate)
    /// is not in the log: it is as the snapshot has it. Query locators are lost.
    ///
    /// - Parameters:
    ///   - path: The folder of the new store, which must not exist or be empty.
    ///   - snapshots: A snapshot, or a folder of them.
    ///   - archive: The folder of an archive.
    ///   - point: The moment.
    ///   - branch: The beginning of the digest with which the wanted history ends, at least four
    ///     digits; the living one, if not given.
    ///   - configuration: What the store is created with.
    ///   - progress: Called with how many of how many transactions are done, on another thread.
    /// - Throws: ``StoreError/interrupted`` if the task was cancelled: no store is made.
    public static func restore(
        to path: String,
        snapshots: String? = nil,
        archive: String? = nil,
        point: RestorePoint = .newest,
        branch: String? = nil,
        configuration: Configuration = Configuration(),
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> RestoredStore {
        try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try restore(to: path, snapshots, archive, point, branch, configuration) {
                monitor.report(.log, $0, of: $1)
            }
        }
    }

    private static func restore(
        to path: String,
        _ snapshots: String?,
        _ archive: String?,
        _ point: RestorePoint,
        _ branch: String?,
        _ configuration: Configuration,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool
    ) throws(StoreError) -> RestoredStore {
        try recovered { () throws(RecoveryError) in
            let sources = try [HistorySource](snapshots: snapshots, archive: archive)
            let histories = try StoreHistories(of: sources)
            let history = try histories.chosen(branch, for: point)
            let folder = try recovering { () throws(StorageError) in
                try UnfinishedFolder(for: path)
            }
            let restored: RestoredStore
            do throws(RecoveryError) {
                var restore = try Restore(histories, history, point, to: path, configuration)
                let isRewritten: Bool
                (restored, isRewritten) = try restore.run(in: folder.path, progress)
                try recovering { () throws(StorageError) in
                    let file = folder.path + "/data.mdb"
                    if isRewritten {
                        try FileSystem.move(folder.path + Restore.rewritten, to: file)
                    }
                    try FileSystem.synchronize(file)
                }
            } catch {
                folder.discard()
                throw error
            }
            try recovering { () throws(StorageError) in try folder.finish() }
            return restored
        }
    }
}

/// One restore, into a folder that no one sees yet.
private struct Restore {
    /// The store's file without its free pages, if those may contain removed values.
    static let rewritten = "/data.mdb.rewritten"

    private let histories: StoreHistories
    private let history: StoreHistory
    private let point: RestorePoint
    private let path: String
    private let options: Environment.Options
    private let configuration: RecordStore.Configuration
    /// The number of the last transaction that defined something, if one was replayed.
    private var definitions: UInt64?

    init(
        _ histories: StoreHistories,
        _ history: StoreHistory,
        _ point: RestorePoint,
        to path: String,
        _ configuration: RecordStore.Configuration
    ) throws(RecoveryError) {
        self.histories = histories
        self.history = history
        self.point = point
        self.path = path
        self.configuration = configuration
        var options = configuration.environmentOptions
        options.isReadOnly = false
        options.isUnsynchronized = true
        options.isHeld = true
        self.options = options
        let isInReach =
            switch point {
            case .newest: true
            case .position(let position): position <= history.end.lastPosition
            // What was written after that is unknown.
            case .time(let time): time.wholeSecond <= history.knownUntil
            }
        if !isInReach { throw outOfReach }
    }

    private var outOfReach: RecoveryError {
        .outOfReach(newest: history.end.lastPosition, time: history.end.time)
    }

    private func beforeBeginning() throws(RecoveryError) -> RecoveryError {
        guard let first = try history.transactions(from: 1).first else { return outOfReach }
        return .beforeBeginning(earliest: first.lastPosition, time: first.time)
    }

    /// - Returns: What was created, and whether its file is the one that was rewritten.
    mutating func run(
        in folder: String,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool
    ) throws(RecoveryError) -> (store: RestoredStore, isRewritten: Bool) {
        let base = history.snapshots.last {
            point.isAtOrAfter($0.manifest.lastPosition, $0.manifest.lastTime)
        }
        var replay: Replay
        if let base {
            replay = try begin(with: base, in: folder)
        } else {
            replay = try begin(in: folder)
        }
        try follow(with: &replay, progress)
        if replay.head.number == 0 { throw try beforeBeginning() }
        guard histories.epoch < .max else {
            throw .damaged(file: history.head.path, finding: "its epoch cannot be raised")
        }
        let epoch = histories.epoch + 1
        let created =
            base == nil ? try history.created() ?? Timestamp(milliseconds: 0) : nil
        try recovering { () throws(StorageError) in
            try finish(replay, epoch, since: created)
        }
        let withheld = try withhold(in: replay)
        let isRewritten = replay.tookValues || !withheld.isEmpty
        if isRewritten {
            _ = try recovering { () throws(StorageError) in
                try replay.target.copyCompacted(toFile: folder + Self.rewritten) { _ in true }
            }
        }
        let store = RestoredStore(
            path: path,
            storeID: history.head.storeID,
            transactions: replay.head.number,
            lastPosition: replay.head.lastPosition,
            lastTime: replay.head.time,
            digest: replay.head.digest.description,
            epoch: epoch,
            base: base,
            replayedEvents: replay.eventCount,
            withheld: withheld,
            branches: try histories.branches(),
            restoredBranch: history.point
        )
        return (store, isRewritten)
    }

    /// Withholds what was erased after the moment, or in another history.
    private func withhold(in replay: Replay) throws(RecoveryError) -> [RecordID] {
        let erasures = KnownErasures(
            unlike: replay.tables,
            replay.schema,
            replay.head,
            in: replay.target
        )
        var keys = Set(replay.unexplainedRecords)
        keys.formUnion(try erasures.records(of: histories))
        do throws(StoreError) {
            return try RecordStore.withhold(
                keys.sorted(),
                in: replay.target,
                configuration,
                by: "annals/restore"
            )
        } catch {
            switch error {
            case .recovery(let error): throw error
            case .storage(let error): throw .storage(error)
            default: throw .damaged(file: path, finding: error.description)
            }
        }
    }

    /// Begins with an empty store.
    private func begin(in folder: String) throws(RecoveryError) -> Replay {
        try recovering { () throws(StorageError) in
            try Replay(into: Environment(path: folder, options: options), keepsLog: true)
        }
    }

    /// Begins with a copy of a snapshot, checked against its manifest while it is copied; its log
    /// is read from end to end.
    private func begin(
        with snapshot: StoreSnapshot,
        in folder: String
    ) throws(RecoveryError) -> Replay {
        try snapshot.copyFile(into: folder)
        let environment = try recovering { () throws(StorageError) in
            try Environment(path: folder, options: options)
        }
        let derived: RecordStore.Derived
        let edge: TreeEdge
        do throws(StoreError) {
            derived = try RecordStore.readDerived(environment, earlier: nil)
            edge = try RecordStore.readEdge(environment, derived.tables)
        } catch {
            throw .damaged(file: snapshot.path, finding: error.description)
        }
        let check = try recovering { () throws(StorageError) in
            let reader = try ReadTransaction(in: environment)
            var check = LogCheck(after: derived.tables.log.base)
            while let transaction = try derived.tables.log.read(check.head.number + 1, in: reader) {
                if let finding = check.accept(transaction) {
                    throw .corrupted(Corruption(finding, table: Log.tableName))
                }
            }
            return check
        }
        guard check.head == snapshot.manifest.head else {
            throw .damaged(file: snapshot.path, finding: "its manifest describes another log")
        }
        return Replay(
            continuing: environment,
            tables: derived.tables,
            schema: derived.schema,
            serials: derived.serials,
            edge: edge,
            check: check
        )
    }

    /// Applies what follows, up to the moment.
    private mutating func follow(
        with replay: inout Replay,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool
    ) throws(RecoveryError) {
        while true {
            let number = replay.head.number
            guard progress(number, history.end.number) else { throw .interrupted }
            let known = try history.transactions(from: number + 1)
            if known.isEmpty {
                if history.end.number > number { throw .missing(transaction: number + 1) }
                return
            }
            if let first = known.first, number > 0, first.previousDigest != replay.head.digest {
                throw .forked(path: history.head.path, after: number - 1)
            }
            let wanted = Array(
                known.prefix { point.isAtOrAfter($0.lastPosition, $0.time) }
            )
            for transaction in wanted
            where transaction.events.contains(where: { $0.kind == .defined }) {
                definitions = transaction.number
            }
            do throws(Replay.Failure) {
                try replay.apply(wanted)
            } catch {
                switch error {
                case .storage(let error): throw .storage(error)
                case .interrupted: throw .interrupted
                case .damaged(let finding, let transaction):
                    throw .damaged(
                        file: "transaction \(transaction) of \(history.head.path)",
                        finding: finding
                    )
                }
            }
            if wanted.count < known.count { return }
        }
    }

    /// Writes what is not in the log.
    ///
    /// - Parameter created: Since when the history of a new store is known; `nil` if a snapshot
    ///   contains this.
    private func finish(
        _ replay: Replay,
        _ epoch: UInt32,
        since created: Timestamp?
    ) throws(StorageError) {
        let origin = created.map { StoreOrigin(storeID: history.head.storeID, created: $0) }
        try replay.finish(origin, definitions: definitions, epoch: epoch)
    }
}
