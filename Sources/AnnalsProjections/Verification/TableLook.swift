internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

/// A close look at a table whose sum differs from that of its records' rows: names the entries.
struct TableLook {
    let tables: StoreTables
    let schema: Schema
    private(set) var findings: [VerificationFinding] = []
    /// A completely wrong table need not be reported entry by entry.
    private static let findingCountMax = 8

    init(_ tables: StoreTables, _ schema: Schema) {
        self.tables = tables
        self.schema = schema
    }

    /// Names what is superfluous in `table`, and what is missing.
    ///
    /// - Parameters:
    ///   - objects: Those whose records have entries in it.
    ///   - record: The record named by an entry's key.
    mutating func look(
        at table: Table,
        of objects: [ObjectType],
        in reader: borrowing ReadTransaction,
        record: (RawSpan) throws(Malformed) -> RecordKey
    ) throws(StorageError) {
        let start = findings.count
        var cursor = try reader.cursor(in: table)
        while let entry = try cursor.next(), findings.count - start < Self.findingCountMax {
            if let finding = finding(of: entry.key, entry.value, table, reader, record) {
                add(finding, table, entry.key)
            }
        }
        for object in objects {
            guard let records = tables.objects[object.code]?.records else { continue }
            var rows = try reader.cursor(in: records)
            while let row = try rows.next(), findings.count - start < Self.findingCountMax {
                guard let serial = try? row.key.uint48(at: 0) else { continue }
                let key = RecordKey(object: object.code, serial: serial)
                for missing in keys(of: row.value, key, object, table)
                where try reader.value(forKey: missing.rawSpan, in: table) == nil {
                    add("an entry of the record is missing", table, missing.rawSpan, key)
                }
            }
        }
        if findings.count == start {
            findings.append(
                VerificationFinding("the entries are not those of the rows", table: table.name)
            )
        }
    }

    private func finding(
        of entry: RawSpan,
        _ value: RawSpan,
        _ table: Table,
        _ reader: borrowing ReadTransaction,
        _ record: (RawSpan) throws(Malformed) -> RecordKey
    ) -> String? {
        guard value.byteCount == 0 else { return "the entry has a value" }
        guard let key = try? record(entry), let object = schema.object(code: key.object),
            let records = tables.objects[key.object]?.records,
            let row = try? reader.value(for48BitKey: key.serial, in: records)
        else { return "the entry names no record" }
        let isIts = keys(of: row, key, object, table).contains { $0.rawSpan.isEqual(to: entry) }
        return isIts ? nil : "the entry is not what its record's row makes"
    }

    private func keys(
        of row: RawSpan,
        _ key: RecordKey,
        _ object: ObjectType,
        _ table: Table
    ) -> [[UInt8]] {
        do throws(Malformed) {
            let row = try Row(unchecked: row)
            return try RowEntries.keys(of: row, key, object, tables)[table.name] ?? []
        } catch {
            return []
        }
    }

    private mutating func add(
        _ finding: String,
        _ table: Table,
        _ key: RawSpan,
        _ record: RecordKey? = nil
    ) {
        findings.append(
            VerificationFinding(
                finding,
                record: record,
                table: table.name,
                key: [UInt8](copying: key)
            )
        )
    }
}
