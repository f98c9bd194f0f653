internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsLog
package import AnnalsSchema

/// One LMDB transaction in which events are appended and every projection follows them.
///
/// Calls and replays both use it: `apply` folds an event into the record's row, `flush` updates the
/// tables from the old rows to the new ones. Every derived table is a function of the rows and of
/// the events' order, so a replay writes the same bytes again.
package struct ProjectionWriter: ~Copyable {
    package internal(set) var transaction: WriteTransaction
    package internal(set) var schema: Schema
    package internal(set) var tables: StoreTables
    var staged = StagedRecords()
    var lastSerials: LastSerials
    /// The second of the newest deletion of each object that was purged since the last flush.
    ///
    /// Recorded when the event is folded: a record may be created, deleted and purged between two
    /// flushes, which then cannot be seen in its rows.
    var purgedDeletions: [UInt16: Int64] = [:]
    private var purgedDeletionsBefore: [UInt16: Int64] = [:]
    private var lastSerialsBefore: LastSerials
    /// The right edge of the Merkle tree.
    var edge: TreeEdge
    /// Those of the current call.
    private(set) var erasures: [Erasure] = []

    /// Begins an LMDB transaction of `environment`.
    ///
    /// - Parameters:
    ///   - lastSerials: The last serial of each object, according to the tables.
    ///   - edge: The right edge of the tree over the transactions so far.
    package init(
        in environment: Environment,
        tables: StoreTables,
        schema: Schema,
        lastSerials: LastSerials,
        edge: TreeEdge
    ) throws(StorageError) {
        transaction = try WriteTransaction(in: environment)
        self.tables = tables
        self.schema = schema
        self.lastSerials = lastSerials
        lastSerialsBefore = lastSerials
        self.edge = edge
    }

    /// The last serial of each object so far.
    package var serials: LastSerials { lastSerials }

    /// Where the row of `key` lies in the buffer, loaded from the table if necessary.
    package mutating func load(_ key: RecordKey) throws(StorageError) -> Range<Int>? {
        if let range = staged.row(of: key) { return range }
        guard let records = tables.objects[key.object]?.records else { return nil }
        guard key.serial <= lastSerials[key.object] else { return nil }
        guard let bytes = try transaction.value(for48BitKey: key.serial, in: records) else {
            return nil
        }
        do throws(Malformed) {
            _ = try Row(bytes, of: key)
        } catch {
            throw damage("a row is malformed: not \(error.finding)", key)
        }
        let start = staged.buffer.count
        staged.buffer.append(bytes)
        return start..<staged.buffer.count
    }

    /// The row at `range`, as ``load(_:)`` returned it; invalid after the next change.
    @_lifetime(borrow self)
    package func row(at range: Range<Int>) throws(StorageError) -> Row {
        do throws(Malformed) {
            return try Row(unchecked: staged.buffer.bytes.rawSpan.extracting(range))
        } catch {
            throw .corrupted(Corruption("a row is malformed: not \(error.finding)"))
        }
    }

    package func damage(_ finding: String, _ key: RecordKey) -> StorageError {
        var bytes = ByteWriter()
        bytes.append(key.packed)
        return .corrupted(
            Corruption(finding, table: tables.objects[key.object]?.records.name, key: bytes.bytes)
        )
    }

    /// The key that the next new record of the object gets.
    package func nextKey(of object: ObjectType) -> RecordKey {
        RecordKey(object: object.code, serial: lastSerials[object.code] + 1)
    }

    /// Folds an event into its record's row.
    ///
    /// - Parameter previous: The record's preceding event, as named in the event itself.
    package mutating func apply(
        _ kind: EventKind,
        of key: RecordKey,
        previous: Position,
        payload: RawSpan,
        context: EventContext
    ) throws(StorageError) {
        if kind == .defined {
            try define(payload)
            return
        }
        if kind == .created {
            guard key.serial == lastSerials[key.object] + 1, previous == .beforeFirst,
                tables.objects[key.object] != nil
            else { throw damage("a new record does not follow the last one", key) }
            let row: Range<Int>
            do throws(Malformed) {
                row = try Fold.append(
                    kind,
                    of: key,
                    payload: payload,
                    context: context,
                    before: nil,
                    to: &staged.buffer
                )
            } catch {
                throw damage("an event is malformed: not \(error.finding)", key)
            }
            lastSerials[key.object] = key.serial
            staged.stage(row, of: key, base: nil)
            return
        }
        guard let before = try load(key) else {
            throw damage("an event of a record that was not created", key)
        }
        // The previous row is copied: the buffer that holds it grows.
        let bytes = Array(staged.buffer.bytes[before])
        let row: Range<Int>
        do throws(Malformed) {
            let rowBefore = try Row(unchecked: bytes.rawSpan)
            // The walk along a record's life relies on it.
            guard try rowBefore.lastPosition() == previous else {
                throw Malformed("the position of the record's event before", offset: 0)
            }
            row = try Fold.append(
                kind,
                of: key,
                payload: payload,
                context: context,
                before: rowBefore,
                to: &staged.buffer
            )
        } catch {
            throw damage("an event is malformed: not \(error.finding)", key)
        }
        if kind == .purged { try notePurge(of: key, bytes) }
        if kind.takesValues { erasures.append(Erasure(key: key, previous: previous)) }
        staged.stage(row, of: key, base: before)
    }

    private mutating func notePurge(of key: RecordKey, _ before: [UInt8]) throws(StorageError) {
        do throws(Malformed) {
            let second = try Row(unchecked: before.rawSpan).systemModstamp().seconds
            purgedDeletions[key.object] = max(purgedDeletions[key.object] ?? .min, second)
        } catch {
            throw damage("a row is malformed: not \(error.finding)", key)
        }
    }

    /// Rolls back the events applied since the last ``keep()``.
    package mutating func rollBack() {
        staged.rollBack()
        lastSerials = lastSerialsBefore
        purgedDeletions = purgedDeletionsBefore
        erasures.removeAll()
    }

    /// Makes the events applied so far permanent.
    package mutating func keep() {
        staged.keep()
        lastSerialsBefore = lastSerials
        purgedDeletionsBefore = purgedDeletions
        erasures.removeAll()
    }

    /// Appends a transaction to the log, whose events were applied, and removes from the log what
    /// they erase.
    package mutating func append(
        _ finished: FinishedTransaction,
        number: UInt64
    ) throws(StorageError) {
        try tables.log.append(finished, number: number, to: &transaction)
        for erasure in erasures { try carryOut(erasure, last: number) }
    }

    /// Appends a transaction of another store's log, byte for byte.
    package mutating func append(_ transaction: StoredTransaction) throws(StorageError) {
        try tables.log.append(transaction, number: transaction.number, to: &self.transaction)
        for erasure in erasures { try carryOut(erasure, last: transaction.number) }
    }

    /// Appends the digest of a transaction, which stays, to the Merkle tree.
    package mutating func addLeaf(_ digest: Digest) throws(StorageError) {
        for tile in edge.append(digest) { try tables.tree.put(tile, in: &transaction) }
    }

    /// Reserves room for about `count` records, to avoid growing step by step.
    package mutating func reserve(_ count: Int) { staged.reserve(count) }

    /// Stores the transaction number of a call with an idempotency key.
    package mutating func store(_ key: [UInt8], number: UInt64) throws(StorageError) {
        var value = ByteWriter(reserving: 8)
        value.append(number)
        try transaction.put(value.bytes.rawSpan, forKey: key.rawSpan, in: tables.keys, isLast: true)
    }

    package mutating func put(_ value: [UInt8], forMeta key: String) throws(StorageError) {
        try transaction.put(value, forMeta: key, in: tables.meta)
    }

    /// Writes what is staged and makes everything visible at once.
    ///
    /// - Returns: The current last serials, schema, tables and edge of the tree.
    package consuming func commit() throws(StorageError) -> (
        serials: LastSerials, schema: Schema, tables: StoreTables, edge: TreeEdge
    ) {
        try flush()
        let result = (lastSerials, schema, tables, edge)
        try transaction.commit()
        return result
    }
}

extension WriteTransaction {
    /// Stores a value of the table `meta`.
    package mutating func put(
        _ value: [UInt8],
        forMeta key: String,
        in meta: Table
    ) throws(StorageError) {
        let key = Array(key.utf8)
        let sealed = KeptValue.sealed(value, key: key)
        try put(sealed.rawSpan, forKey: key.rawSpan, in: meta)
    }
}

extension ReadTransaction {
    /// A value of the table `meta`, or `nil`.
    package func meta(_ key: String, in meta: Table) throws(StorageError) -> [UInt8]? {
        let key = Array(key.utf8)
        guard let bytes = try value(forKey: key.rawSpan, in: meta) else { return nil }
        do throws(Malformed) {
            return [UInt8](copying: try KeptValue.opened(bytes, key: key.rawSpan))
        } catch {
            throw .corrupted(Corruption("a value is malformed", table: meta.name, key: key))
        }
    }
}
