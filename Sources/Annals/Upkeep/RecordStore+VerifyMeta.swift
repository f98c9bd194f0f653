internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

// What the table `meta` says is not derived from the log, but much of it has bounds there.

extension RecordStore {
    /// How far clocks may be apart before this is reported.
    private static let clockToleranceMilliseconds: Int64 = 300_000
    /// No store was restored more often.
    private static let epochDistanceMax: UInt32 = 100_000

    /// What `meta` says that does not fit the log.
    static func findingsInMeta(
        _ environment: Environment,
        _ tables: StoreTables,
        _ now: Timestamp
    ) throws(StoreError) -> [VerifyReport.Finding] {
        try storing { () throws(StorageError) in
            let reader = try ReadTransaction(in: environment)
            let head = try tables.log.head(in: reader)
            var findings: [VerifyReport.Finding] = []
            func note(_ finding: String, _ key: [UInt8]) {
                findings.append(
                    VerifyReport.Finding(
                        Corruption(finding, table: tables.meta.name, key: key)
                    )
                )
            }
            var cursor = try reader.cursor(in: tables.meta)
            while let entry = try cursor.next() {
                let key = [UInt8](copying: entry.key)
                // A malformed value is reported when the store is opened.
                guard let bytes = try? KeptValue.opened(entry.value, key: entry.key) else {
                    continue
                }
                let value = [UInt8](copying: bytes)
                let name = String(decoding: key, as: UTF8.self)
                guard MetaKey.byteCounts.keys.contains(name) else {
                    note("a key that no store has", key)
                    continue
                }
                if let count = MetaKey.byteCounts[name] ?? nil, value.count != count {
                    note("the value has not its length", key)
                    continue
                }
                let time = try? value.rawSpan.int64(at: 0)
                switch name {
                case MetaKey.covered:
                    let newest = max(now, head.time).milliseconds
                    if let time, time > newest + clockToleranceMilliseconds {
                        note("a time later than the log's end and the clock", key)
                    }
                case MetaKey.created:
                    let first =
                        try tables.log.base.number == 0 ? tables.log.read(1, in: reader) : nil
                    let earliest = first?.time.milliseconds
                    if let time, let earliest,
                        time > earliest || time < earliest - clockToleranceMilliseconds
                    {
                        note("not the time of the first transaction", key)
                    }
                case MetaKey.epoch:
                    let epoch = (try? value.rawSpan.uint32(at: 0)) ?? 0
                    if epoch < head.epoch || epoch - head.epoch > epochDistanceMax {
                        note("an epoch that the log does not lead to", key)
                    }
                case MetaKey.definitions:
                    let number = (try? value.rawSpan.uint64(at: 0)) ?? 0
                    if number > head.number { note("a transaction after the log's end", key) }
                default: break
                }
            }
            return findings
        }
    }

    /// What is not damage, but should be known.
    static func remarks(
        _ environment: Environment,
        _ tables: StoreTables,
        _ now: Timestamp
    ) throws(StoreError) -> [String] {
        let head = try storing { () throws(StorageError) in
            try tables.log.head(in: ReadTransaction(in: environment))
        }
        guard head.time.milliseconds > now.milliseconds + clockToleranceMilliseconds else {
            return []
        }
        return [
            "The last transaction is of \(head.time.precise), and the clock says \(now.precise): it "
                + "jumped forwards when that was written. What is written until then has that time."
        ]
    }

    /// The store itself has obeyed, and no one who reads it sees these values.
    static func remark(onValuesOf count: Int, in archive: String) -> String {
        "The archive at \(archive) still has values of \(count) "
            + "\(count == 1 ? "record that was" : "records that were") erased: run annals archive, or "
            + "remove it if it is an older copy."
    }
}

extension MetaKey {
    /// The keys that a store may have, and the length of their values, if that is fixed.
    static let byteCounts: [String: Int?] = [
        format: nil, storeID: 32, created: 8, covered: 8, rebuilding: nil, definitions: 8, epoch: 4,
        LogBase.metaKey: nil,
    ]
}
