internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsLog
package import AnnalsSchema
internal import Dispatch
internal import Synchronization

/// Verifies a whole store against its log, at the speed of memory and on all processors.
///
/// Nothing is written. Records are folded in memory, each from its first event to its last, and
/// must equal the stored rows; every other table is compared with what follows from these rows by
/// sums of keyed hashes (``EntrySum``), and examined closely if a sum differs.
package struct Verification: Sendable {
    /// This many findings are enough.
    static let findingCountMax = 50
    /// Verifiers that walk the log, with a share of the records each.
    static let workerCount = 2

    /// What was found, and how far it went.
    package struct Outcome: Sendable {
        package internal(set) var head = LogHead()
        package internal(set) var eventCount = 0
        package internal(set) var tableCount = 0
        package internal(set) var entryCount = 0
        package internal(set) var findings: [VerificationFinding] = []
        /// The log grew in the meantime: the result is unknown.
        package internal(set) var isInconclusive = false
        package internal(set) var isInterrupted = false
        /// How many transactions have left the log and could not be read: their contents were not
        /// compared with anything.
        package internal(set) var unreadCount: UInt64 = 0
        /// How many records have values among what has left the log that an event in it takes: the
        /// archive has not obeyed.
        package internal(set) var unobeyedCount = 0
        /// The right edge of the Merkle tree over the log.
        package internal(set) var tree = TreeEdge()
    }

    /// More would take longer than it is worth: memory is cheaper.
    private static let passCountMax = 64

    let environment: Environment
    let tables: StoreTables
    let schema: Schema
    let hash: EntryHash
    private let memoryByteCount: Int

    /// - Parameters:
    ///   - random: 32 random bytes, the key of this run's hashes.
    ///   - memoryByteCount: Bytes of rows that may be in memory at once; if the store has more, the
    ///     log is walked several times.
    package init(
        of environment: Environment,
        _ tables: StoreTables,
        _ schema: Schema,
        random: [UInt8],
        memoryByteCount: Int
    ) {
        self.environment = environment
        self.tables = tables
        self.schema = schema
        hash = EntryHash(key: random)
        self.memoryByteCount = memoryByteCount
    }

    /// - Parameter progress: Called with the fraction done, on any thread; `false` stops.
    package func run(
        progress: @escaping @Sendable (Double) -> Bool
    ) throws(StorageError) -> Outcome {
        if tables.log.horizon.number > 0 { return try runOnTail(progress) }
        var outcome = Outcome()
        let passCount = try passCount()
        var walk = Walk()
        for pass in 0..<passCount {
            let walks = try both { worker throws(StorageError) in
                let share = LogVerifier.Share(
                    index: UInt64(pass * Self.workerCount + worker),
                    count: UInt64(passCount * Self.workerCount),
                    checksValues: true
                )
                return try follow(share) { done in
                    worker > 0 || progress(0.9 * (Double(pass) + done) / Double(passCount))
                }
            }
            for other in walks { walk.add(other) }
            outcome.isInterrupted = walk.isInterrupted
            outcome.head = walk.head
            outcome.eventCount = walk.eventCount
            outcome.findings = walk.uniqueFindings
            outcome.tree = walk.tree
            outcome.unobeyedCount = walk.unobeyed.count
            if walk.isParted { outcome.isInconclusive = true }
            // If a log cannot be followed, nothing more can be said about it.
            if walk.isBroken || walk.isInterrupted || walk.isParted { return outcome }
        }
        try compare(walk, &outcome)
        _ = progress(1)
        return outcome
    }

    /// Rows may all be open at once: if all records changed at the end.
    private func passCount() throws(StorageError) -> Int {
        let reader = try ReadTransaction(in: environment)
        var byteCount = 0
        for object in tables.objects.values {
            byteCount += try reader.byteCount(of: object.records)
        }
        return min(1 + byteCount / max(1, memoryByteCount), Self.passCountMax)
    }

    /// Runs the same work on several processors.
    func both<T: Sendable>(
        _ body: @Sendable (Int) throws(StorageError) -> T
    ) throws(StorageError) -> [T] {
        let results = Mutex<[Result<T, StorageError>]>([])
        DispatchQueue.concurrentPerform(iterations: Self.workerCount) { worker in
            let result: Result<T, StorageError>
            do throws(StorageError) {
                result = .success(try body(worker))
            } catch {
                result = .failure(error)
            }
            results.withLock { $0.append(result) }
        }
        var values: [T] = []
        for result in results.withLock({ $0 }) { values.append(try result.get()) }
        return values
    }

    /// Walks the log for one share of the records.
    private func follow(
        _ share: LogVerifier.Share,
        _ progress: (Double) -> Bool
    ) throws(StorageError) -> Walk {
        let reader = try ReadTransaction(in: environment)
        let total = try tables.log.end(in: reader).number
        var verifier = LogVerifier(share, tables, schema, hash)
        var walk = Walk()
        var taken: Set<RecordKey> = []
        do throws(StorageError) {
            try tables.log.addRecordsWithoutValues(to: &taken, in: reader)
        } catch {
            // The walk reports damage; what was erased after it, it does not reach.
            guard case .corrupted = error else { throw error }
        }
        do throws(StorageError) {
            try tables.log.walk(in: reader, checkingFramesOf: share.holds) {
                found throws(StorageError) in
                let transaction = try tables.log.obeyed(found) { taken.contains($0) }
                if transaction.bytes.count < found.bytes.count {
                    for event in found.events where taken.contains(event.key) {
                        walk.unobeyed.insert(event.key)
                    }
                }
                if transaction.number % 256 == 1,
                    !progress(Double(transaction.number) / Double(max(1, total)))
                {
                    walk.isInterrupted = true
                    return false
                }
                walk.isBroken = try !verifier.accept(transaction, in: reader)
                return !walk.isBroken
            }
        } catch {
            guard case .corrupted(let corruption) = error else { throw error }
            walk.isBroken = true
            walk.findings.append(VerificationFinding(corruption))
        }
        if !walk.isBroken, !walk.isInterrupted {
            if verifier.head.number < total {
                walk.isBroken = true
                walk.findings.append(
                    VerificationFinding(
                        "transaction numbers have a gap",
                        transaction: verifier.head.number + 1,
                        table: Log.tableName
                    )
                )
            } else {
                verifier.finish()
                if try reader.count(of: tables.log.table) != verifier.frameCount {
                    walk.findings.append(
                        VerificationFinding("frames of no transaction", table: Log.tableName)
                    )
                }
            }
        }
        walk.take(verifier)
        return walk
    }
}

