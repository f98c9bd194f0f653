internal import AnnalsArchive
internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

extension RecordStore {
    /// Makes a store, as it was at a moment, of snapshots and an archive.
    ///
    /// Of the snapshots the newest is taken that is not beyond the moment, and what is missing is
    /// replayed from the archive; either is enough alone, as far as it reaches. Every digest is
    /// computed again and every transaction held against the one before. The store is made beside
    /// its place and moved there when it is whole.
    ///
    /// Its transactions from then on have a higher epoch. What users have looked at
    /// (LastViewedDate) is not in the log: it is as the snapshot has it. Query locators are gone.
    ///
    /// - Parameters:
    ///   - path: The folder of the new store, which must not exist or be empty.
    ///   - snapshots: A snapshot, or a folder of them.
    ///   - archive: The folder of an archive.
    ///   - point: The moment.
    ///   - configuration: What the store is made with.
    ///   - progress: Told how many transactions of how many are done; `false` stops with
    ///     ``StoreError/interrupted``.
    public static func restore(
        to path: String,
        snapshots: String? = nil,
        archive: String? = nil,
        point: RestorePoint = .newest,
        configuration: Configuration = Configuration(),
        progress: (_ done: UInt64, _ of: UInt64) -> Bool = { _, _ in true }
    ) throws(StoreError) -> RestoredStore {
        try recovered { () throws(RecoveryError) in
            let sources = try RestoreSources(snapshots: snapshots, archive: archive)
            let folder = try recovering { () throws(StorageError) in
                try UnfinishedFolder(for: path)
            }
            let restored: RestoredStore
            do throws(RecoveryError) {
                var restore = try Restore(sources, point, to: path, configuration)
                restored = try restore.run(in: folder.path, progress)
                try recovering { () throws(StorageError) in
                    try FileSystem.synchronize(folder.path + "/data.mdb")
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

/// One restore, into a folder that nobody sees yet.
private struct Restore {
    private var sources: RestoreSources
    private let point: RestorePoint
    private let path: String
    private let options: Environment.Options
    private let configuration: RecordStore.Configuration
    /// The number of the last transaction that defined something, where one was replayed.
    private var definitions: UInt64?

    init(
        _ sources: RestoreSources,
        _ point: RestorePoint,
        to path: String,
        _ configuration: RecordStore.Configuration
    ) throws(RecoveryError) {
        self.sources = sources
        self.point = point
        self.path = path
        self.configuration = configuration
        var options = configuration.environmentOptions
        options.isReadOnly = false
        options.isUnsynchronized = true
        options.isHeld = true
        self.options = options
        let newest = sources.newest
        if case .position(let position) = point, position > newest.lastPosition {
            throw outOfReach
        }
    }

    private var outOfReach: RecoveryError {
        .outOfReach(newest: sources.newest.lastPosition, time: sources.newest.time)
    }

    mutating func run(
        in folder: String,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool
    ) throws(RecoveryError) -> RestoredStore {
        let base = sources.base(for: point)
        var replay: Replay
        if let base {
            replay = try begin(with: base, in: folder)
        } else {
            replay = try begin(in: folder)
        }
        try follow(with: &replay, progress)
        if replay.head.number == 0 { throw outOfReach }
        let epoch = sources.epoch + 1
        try recovering { () throws(StorageError) in
            try finish(replay, epoch, isNew: base == nil)
        }
        let refused: [RecordID]
        do throws(StoreError) {
            refused = try RecordStore.eraseAnew(
                replay.recordsToErase,
                in: replay.target,
                configuration,
                by: "annals/restore",
                reason: "erased after the moment that was restored"
            )
        } catch {
            switch error {
            case .recovery(let error): throw error
            case .storage(let error): throw .storage(error)
            default: throw .damaged(file: path, finding: error.description)
            }
        }
        if let record = refused.first { throw .erasedSince(record: record) }
        return RestoredStore(
            path: path,
            storeID: sources.storeID,
            transactions: replay.head.number,
            lastPosition: replay.head.lastPosition,
            lastTime: replay.head.time,
            digest: replay.head.digest.description,
            epoch: epoch,
            base: base,
            replayedEvents: replay.eventCount
        )
    }

    /// Begins with nothing.
    private func begin(in folder: String) throws(RecoveryError) -> Replay {
        try recovering { () throws(StorageError) in
            try Replay(into: Environment(path: folder, options: options), keepsLog: true)
        }
    }

    /// Begins with a copy of a snapshot, held against its manifest while it is copied; its log is
    /// walked from end to end.
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
            throw .damaged(file: snapshot.path, finding: "its manifest tells of another log")
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
            guard progress(number, sources.newest.number) else { throw .interrupted }
            let known = try sources.transactions(from: number + 1)
            if known.isEmpty {
                if sources.isInNewestSnapshot(number + 1) {
                    sources = try sources.openingNewestSnapshot()
                    continue
                }
                if sources.isKnown(beyond: number) { throw .missing(transaction: number + 1) }
                return
            }
            if let first = known.first, number > 0, first.previousDigest != replay.head.digest {
                throw .forked(path: sources.archive?.path ?? path, after: 0)
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
                    throw .damaged(file: source(of: transaction), finding: finding)
                }
            }
            if wanted.count < known.count { return }
        }
    }

    private func source(of transaction: UInt64) -> String {
        "transaction \(transaction) of \(sources.archive?.path ?? sources.snapshots.last?.path ?? path)"
    }

    /// Writes what is not in the log.
    private func finish(
        _ replay: Replay,
        _ epoch: UInt32,
        isNew: Bool
    ) throws(StorageError) {
        if isNew {
            let origin = StoreOrigin(storeID: sources.storeID, created: sources.created)
            try replay.finish(origin, definitions: definitions, epoch: epoch)
        } else {
            try replay.finish(nil, definitions: definitions, epoch: epoch)
        }
    }
}
