internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

/// Walks the whole log, and folds the records of its share in memory, each from its first event to
/// its last; then the row must equal the stored one.
///
/// A record is kept no longer than that: the stored row names its last event. With two verifiers
/// with a share each, each checks the whole chain, and half of the values' digests.
struct LogVerifier {
    /// Which records and transactions belong to this verifier: numbers with the remainder `index`.
    struct Share {
        let index: UInt64
        let count: UInt64
        /// Whether the values of its transactions are digested: once is enough.
        let checksValues: Bool

        func holds(_ number: UInt64) -> Bool { number % count == index }
    }

    private struct OpenRecord {
        var row: [UInt8]
        /// The event after which it must equal the stored row.
        let last: Position
        /// Whether the log has values of it.
        var hasValues: Bool
        /// The first transaction with an event of it that has its answer; `.max` for none.
        var firstAnswer: UInt64
    }

    private let share: Share
    private let tables: StoreTables
    private let hash: EntryHash
    private var check = LogCheck()
    private var open: [RecordKey: OpenRecord] = [:]
    private var scratch = ByteWriter()
    private var serials = LastSerials()
    private(set) var entries: [UInt16: RowEntries] = [:]
    private(set) var keys = EntrySum()
    private(set) var watermarks: [UInt16: Int64] = [:]
    private(set) var definitions: [UInt16: [UInt8]] = [:]
    private(set) var findings: [VerificationFinding] = []
    private(set) var eventCount = 0
    /// How many frames its transactions have.
    private(set) var frameCount = 0
    /// The tree over the transactions so far.
    private(set) var tree = TreeEdge()

    init(_ share: Share, _ tables: StoreTables, _ schema: Schema, _ hash: EntryHash) {
        self.share = share
        self.tables = tables
        self.hash = hash
        for object in schema.objects { entries[object.code] = RowEntries(object, hash) }
    }

    var head: LogHead { check.head }
    var lastSerials: LastSerials { serials }