extension VerificationFinding {
    init(_ corruption: Corruption) {
        self.init(corruption.finding, table: corruption.table, key: corruption.key)
    }
}

/// The combined result of the walks along the log.
struct Walk: Sendable {
    private(set) var head = LogHead()
    private(set) var eventCount = 0
    private(set) var entries: [UInt16: [RowEntries]] = [:]
    private(set) var keys = EntrySum()
    private(set) var watermarks: [UInt16: Int64] = [:]
    private(set) var definitions: [UInt16: [UInt8]] = [:]
    private(set) var serials = LastSerials()
    private(set) var tree = TreeEdge()
    var findings: [VerificationFinding] = []
    /// Records with values among what has left the log that an event in it takes.
    var unobeyed: Set<RecordKey> = []
    /// The log cannot be followed to its end.
    var isBroken = false
    var isInterrupted = false
    /// Two walks saw logs of different length.
    private(set) var isParted = false
    private var isEmpty = true

    mutating func take(_ verifier: LogVerifier) {
        isEmpty = false
        head = verifier.head
        eventCount = verifier.eventCount
        for (code, entries) in verifier.entries { self.entries[code] = [entries] }
        keys = verifier.keys
        watermarks = verifier.watermarks
        definitions = verifier.definitions
        serials = verifier.lastSerials
        tree = verifier.tree
        findings += verifier.findings
    }

    mutating func take(_ verifier: TailVerifier) {
        isEmpty = false
        head = verifier.head
        eventCount = verifier.eventCount
        for (code, entries) in verifier.entries { self.entries[code] = [entries] }
        keys = verifier.keys
        watermarks = verifier.watermarks
        definitions = verifier.definitions
        serials = verifier.serials
        tree = verifier.tree
        findings += verifier.findings
    }

    mutating func add(_ other: Walk) {
        if isEmpty {
            self = other
            return
        }
        if !isBroken, !other.isBroken, !isInterrupted, !other.isInterrupted {
            isParted = isParted || head != other.head
        }
        if other.head.number > head.number {
            head = other.head
            eventCount = other.eventCount
            tree = other.tree
        }
        for (code, entries) in other.entries { self.entries[code, default: []] += entries }
        keys.add(other.keys)
        for (code, second) in other.watermarks {
            watermarks[code] = max(watermarks[code] ?? .min, second)
        }
        findings += other.findings
        unobeyed.formUnion(other.unobeyed)
        isBroken = isBroken || other.isBroken
        isInterrupted = isInterrupted || other.isInterrupted
    }

    /// The findings, with those of both walks only once.
    var uniqueFindings: [VerificationFinding] {
        var seen: Set<VerificationFinding> = []
        return findings.filter { seen.insert($0).inserted }
    }
}
