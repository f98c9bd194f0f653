internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

extension Verification {
    /// A table of keys alone, and what the rows require it to contain.
    struct ExpectedTable: Sendable {
        let table: Table
        let objects: [ObjectType]
        var sum: EntrySum
    }

    /// Compares every table with what the walk along the log has found.
    func compare(_ walk: Walk, _ outcome: inout Outcome) throws(StorageError) {
        let expected = expectedTables(walk)
        let sums = try both { worker throws(StorageError) in
            var sums: [(index: Int, sum: EntrySum)] = []
            let reader = try ReadTransaction(in: environment)
            // Tables have about as many entries as records: every second one is a fair share.
            for index in expected.indices where index % Self.workerCount == worker {
                sums.append((index, try sum(of: expected[index].table, reader)))
            }
            return (sums, try tables.log.head(in: reader))
        }
        let reader = try ReadTransaction(in: environment)
        let head = try tables.log.head(in: reader)
        guard head == walk.head, sums.allSatisfy({ $0.1 == head }) else {
            outcome.isInconclusive = true
            return
        }
        var look = TableLook(tables, schema)
        for (index, sum) in sums.flatMap(\.0).sorted(by: { $0.index < $1.index }) {
            let expected = expected[index]
            outcome.tableCount += 1
            outcome.entryCount += Int(clamping: sum.count)
            if sum != expected.sum { try self.look(at: expected, reader, &look) }
        }
        outcome.findings += look.findings
        try compareRecords(walk, reader, &outcome)
        try compareKeys(walk, reader, &outcome)
        try compareSmallTables(walk, reader, &outcome)
        try countTiles(walk, reader, &outcome)
        try openKept(reader, &outcome)
    }

    /// What is not derived has checksums.
    private func openKept(
        _ reader: borrowing ReadTransaction,
        _ outcome: inout Outcome
    ) throws(StorageError) {
        for table in [tables.meta, tables.views, tables.cursors, tables.checkpoints] {
            outcome.tableCount += 1
            var cursor = try reader.cursor(in: table)
            while let entry = try cursor.next() {
                outcome.entryCount += 1
                do throws(Malformed) {
                    _ = try KeptValue.opened(entry.value, key: entry.key)
                } catch {
                    outcome.findings.append(
                        VerificationFinding(
                            "the value is malformed: not \(error.finding)",
                            table: table.name,
                            key: [UInt8](copying: entry.key)
                        )
                    )
                }
            }
        }
    }

    /// No tile is beyond those that the walks have checked.
    private func countTiles(
        _ walk: Walk,
        _ reader: borrowing ReadTransaction,
        _ outcome: inout Outcome
    ) throws(StorageError) {
        let count = try reader.count(of: tables.tree.table)
        outcome.tableCount += 1
        outcome.entryCount += count
        var level = 0
        var expected: UInt64 = 0
        while TreeEdge.fullTiles(of: walk.tree.count, level: level) > 0 {
            expected += TreeEdge.fullTiles(of: walk.tree.count, level: level)
            level += 1
        }
        guard UInt64(count) > expected else { return }
        outcome.findings.append(
            VerificationFinding("it has more tiles than the log", table: TreeTable.tableName)
        )
    }

    private func expectedTables(_ walk: Walk) -> [ExpectedTable] {
        var expected: [ExpectedTable] = []
        var bin = EntrySum()
        var cascades = EntrySum()
        for object in schema.objects {
            guard let own = tables.objects[object.code] else { continue }
            var sums: [String: ExpectedTable] = [:]
            for entries in walk.entries[object.code] ?? [] {
                bin.add(entries.bin)
                cascades.add(entries.cascades)
                for (table, sum) in entries.sums(own) {
                    sums[
                        table.name,
                        default: ExpectedTable(table: table, objects: [object], sum: EntrySum())
                    ].sum.add(sum)
                }
            }
            expected += sums.values.sorted { $0.table.name < $1.table.name }
        }
        return expected + [
            ExpectedTable(table: tables.bin, objects: schema.objects, sum: bin),
            ExpectedTable(table: tables.cascades, objects: schema.objects, sum: cascades),
        ]
    }

    private func sum(
        of table: Table,
        _ reader: borrowing ReadTransaction
    ) throws(StorageError) -> EntrySum {
        var sum = EntrySum()
        var cursor = try reader.cursor(in: table)
        while let entry = try cursor.next() { hash.add(entry.key, entry.value, to: &sum) }
        return sum
    }

