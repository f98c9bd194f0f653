package import AnnalsLMDB
internal import AnnalsLog
package import AnnalsSchema

/// Takes a store back through its history, the newest transaction first: the opposite direction of
/// ``Replay``.
///
/// What is undone leaves the log in the same commit as the tables, so that the store is consistent
/// after each of them, as if the history had ended there. Only for copies: the events are gone.
package struct Rewind {
    package let target: Environment
    package private(set) var tables: StoreTables
    package private(set) var schema: Schema
    package private(set) var eventCount = 0
    /// Records that have no values any more, and whose event that explains it was undone.
    private var lacking: Set<RecordKey> = []
    private var serials: LastSerials

    package init(
        _ target: Environment,
        tables: StoreTables,
        schema: Schema
    ) throws(StorageError) {
        self.target = target
        self.tables = tables
        self.schema = schema
        serials = try LastSerials(in: target, tables, schema)
    }

    /// Records that have no values, and no remaining event that explains it.
    package var unexplainedRecords: [RecordKey] { lacking.sorted() }

    /// Undoes every transaction after the one with this number, or all if it is 0.
    ///
    /// - Parameter progress: Called with how many of how many transactions have been undone;
    ///   `false` stops.
    package mutating func run(
        to number: UInt64,
        progress: (_ done: UInt64, _ of: UInt64) -> Bool = { _, _ in true }
    ) throws(Replay.Failure) {
        do throws(StorageError) {
            let last = try tables.log.end(in: ReadTransaction(in: target)).number
            let total = last - min(last, number)
            var left = total
            while left > 0 {
                guard progress(total - left, total) else { break }
                let batch = try read(from: number + left, count: left)
                try undo(batch)
                left -= UInt64(batch.count)
            }
            if left == 0 {
                _ = progress(total, total)
                return
            }
        } catch {
            throw .storage(error)
        }
        throw .interrupted
    }

    /// The transaction with this number and some before it, the newest first.
    private func read(
        from number: UInt64,
        count: UInt64
    ) throws(StorageError) -> [StoredTransaction] {
        let reader = try ReadTransaction(in: target)
        var batch: [StoredTransaction] = []
        var byteCount = 0
        while batch.count < min(count, 5000), byteCount < 8 << 20 {
            let number = number - UInt64(batch.count)
            guard let transaction = try tables.log.read(number, in: reader) else {
                throw .corrupted(
                    Corruption("transaction numbers have a gap", table: Log.tableName)
                )
            }
            byteCount += transaction.bytes.count
            batch.append(transaction)
        }
        return batch
    }

    private mutating func undo(_ batch: [StoredTransaction]) throws(StorageError) {
        try target.makeRoom(forBytes: 256 << 20)
        var writer = try ProjectionWriter(
            in: target,
            tables: tables,
            schema: schema,
            lastSerials: serials,
            // Nothing is appended: the tree's edge is recomputed when the store is next used.
            edge: TreeEdge()
        )
        var records = UnfoldingRecords()
        for transaction in batch {
            try writer.undo(transaction, &records)
            eventCount += transaction.events.count
            for event in transaction.events.reversed() {
                if event.kind.takesValues { lacking.insert(event.key) }
                if event.kind == .created { lacking.remove(event.key) }
            }
        }
        // What is before the last one that was undone.
        let last = (batch.last?.number ?? 1) - 1
        try writer.flush(&records, through: last)
        try writer.removeTiles(beyond: last)
        (serials, schema, tables, _) = try writer.commit()
    }
}
