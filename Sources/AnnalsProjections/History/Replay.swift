internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsLog
package import AnnalsSchema

/// Rebuilds every derived table from the log, in an environment of its own.
package struct Replay {
    /// Why a replay stopped.
    package enum Failure: Error {
        case storage(StorageError)
        /// The log itself is damaged, at this transaction.
        case damaged(finding: String, transaction: UInt64)
        case interrupted
    }

    package let target: Environment
    package private(set) var tables: StoreTables
    package private(set) var schema = Schema([])
    package private(set) var eventCount = 0
    /// The number of the last transaction that defined something.
    package private(set) var definitions: UInt64 = 0
    /// Whether the log is written as well: a restore creates a store, a check only its tables.
    private let keepsLog: Bool
    private var serials = LastSerials()
    private var edge = TreeEdge()
    private var check = LogCheck()

    /// Begins in an empty environment.
    package init(into target: Environment, keepsLog: Bool = false) throws(StorageError) {
        self.target = target
        self.keepsLog = keepsLog
        var transaction = try WriteTransaction(in: target)
        tables = try StoreTables(creatingIn: &transaction, schema: Schema([]))
        try transaction.commit()
    }

    /// Continues in a store, which then advances one transaction after another.
    ///
    /// - Parameter check: The check that has walked along the store's own log.
    package init(
        continuing target: Environment,
        tables: StoreTables,
        schema: Schema,
        serials: LastSerials,
        edge: TreeEdge,
        check: LogCheck
    ) {
        self.target = target
        self.tables = tables
        self.schema = schema
        self.serials = serials
        self.edge = edge
        self.check = check
        keepsLog = true
    }

    /// As for ``LogCheck/unexplainedRecords``.
    package var unexplainedRecords: [RecordKey] { check.unexplainedRecords }

    /// The last transaction that was replayed.
    package var head: LogHead { check.head }

    /// Whether an event among those replayed removed values.
    package private(set) var tookValues = false

    /// The last serial of an object, 0 before its first record.
    package func lastSerial(ofObject code: UInt16) -> UInt64 { serials[code] }

    /// Replays the whole log of `source`, checking each transaction against its predecessor.
    ///
    /// What has left the log is replayed without what the log has erased since, also if its archive
    /// has not obeyed.
    ///
    /// - Parameters:
    ///   - last: The number of the last transaction to replay; the log's, if not given.
    ///   - progress: Called with how many of how many transactions are done; `false` stops.
    package mutating func run(
        from source: Environment,
        _ log: Log,
        through last: UInt64 = .max,
        progress: (_ done: UInt64, _ of: UInt64) -> Bool = { _, _ in true }
    ) throws(Failure) {
        var total: UInt64 = 0
        var end: UInt64 = 0
        var isAtEnd = false
        var taken: Set<RecordKey>?
        while !isAtEnd {
            guard progress(check.head.number, total) else { throw .interrupted }
            let batch: [StoredTransaction]
            do throws(StorageError) {
                let reader = try ReadTransaction(in: source)
                end = try log.end(in: reader).number
                total = min(end, last)
                if taken == nil {
                    var found: Set<RecordKey> = []
                    try log.addRecordsWithoutValues(to: &found, in: reader)
                    taken = found
                }
                batch = try read(from: reader, log, through: total, without: taken ?? [])
            } catch {
                throw .storage(error)
            }
            isAtEnd = check.head.number + UInt64(batch.count) >= total
            if batch.isEmpty, !isAtEnd {
                throw .damaged(
                    finding: "transaction numbers have a gap",
                    transaction: check.head.number + 1
                )
            }
            try apply(batch)
        }
        _ = progress(check.head.number, total)
        // For a part of the log, the event that explains an erasure may come after it.
        if total == end, let finding = check.findingAtEnd {
            throw .damaged(finding: finding, transaction: check.head.number)
        }
    }

    /// Some of the transactions that follow: a read transaction is kept short.
    private func read(
        from reader: borrowing ReadTransaction,
        _ log: Log,
        through last: UInt64,
        without taken: Set<RecordKey>
    ) throws(StorageError) -> [StoredTransaction] {
        var batch: [StoredTransaction] = []
        var byteCount = 0
        var number = check.head.number + 1
        while batch.count < 5000, byteCount < 8 << 20, number <= last,
            let transaction = try log.read(number, in: reader)
        {
            byteCount += transaction.bytes.count
            batch.append(try log.obeyed(transaction) { taken.contains($0) })
            number += 1
        }
        return batch
    }

    /// Applies the transactions that follow, all of them or none.
    package mutating func apply(_ batch: [StoredTransaction]) throws(Failure) {
        var current = check.head.number + 1
        do throws(StorageError) {
            try target.makeRoom(forBytes: 256 << 20)
            var writer = try ProjectionWriter(
                in: target,
                tables: tables,
                schema: schema,
                lastSerials: serials,
                edge: edge
            )
            for transaction in batch {
                current = transaction.number
                if let finding = check.accept(transaction) {
                    throw .corrupted(Corruption(finding, table: Log.tableName))
                }
                try Self.apply(transaction, with: &writer, keepsLog: keepsLog)
                try writer.addLeaf(check.head.digest)
                eventCount += transaction.events.count
                if transaction.events.contains(where: { $0.kind.takesValues }) { tookValues = true }
                if transaction.events.contains(where: { $0.kind == .defined }) {
                    definitions = transaction.number
                }
            }
            (serials, schema, tables, edge) = try writer.commit()
        } catch {
            if case .corrupted(let corruption) = error {
                throw .damaged(finding: "\(corruption)", transaction: current)
            }
            throw .storage(error)
        }
    }

    /// Applies one transaction, as a follower or a restore does.
    ///
    /// - Parameter keepsLog: Whether it is appended to the log as well.
    package static func apply(
        _ transaction: StoredTransaction,
        with writer: inout ProjectionWriter,
        keepsLog: Bool = false
    ) throws(StorageError) {
        for (index, event) in transaction.events.enumerated() {
            let context = EventContext(
                position: transaction.position(ofEvent: index),
                time: transaction.time,
                actor: transaction.actor
            )
            // If the log is only read, its erasures have been carried out already.
            if event.kind.takesValues, !keepsLog { try writer.requireErased(event.key) }
            try writer.apply(
                event.kind,
                of: event.key,
                previous: event.previous,
                payload: transaction.payload(ofEvent: index),
                context: context
            )
        }
        if let key = transaction.idempotencyKey {
            try writer.store(key, number: transaction.number)
        }
        // After its events: what they erase leaves the log with it.
        if keepsLog { try writer.append(transaction) }
        writer.keep()
    }
}
