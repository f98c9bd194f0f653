internal import AnnalsBytes
internal import AnnalsLMDB
public import AnnalsLog
internal import AnnalsProjections
public import AnnalsSchema

/// What a verification found.
public struct VerifyReport: Sendable, Hashable {
    /// Something that is wrong, and where.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        /// What is wrong, without values.
        public let finding: String
        /// The number of the transaction, if it is known.
        public let transaction: UInt64?
        /// The event, if it is known.
        public let position: Position?
        /// The record, if it is known.
        public let record: RecordID?
        /// The table, if it is one that is wrong.
        public let table: String?
        /// Of the table's entry, in hexadecimal digits.
        public let key: String?

        /// The finding after its place.
        public var description: String {
            let place = [
                transaction.map { "transaction \($0)" }, position.map { "event \($0)" },
                record.map { "record \($0)" }, table.map { "table \($0)" },
                key.map { "key \($0)" },
            ]
            let places = place.compactMap(\.self).joined(separator: ", ")
            return places.isEmpty ? finding : "\(places): \(finding)"
        }
    }

    /// How many transactions were read.
    public let transactions: UInt64
    /// How many events were read.
    public let events: Int
    /// Tables that were checked against the log.
    public let tables: Int
    /// Entries of those tables.
    public let entries: Int
    /// Pages of the file that belong to nothing; they cost space, not data.
    public let leakedPages: UInt64
    /// How many transactions have left the log for an archive that was not given: for what has not
    /// changed since them, only checksums and the consistency of the tables were verified.
    public let unreadTransactions: UInt64
    /// The root of the Merkle tree over all transactions, 64 hexadecimal digits.
    public let root: String
    /// What is wrong; empty if the store is correct.
    public let findings: [Finding]
    /// What is not damage, but should be known.
    public let remarks: [String]
    /// The store changed while it was being verified: the result is unknown, verify again.
    public let isInconclusive: Bool
    /// How many transactions were first applied to the store, from a journal that a crash had left.
    public internal(set) var transactionsFromJournal = 0

    /// Whether nothing is wrong, and the report is conclusive.
    public var isClean: Bool { findings.isEmpty && !isInconclusive }
}

extension RecordStore {
    /// Verifies the open store, as ``verify(at:configuration:against:memoryBytes:progress:)``;
    /// calls continue in the meantime, and if one writes the report is inconclusive.
    public func verify(
        against checkpoints: CheckpointTrust = CheckpointTrust(),
        memoryBytes: Int? = nil,
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> VerifyReport {
        try await settle()
        return try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try self.verify(checkpoints, memoryBytes, monitor)
        }
    }

    private func verify(
        _ checkpoints: CheckpointTrust,
        _ memoryBytes: Int?,
        _ monitor: LongWork.Monitor
    ) throws(StoreError) -> VerifyReport {
        let environment = try published.environment
        let pages = try Self.walkPages(at: path) { share in
            self.callingBack { monitor.report(.pages, share: share) }
        }
        if !pages.report.isClean || pages.report.isInconclusive {
            return VerifyReport(pages.report)
        }
        let (schema, tables) = published.both
        return try Self.verify(
            environment,
            tables,
            schema,
            pages,
            checkpoints,
            configuration,
            memoryBytes ?? Self.defaultVerifyMemoryBytes
        ) { share in self.callingBack { monitor.report(.log, share: share) } }
    }

    /// The default for the bytes of rows in memory at once: 2 GiB.
    package static let defaultVerifyMemoryBytes = 2 << 30

