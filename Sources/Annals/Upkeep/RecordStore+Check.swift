internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections

extension RecordStore {
    /// Locks the store for shared use, which includes reading it without LMDB, or for work that
    /// needs it exclusively.
    static func using(
        _ path: String,
        _ kind: UseLock.Kind = .shared
    ) throws(StoreError) -> UseLock {
        try storing { () throws(StorageError) in
            guard try FileSystem.isThere(path + "/data.mdb") else {
                throw .notAStore(path: path, finding: "there is no data.mdb")
            }
        }
        if kind != .shared { try refuseSnapshot(path) }
        return try storing { () throws(StorageError) in try UseLock(path, kind) }
    }

    /// Replays the log into a scratch store and compares every derived table with the replay, byte
    /// by byte.
    ///
    /// Finds any altered byte of the log, and any row and any index entry that does not follow from
    /// the log. Needs about as much disk space as the derived tables.
    ///
    /// - Parameters:
    ///   - scratch: A folder for the replay, which must not exist; removed at the end.
    ///   - progress: Called with how many of how many transactions have been replayed, then with
    ///     how many of how many entries have been compared, on another thread.
    /// - Throws: ``StoreError/interrupted`` if the task was cancelled.
    public func check(
        scratch: String,
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> CheckReport {
        try await settle()
        return try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try Self.check(
                self.published.environment,
                self.published.both.1.log,
                scratch,
                { done, total in self.callingBack { monitor.report(.log, done, of: total) } },
                { done, total in self.callingBack { monitor.report(.tables, done, of: total) } }
            ) { _ in
                // Not reopened: the writer may be about to create some.
                self.published.both.1.derived
            }
        }
    }

    /// Checks a store that no one in this process has open, as ``check(scratch:progress:)``.
    ///
    /// A store that cannot be opened because a derived table is missing or unreadable can be
    /// checked in this way: that is then a finding.
    ///
    /// - Parameters:
    ///   - path: The folder of the store.
    ///   - configuration: What the store is opened with; it is only read.
    ///   - scratch: As for ``check(scratch:progress:)``.
    ///   - progress: As for ``check(scratch:progress:)``.
    public static func check(
        at path: String,
        configuration: Configuration = Configuration(),
        scratch: String,
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> CheckReport {
        try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try check(at: path, configuration, scratch, monitor)
        }
    }

    private static func check(
        at path: String,
        _ configuration: Configuration,
        _ scratch: String,
        _ monitor: LongWork.Monitor
    ) throws(StoreError) -> CheckReport {
        var configuration = configuration
        configuration.isReadOnly = true
        let use = try using(path)
        defer { withExtendedLifetime(use) {} }
        let given = try recoverJournal(beforeExamining: path, configuration)
        let environment = try open(path, configuration, recovers: false)
        let meta = try storing { () throws(StorageError) in try readMeta(environment) }
        if meta.isRebuilding { throw .rebuildInterrupted(path: path) }
        let log = try readLog(environment, earlier: try configuration.earlier(of: meta))
        var report = try check(environment, log, scratch, monitor)
        report.transactionsFromJournal = given
        return report
    }

    /// Checks a store that no one writes to.
    static func check(
        _ environment: Environment,
        _ log: Log,
        _ scratch: String,
        _ monitor: LongWork.Monitor
    ) throws(StoreError) -> CheckReport {
        try check(
            environment,
            log,
            scratch,
            { monitor.report(.log, $0, of: $1) },
            { monitor.report(.tables, $0, of: $1) }
        ) { (names) throws(StorageError) in
            try environment.existingTables(names).compactMap { $0 }
        }
    }

    /// - Parameter tables: The tables with these names, if they exist.
    private static func check(
        _ environment: Environment,
        _ log: Log,
        _ scratch: String,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool,
        _ comparing: (_ done: UInt64, _ of: UInt64) -> Bool,
        tables: ([String]) throws(StorageError) -> [Table]
    ) throws(StoreError) -> CheckReport {
        let folder = try storing { () throws(StorageError) in try ScratchFolder(at: scratch) }
        // Removed when the replay in it is closed.
        defer { withExtendedLifetime(folder) {} }
        do throws(Replay.Failure) {
            let replay = try replay(environment, log, in: folder, progress)
            let report: CheckReport?
            do throws(StorageError) {
                report = try compare(environment, log, replay, comparing, tables)
            } catch {
                throw .storage(error)
            }
            guard let report else { throw .interrupted }
            return report
        } catch {
            switch error {
            case .storage(let error): throw .storage(error)
            case .interrupted: throw .interrupted
            case .damaged(let finding, let transaction):
                return CheckReport(
                    transactions: transaction - 1,
                    events: 0,
                    tables: 0,
                    entries: 0,
                    leakedPages: 0,
                    findings: ["transaction \(transaction): \(finding)"]
                )
            }
        }
    }

    /// Compares every table that the replay has produced with the store's own.
    ///
    /// Any further table would belong to an object or a field that is not in the log, which the
    /// table `schema` shows.
    ///
    /// - Returns: `nil` if it was interrupted.
    private static func compare(
        _ environment: Environment,
        _ log: Log,
        _ replay: Replay,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool,
        _ tables: ([String]) throws(StorageError) -> [Table]
    ) throws(StorageError) -> CheckReport? {
        let twins = replay.tables.derived
        // Before the view begins: LMDB shows it no table that is opened later.
        let own = Dictionary(
            try tables(twins.map(\.name)).map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let reader = try ReadTransaction(in: environment)
        let replayed = try ReadTransaction(in: replay.target)
        var report = CheckReport(
            transactions: replay.head.number,
            events: replay.eventCount,
            tables: 0,
            entries: 0,
            leakedPages: 0,
            findings: []
        )
        guard try log.head(in: reader) == replay.head else {
            report.isInconclusive = true
            report.findings.append("the log grew while it was checked: check again")
            return report
        }
        var (done, total): (UInt64, UInt64) = (0, 0)
        for twin in twins { total += UInt64(try replayed.count(of: twin)) }
        for twin in twins {
            guard let table = own[twin.name] else {
                report.findings.append("every entry is missing in table \(twin.name)")
                continue
            }
            report.tables += 1
            report.entries += try reader.count(of: table)
            let outcome = try TableComparison.compare(table, in: reader, twin, in: replayed) {
                progress(min(done + $0, total), total)
            }
            switch outcome {
            case .same: break
            case .different(let difference): report.findings.append(difference.description)
            case .interrupted: return nil
            }
            done += UInt64(try replayed.count(of: twin))
        }
        _ = progress(total, total)
        return report
    }

    /// Replays the log into an environment of its own.
    static func replay(
        _ environment: Environment,
        _ log: Log,
        in scratch: ScratchFolder,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool
    ) throws(Replay.Failure) -> Replay {
        var replay: Replay
        do throws(StorageError) {
            var options = Environment.Options()
            options.isUnsynchronized = true
            options.allowsAnyFileSystem = true
            options.isHeld = true
            replay = try Replay(into: try Environment(path: scratch.path, options: options))
        } catch {
            throw .storage(error)
        }
        try replay.run(from: environment, log, progress: progress)
        return replay
    }
}