    /// Processes the next transaction.
    ///
    /// - Returns: Whether the log can be followed beyond it.
    mutating func accept(
        _ transaction: StoredTransaction,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> Bool {
        let isMine = share.holds(transaction.number)
        if let finding = check.accept(
            transaction,
            checkingValues: isMine && share.checksValues
        ) {
            findings.append(VerificationFinding(finding, transaction: transaction.number))
            return false
        }
        for tile in tree.append(check.head.digest) where share.holds(tile.index) {
            try compare(tile, reader)
        }
        for (index, event) in transaction.events.enumerated() {
            let context = EventContext(
                position: transaction.position(ofEvent: index),
                time: transaction.time,
                actor: transaction.actor
            )
            let payload = transaction.payload(ofEvent: index)
            do throws(Malformed) {
                let answer = transaction.hasResults ? transaction.number : .max
                try follow(event, payload, context, answer: answer, reader)
            } catch {
                note("the event is malformed: not \(error.finding)", event.key, context)
            }
        }
        if isMine, let key = transaction.idempotencyKey {
            var number = ByteWriter(reserving: 8)
            number.append(transaction.number)
            hash.add(key.rawSpan, number.bytes.rawSpan, to: &keys)
        }
        eventCount += transaction.events.count
        if transaction.number > tables.log.base.number {
            frameCount += Log.frameCount(ofBytes: transaction.bytes.count)
        }
        return findings.count < Verification.findingCountMax
    }

    /// The tile in the table must equal the one that the log has just filled.
    private mutating func compare(
        _ tile: TreeTile,
        _ reader: borrowing ReadTransaction
    ) throws(StorageError) {
        let (key, value) = TreeTable.entry(tile)
        let stored = try reader.value(forKey: key.rawSpan, in: tables.tree.table)
        if let stored, stored.isEqual(to: value.rawSpan) { return }
        findings.append(
            VerificationFinding(
                stored == nil ? "the tile is missing" : "the tile is not what the log makes",
                transaction: check.head.number,
                table: TreeTable.tableName,
                key: key
            )
        )
    }

    private mutating func note(_ finding: String, _ key: RecordKey, _ context: EventContext) {
        findings.append(
            VerificationFinding(finding, position: context.position, record: key)
        )
    }

    private mutating func follow(
        _ event: EventHeader,
        _ payload: RawSpan,
        _ context: EventContext,
        answer: UInt64,
        _ reader: borrowing ReadTransaction
    ) throws(Malformed) {
        let key = event.key
        if event.kind == .defined {
            let (before, after) = try EventPayload.definition(in: payload)
            guard before == definitions[key.object, default: []] else {
                throw Malformed("the definition that was there before", offset: 0)
            }
            definitions[key.object] = after
            return
        }
        if event.kind == .created {
            guard key.serial == serials[key.object] + 1, event.previous == .beforeFirst else {
                throw Malformed("a new record that follows the last one", offset: 0)
            }
            serials[key.object] = key.serial
        }
        guard share.holds(key.serial) else { return }
        guard let records = tables.objects[key.object]?.records else {
            // Reported with the table: so many events may belong to the object that other findings
            // would be lost.
            findings.append(
                VerificationFinding(
                    "the definition of an object that has events is missing",
                    position: context.position,
                    table: StoreTables.schemaName
                )
            )
            return
        }
        if event.kind == .created {
            try begin(event, payload, context, answer: answer, records, reader)
        } else {
            try goOn(event, payload, context, answer: answer, records, reader)
        }
    }

    private mutating func begin(
        _ event: EventHeader,
        _ payload: RawSpan,
        _ context: EventContext,
        answer: UInt64,
        _ records: Table,
        _ reader: borrowing ReadTransaction
    ) throws(Malformed) {
        scratch.bytes.removeAll(keepingCapacity: true)
        let row = try Fold.append(
            event.kind,
            of: event.key,
            payload: payload,
            context: context,
            before: nil,
            to: &scratch
        )
        guard let stored = storedRow(of: event.key, records, reader) else {
            note("the record has no row", event.key, context)
            return
        }
        let last: Position
        do throws(Malformed) {
            last = try Row(stored, of: event.key).lastPosition()
        } catch {
            note("the record's row is malformed: not \(error.finding)", event.key, context)
            return
        }
        if last == context.position {
            try end(event.key, row, stored, context)
        } else if last < context.position {
            note("the record's row names an event before its first", event.key, context)
        } else {
            open[event.key] = OpenRecord(
                row: scratch.bytes,
                last: last,
                hasValues: !event.isErased,
                firstAnswer: answer
            )
        }
    }

    private mutating func goOn(
        _ event: EventHeader,
        _ payload: RawSpan,
        _ context: EventContext,
        answer: UInt64,
        _ records: Table,
        _ reader: borrowing ReadTransaction
    ) throws(Malformed) {
        guard var record = open.removeValue(forKey: event.key) else {
            // What its row or its first event lacks has been reported; a row that ends early has
            // not.
            note("the record's row does not know of the event", event.key, context)
            return
        }
        scratch.bytes.removeAll(keepingCapacity: true)
        let bytes = record.row
        let before = try Row(unchecked: bytes.rawSpan)
        guard try before.lastPosition() == event.previous else {
            throw Malformed("the position of the record's event before", offset: 0)
        }
        if event.kind.takesValues, record.hasValues {
            note("the log has values of the record that the event took", event.key, context)
        }
        if event.kind.takesValues, record.firstAnswer < check.head.number {
            note("the log has an answer about the record that the event erased", event.key, context)
        }
        record.firstAnswer = min(record.firstAnswer, answer)
        if event.kind.carriesValues, !event.isErased { record.hasValues = true }
        if try !before.isWhatStood(before: event.kind, payload) {
            note("the event names other values than were there before", event.key, context)
        }
        if event.kind == .purged {
            let second = try before.systemModstamp().seconds
            watermarks[event.key.object] = max(watermarks[event.key.object] ?? .min, second)
        }
        let row = try Fold.append(
            event.kind,
            of: event.key,
            payload: payload,
            context: context,
            before: before,
            to: &scratch
        )
        if record.last > context.position {
            record.row = scratch.bytes
            open[event.key] = record
        } else if let stored = storedRow(of: event.key, records, reader) {
            try end(event.key, row, stored, context)
        }
    }

    /// The record's row is complete: now it must equal the stored one.
    private mutating func end(
        _ key: RecordKey,
        _ row: Range<Int>,
        _ stored: RawSpan,
        _ context: EventContext
    ) throws(Malformed) {
        if scratch.bytes.rawSpan.extracting(row).isEqual(to: stored) {
            let row = try Row(unchecked: stored)
            try entries[key.object]?.add(row, of: key)
            return
        }
        note("the record's row is not what its events make", key, context)
        // The tables are compared with the rows as they are, so that one fault is reported once.
        do throws(Malformed) {
            let row = try Row(stored, of: key)
            try entries[key.object]?.add(row, of: key)
        } catch {}
    }

    @_lifetime(borrow reader)
    private func storedRow(
        of key: RecordKey,
        _ records: Table,
        _ reader: borrowing ReadTransaction
    ) -> RawSpan? {
        // The pages were walked before: what LMDB cannot read does not exist.
        do throws(StorageError) {
            return try reader.value(for48BitKey: key.serial, in: records)
        } catch {
            return nil
        }
    }

    /// Ends the walk: records that are still open have a row of events that the log does not have.
    mutating func finish() {
        for (key, record) in open.sorted(by: { $0.key < $1.key }) {
            guard findings.count < Verification.findingCountMax else { break }
            findings.append(
                VerificationFinding(
                    "the record's row names event \(record.last), which is none of its events",
                    record: key
                )
            )
        }
        open.removeAll()
        if let finding = check.findingAtEnd { findings.append(VerificationFinding(finding)) }
        for code in entries.keys { entries[code]?.sum() }
    }
}