    private static func verify(
        _ environment: Environment,
        _ tables: StoreTables,
        _ schema: Schema,
        _ pages: (report: CheckReport, counts: [String: Int]),
        _ checkpoints: CheckpointTrust,
        _ configuration: Configuration,
        _ memoryBytes: Int,
        progress: @escaping @Sendable (Double) -> Bool
    ) throws(StoreError) -> VerifyReport {
        let verification = Verification(
            of: environment,
            tables,
            schema,
            random: configuration.random(32),
            memoryByteCount: memoryBytes
        )
        let outcome = try storing { () throws(StorageError) in
            try verification.run(progress: progress)
        }
        if outcome.isInterrupted { throw .interrupted }
        // Roots of the tree mean something only if the tree was found to match the log.
        let isSound = outcome.findings.isEmpty && !outcome.isInconclusive
        let untrue =
            isSound ? try findings(environment, tables, schema, checkpoints) : []
        let foreign = foreignTables(pages.counts, tables)
        let now = configuration.clock()
        let isKnown = !outcome.isInconclusive
        let meta = isKnown ? try findingsInMeta(environment, tables, now) : []
        var remarks = isKnown ? try remarks(environment, tables, now) : []
        if let archive = configuration.archive, outcome.unobeyedCount > 0 {
            remarks.append(remark(onValuesOf: outcome.unobeyedCount, in: archive))
        }
        return VerifyReport(pages.report, outcome, untrue + foreign + meta, remarks, schema)
    }

    /// Verifies a store whose earlier transactions are not available, and to which no one writes.
    static func verifyTail(
        of environment: Environment,
        _ pages: CheckReport,
        progress: (Double) -> Bool
    ) throws(StoreError) -> CheckReport {
        let derived = try readDerived(environment, earlier: nil)
        let verification = Verification(
            of: environment,
            derived.tables,
            derived.schema,
            random: SystemRandom.bytes(32),
            memoryByteCount: 0
        )
        let outcome = try storing { () throws(StorageError) in
            try verification.runOnTail(progress)
        }
        if outcome.isInterrupted { throw .interrupted }
        let report = VerifyReport(pages, outcome, [], [], derived.schema)
        return CheckReport(
            transactions: report.transactions,
            events: report.events,
            tables: report.tables,
            entries: report.entries,
            leakedPages: report.leakedPages,
            findings: report.findings.map(\.description),
            isInconclusive: report.isInconclusive
        )
    }

    /// Tables that the store does not know.
    ///
    /// Those of dropped indexes, and of objects whose definition was rolled back, stay, and are
    /// empty.
    private static func foreignTables(
        _ counts: [String: Int],
        _ tables: StoreTables
    ) -> [VerifyReport.Finding] {
        let names = tables.names
        return counts.filter { name, count in
            !names.contains(name) && (count > 0 || !isOfAnObject(name))
        }.keys.sorted().map {
            VerifyReport.Finding(Corruption("a table that no event made", table: $0))
        }
    }

    /// Whether a table has the kind of name that tables of objects have.
    private static func isOfAnObject(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isNumbered = parts.dropFirst().allSatisfy { UInt16($0).map(String.init) == String($0) }
        switch parts.first {
        case "records", "times", "deletions": return parts.count == 2 && isNumbered
        case "index": return parts.count == 3 && isNumbered
        default: return false
        }
    }

    /// Verifies a whole store against its log: every page, every digest, every row and every entry
    /// of every table.
    ///
    /// Needs no disk space, uses all processors, and writes nothing, unless a crash has left a
    /// journal, which is applied to the store first. It finds what
    /// ``check(at:configuration:scratch:progress:)`` finds, which replays the log into a
    /// second store and compares the two: that is slower and shares less with the engine.
    ///
    /// - Parameters:
    ///   - path: The folder of the store, whoever has it open.
    ///   - configuration: What the store is opened with; it is only read.
    ///   - checkpoints: Which checkpoints must match the log, in addition to those that the store
    ///     has kept.
    ///   - memoryBytes: Bytes of rows that may be in memory at once; if records that are changed
    ///     again later need more, the log is read several times.
    ///   - progress: Called with how far it is, on other threads.
    /// - Throws: ``StoreError/interrupted`` if the task was cancelled.
    public static func verify(
        at path: String,
        configuration: Configuration = Configuration(),
        against checkpoints: CheckpointTrust = CheckpointTrust(),
        memoryBytes: Int? = nil,
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> VerifyReport {
        try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try verify(at: path, configuration, checkpoints, memoryBytes, monitor)
        }
    }