    private func look(
        at expected: ExpectedTable,
        _ reader: borrowing ReadTransaction,
        _ look: inout TableLook
    ) throws(StorageError) {
        let isShared = expected.objects.count != 1 || expected.table == tables.bin
        let code = expected.objects.first?.code ?? 0
        try look.look(at: expected.table, of: expected.objects, in: reader) {
            key throws(Malformed) in
            if isShared || expected.table == tables.cascades {
                return RecordKey(packed: try key.uint64(at: key.byteCount - 8))
            }
            return RecordKey(object: code, serial: try key.uint48(at: key.byteCount - 6))
        }
    }

    /// No object has a row without events.
    private func compareRecords(
        _ walk: Walk,
        _ reader: borrowing ReadTransaction,
        _ outcome: inout Outcome
    ) throws(StorageError) {
        for object in schema.objects {
            guard let records = tables.objects[object.code]?.records else { continue }
            let count = try reader.count(of: records)
            outcome.tableCount += 1
            outcome.entryCount += count
            let last = walk.serials[object.code]
            guard UInt64(count) != last else { continue }
            // Rows with events were compared already.
            var cursor = try reader.cursor(in: records)
            while let entry = try cursor.next(), outcome.findings.count < Self.findingCountMax {
                let serial = entry.key.byteCount == 6 ? (try? entry.key.uint48(at: 0)) ?? 0 : 0
                guard serial == 0 || serial > last else { continue }
                outcome.findings.append(
                    VerificationFinding(
                        "a row that no event made",
                        table: records.name,
                        key: [UInt8](copying: entry.key)
                    )
                )
            }
        }
    }

    /// Each idempotency key leads to its transaction.
    private func compareKeys(
        _ walk: Walk,
        _ reader: borrowing ReadTransaction,
        _ outcome: inout Outcome
    ) throws(StorageError) {
        let found = try sum(of: tables.keys, reader)
        outcome.tableCount += 1
        outcome.entryCount += Int(clamping: found.count)
        guard found != walk.keys else { return }
        let start = outcome.findings.count
        var cursor = try reader.cursor(in: tables.keys)
        while let entry = try cursor.next(), outcome.findings.count - start < 8 {
            let number = (try? entry.value.uint64(at: 0)) ?? 0
            let stored = number > 0 ? try? tables.log.read(number, in: reader) : nil
            let key = [UInt8](copying: entry.key)
            if entry.value.byteCount == 8, let stored, stored.idempotencyKey == key { continue }
            outcome.findings.append(
                VerificationFinding(
                    "the entry does not lead to the transaction of its key",
                    table: tables.keys.name,
                    key: key
                )
            )
        }
        try tables.log.walk(in: reader) { transaction throws(StorageError) in
            guard let key = transaction.idempotencyKey,
                try reader.value(forKey: key.rawSpan, in: tables.keys) == nil
            else { return true }
            outcome.findings.append(
                VerificationFinding(
                    "the idempotency key of the transaction is missing",
                    transaction: transaction.number,
                    table: tables.keys.name,
                    key: key
                )
            )
            return outcome.findings.count - start < 8
        }
    }

    /// Tables with one entry per object are compared entry by entry.
    private func compareSmallTables(
        _ walk: Walk,
        _ reader: borrowing ReadTransaction,
        _ outcome: inout Outcome
    ) throws(StorageError) {
        var counters: [UInt16: [UInt8]] = [:]
        for object in schema.objects where walk.serials[object.code] > 0 {
            var value = ByteWriter()
            value.append(walk.serials[object.code])
            counters[object.code] = value.bytes
        }
        let watermarks = walk.watermarks.mapValues { second in
            var value = ByteWriter()
            value.append(second: second)
            return value.bytes
        }
        var definitions: [UInt16: [UInt8]] = [:]
        for (code, bytes) in walk.definitions {
            definitions[code] = KeptValue.sealed(bytes, key: ObjectCodeKey.bytes(code))
        }
        for (table, expected) in [
            (tables.counters, counters), (tables.watermarks, watermarks),
            (tables.schema, definitions),
        ] {
            var expected = expected
            var cursor = try reader.cursor(in: table)
            while let entry = try cursor.next() {
                outcome.entryCount += 1
                let key = [UInt8](copying: entry.key)
                let code = key.count == 2 ? (try? entry.key.uint16(at: 0)) ?? 0 : 0
                let value = expected.removeValue(forKey: code)
                if let value, value.rawSpan.isEqual(to: entry.value) { continue }
                let finding = value == nil ? "an entry of no object" : "not what the log makes"
                outcome.findings.append(
                    VerificationFinding(finding, table: table.name, key: key)
                )
            }
            for code in expected.keys.sorted() {
                outcome.findings.append(
                    VerificationFinding(
                        "an entry of the object is missing",
                        table: table.name,
                        key: ObjectCodeKey.bytes(code)
                    )
                )
            }
            outcome.tableCount += 1
        }
    }
}
