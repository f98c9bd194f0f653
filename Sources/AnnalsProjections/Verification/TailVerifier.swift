internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

/// Verifies a store whose earlier transactions are in an archive that was not given.
///
/// Records cannot then be folded from their first event. Much can be compared all the same: the log
/// after its base, the tree with every tile, each row's last event, and each table with the rows.
/// Values that a row has had since before the base are protected only by their row's checksum.
struct TailVerifier {
    private let tables: StoreTables
    private let schema: Schema
    private let hash: EntryHash
    private var check: LogCheck
    /// The last event of each record after the base.
    private var last: [RecordKey: Position] = [:]
    private(set) var tree = TreeEdge()
    private(set) var entries: [UInt16: RowEntries] = [:]
    private(set) var keys = EntrySum()
    private(set) var watermarks: [UInt16: Int64] = [:]
    private(set) var definitions: [UInt16: [UInt8]] = [:]
    private(set) var serials = LastSerials()
    private(set) var findings: [VerificationFinding] = []
    private(set) var eventCount = 0
    private(set) var frameCount = 0

    init(
        _ tables: StoreTables,
        _ schema: Schema,
        _ hash: EntryHash,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) {
        self.tables = tables
        self.schema = schema
        self.hash = hash
        check = LogCheck(after: tables.log.base)
        for object in schema.objects { entries[object.code] = RowEntries(object, hash) }
        tree = try checkedEdge(reader)
    }

    var head: LogHead { check.head }

    private var base: LogHead { tables.log.base }

    /// The edge of the tree at the base, after checking that its tiles produce it.
    private mutating func checkedEdge(
        _ reader: borrowing ReadTransaction
    ) throws(StorageError) -> TreeEdge {
        var tree = TreeEdge()
        for digest in try tables.tree.leaves(before: base.number, in: reader) {
            if tree.count + 1 == base.number, digest != base.digest {
                findings.append(
                    VerificationFinding(
                        "the log begins after another transaction than the tree has",
                        transaction: base.number,
                        table: tables.meta.name
                    )
                )
            }
            for tile in tree.append(digest) { try compare(tile, reader) }
        }
        return tree
    }

    /// Processes the next transaction.
    ///
    /// - Returns: Whether the log can be followed beyond it.
    mutating func accept(
        _ transaction: StoredTransaction,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> Bool {
        if let finding = check.accept(transaction) {
            findings.append(VerificationFinding(finding, transaction: transaction.number))
            return false
        }
        for tile in tree.append(check.head.digest) { try compare(tile, reader) }
        for (index, event) in transaction.events.enumerated() {
            let position = transaction.position(ofEvent: index)
            if event.kind == .defined {
                let payload = transaction.payload(ofEvent: index)
                definitions[event.key.object] = try? EventPayload.definition(in: payload).after
                continue
            }
            // The first event after the base names one before it, or none.
            let isNext =
                last[event.key].map { $0 == event.previous }
                ?? (event.previous <= base.lastPosition
                    && (event.previous == .beforeFirst) == (event.kind == .created))
            if !isNext {
                note("the event names another than the record's event before", event.key, position)
            }
            last[event.key] = position
        }
        if let key = transaction.idempotencyKey { add(key, transaction.number) }
        eventCount += transaction.events.count
        frameCount += Log.frameCount(ofBytes: transaction.bytes.count)
        return findings.count < Verification.findingCountMax
    }

    private mutating func add(_ key: [UInt8], _ number: UInt64) {
        var value = ByteWriter(reserving: 8)
        value.append(number)
        hash.add(key.rawSpan, value.bytes.rawSpan, to: &keys)
    }

    private mutating func compare(
        _ tile: TreeTile,
        _ reader: borrowing ReadTransaction
    ) throws(StorageError) {
        let (key, value) = TreeTable.entry(tile)
        let stored = try reader.value(forKey: key.rawSpan, in: tables.tree.table)
        if let stored, stored.isEqual(to: value.rawSpan) { return }
        findings.append(
            VerificationFinding(
                stored == nil ? "the tile is missing" : "the tile is invalid",
                transaction: tree.count,
                table: TreeTable.tableName,
                key: key
            )
        )
    }

    private mutating func note(
        _ finding: String,
        _ key: RecordKey,
        _ position: Position? = nil
    ) {
        guard findings.count < Verification.findingCountMax else { return }
        findings.append(VerificationFinding(finding, position: position, record: key))
    }

    /// Ends the walk: checks every row against its record's last event, and records what the tables
    /// must contain.
    mutating func finish(in reader: borrowing ReadTransaction) throws(StorageError) {
        if let finding = check.findingAtEnd { findings.append(VerificationFinding(finding)) }
        for object in schema.objects {
            guard let own = tables.objects[object.code] else { continue }
            try addRows(of: object.code, own.records, reader)
        }
        for (key, position) in last.sorted(by: { $0.key < $1.key }) {
            note("the record has no row", key, position)
        }
        for code in entries.keys { entries[code]?.sum() }
        try takeSmallTables(reader)
    }

    private mutating func addRows(
        of code: UInt16,
        _ records: Table,
        _ reader: borrowing ReadTransaction
    ) throws(StorageError) {
        var cursor = try reader.cursor(in: records)
        while let entry = try cursor.next() {
            let serial = entry.key.byteCount == 6 ? (try? entry.key.uint48(at: 0)) ?? 0 : 0
            let key = RecordKey(object: code, serial: serial)
            if serial != serials[code] + 1 {
                note("a row that does not follow the one before it", key)
            }
            serials[code] = serial
            do throws(Malformed) {
                let row = try Row(entry.value, of: key)
                try entries[code]?.add(row, of: key)
                let position = try row.lastPosition()
                let expected = last.removeValue(forKey: key)
                if let expected, expected != position {
                    note("the record's row names another event as its last", key, position)
                } else if expected == nil, position > base.lastPosition {
                    note("the record's row names an event that is none of its own", key, position)
                }
            } catch {
                note("the record's row is malformed: not \(error.finding)", key)
            }
        }
    }

    /// What cannot be checked without the earlier events is accepted as it is.
    private mutating func takeSmallTables(
        _ reader: borrowing ReadTransaction
    ) throws(StorageError) {
        for object in schema.objects {
            let key = ObjectCodeKey.bytes(object.code)
            if let stored = try reader.value(forKey: key.rawSpan, in: tables.watermarks) {
                watermarks[object.code] = try? stored.second(at: 0)
            }
            if definitions[object.code] == nil {
                let stored = try reader.value(forKey: key.rawSpan, in: tables.schema)
                if let stored, let bytes = try? KeptValue.opened(stored, key: key.rawSpan) {
                    definitions[object.code] = [UInt8](copying: bytes)
                }
            }
        }
        var cursor = try reader.cursor(in: tables.keys)
        while let entry = try cursor.next() {
            guard let number = try? entry.value.uint64(at: 0), number <= base.number else {
                continue
            }
            hash.add(entry.key, entry.value, to: &keys)
        }
    }
}