    private static func verify(
        at path: String,
        _ configuration: Configuration,
        _ checkpoints: CheckpointTrust,
        _ memoryBytes: Int?,
        _ monitor: LongWork.Monitor
    ) throws(StoreError) -> VerifyReport {
        let use = try using(path)
        defer { withExtendedLifetime(use) {} }
        // No damaged file may harm the process: LMDB opens it only after this.
        var pages = try walkPages(at: path) { monitor.report(.pages, share: $0) }
        var given = 0
        if pages.report.isClean, try hasJournal(path) {
            given = try recoverJournal(beforeExamining: path, configuration)
            pages = try walkPages(at: path) { monitor.report(.pages, share: $0) }
        }
        if !pages.report.isClean || pages.report.isInconclusive {
            return VerifyReport(pages.report)
        }
        var configuration = configuration
        configuration.isReadOnly = true
        let environment = try open(path, configuration, recovers: false)
        let meta = try storing { () throws(StorageError) in try readMeta(environment) }
        if meta.isRebuilding { throw .rebuildInterrupted(path: path) }
        let derived: Derived
        do throws(StoreError) {
            derived = try readDerived(environment, earlier: try configuration.earlier(of: meta))
            try storing { () throws(StorageError) in try derived.tables.log.requireEarlier() }
        } catch {
            guard case .rebuildNeeded(_, let corruption) = error else { throw error }
            return VerifyReport(pages.report, [VerifyReport.Finding(corruption)])
        }
        let (schema, tables) = (derived.schema, derived.tables)
        var report = try verify(
            environment,
            tables,
            schema,
            pages,
            checkpoints,
            configuration,
            memoryBytes ?? Self.defaultVerifyMemoryBytes
        ) { monitor.report(.log, share: $0) }
        report.transactionsFromJournal = given
        return report
    }
}

extension VerifyReport {
    /// What the walk of the pages says, if nothing else can be said.
    fileprivate init(_ pages: CheckReport, _ findings: [Finding] = []) {
        self.init(
            transactions: 0,
            events: 0,
            tables: 0,
            entries: 0,
            leakedPages: pages.leakedPages,
            unreadTransactions: 0,
            root: "",
            findings: pages.findings.map(Finding.init(page:)) + findings,
            remarks: [],
            isInconclusive: pages.isInconclusive
        )
    }

    fileprivate init(
        _ pages: CheckReport,
        _ outcome: Verification.Outcome,
        _ untrue: [Finding],
        _ remarks: [String],
        _ schema: Schema
    ) {
        self.init(
            transactions: outcome.head.number,
            events: outcome.eventCount,
            tables: outcome.tableCount,
            entries: outcome.entryCount,
            leakedPages: pages.leakedPages,
            unreadTransactions: outcome.unreadCount,
            root: outcome.tree.root.description,
            findings: outcome.findings.map { Finding($0, schema) } + untrue,
            remarks: remarks,
            isInconclusive: outcome.isInconclusive
        )
    }
}

extension VerifyReport.Finding {
    fileprivate init(page finding: String) {
        self.init(
            finding: finding,
            transaction: nil,
            position: nil,
            record: nil,
            table: nil,
            key: nil
        )
    }

    init(_ corruption: Corruption) {
        self.init(
            finding: corruption.finding,
            transaction: nil,
            position: nil,
            record: nil,
            table: corruption.table,
            key: corruption.key.isEmpty ? nil : corruption.key.hexadecimal
        )
    }

    fileprivate init(_ found: VerificationFinding, _ schema: Schema) {
        self.init(
            finding: found.finding,
            transaction: found.transaction,
            position: found.position,
            record: found.record.flatMap { schema.id(of: $0) },
            table: found.table,
            key: found.key.isEmpty ? nil : found.key.hexadecimal
        )
    }
}
