internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsSchema
internal import Glibc

/// What `info` reports about a store.
public struct StoreInfo: Sendable, Hashable {
    /// How many records an object has.
    public struct ObjectCount: Sendable, Hashable {
        /// The API name of the object.
        public let name: String
        /// Records that are not deleted.
        public let live: Int
        /// Records in the recycle bin.
        public let deleted: Int
        /// All that were ever created.
        public let created: UInt64
    }

    /// The folder of the store.
    public let path: String
    /// The identity of the store, which copies of it share.
    public let storeID: String
    /// The format of the file, such as `annals 1`.
    public let format: String
    /// When the store was created.
    public let created: Timestamp
    /// How many transactions were ever made.
    public let transactions: UInt64
    /// The last event.
    public let lastPosition: Position
    /// The time of the last transaction.
    public let lastTime: Timestamp
    /// How far the clock is behind the time with which the next change is stamped; 0 if it is not.
    ///
    /// The clock had jumped ahead: the log's times do not go back, so changes are stamped with the
    /// time that it had then, until the clock reaches it again.
    public let clockLagMilliseconds: Int64
    /// Raised by each restore to an earlier moment.
    public let epoch: UInt32
    /// How many of the transactions have left the log for an archive.
    public let archivedTransactions: UInt64
    /// The last event of those.
    public let horizon: Position
    /// The digest of the last transaction: it covers all before it.
    public let digest: String
    /// The objects of the schema, in its order.
    public let objects: [ObjectCount]
    /// Records in the recycle bin, of all objects.
    public let inRecycleBin: Int
    /// Bytes of the file.
    public let fileBytes: Int
    /// Bytes of the file that are in use.
    public let usedBytes: Int
    /// The version of LMDB.
    public let libraryVersion: String
}

/// What `check` found.
public struct CheckReport: Sendable, Hashable {
    /// How many transactions were read.
    public let transactions: UInt64
    /// How many events were read.
    public let events: Int
    /// Tables that were compared with a replay.
    public internal(set) var tables: Int
    /// Entries of those tables.
    public internal(set) var entries: Int
    /// Pages of the file that belong to nothing; they cost space, not data.
    public let leakedPages: UInt64
    /// What is wrong; empty if the store is correct.
    public internal(set) var findings: [String]
    /// The store changed while it was being checked: the result is unknown, check again.
    public var isInconclusive = false
    /// How many transactions were first applied to the store, from a journal that a crash had left.
    public internal(set) var transactionsFromJournal = 0

    /// Whether nothing is wrong with what was checked.
    public var isClean: Bool { findings.isEmpty }
}

extension RecordStore {
    /// Figures of the store, as they are now.
    public func info() async throws(StoreError) -> StoreInfo {
        try await settle()
        let usedBytes = try published.environment.map.usedBytes
        let reader = try view()
        return try storing { () throws(StorageError) in
            let head = try reader.tables.log.head(in: reader.transaction)
            var objects: [StoreInfo.ObjectCount] = []
            for object in reader.schema.objects {
                guard let tables = reader.tables.objects[object.code] else { continue }
                objects.append(
                    StoreInfo.ObjectCount(
                        name: object.name,
                        live: try reader.transaction.count(of: tables.times),
                        deleted: try reader.transaction.count(of: tables.deletions),
                        created: try reader.lastSerial(of: object)
                    )
                )
            }
            return StoreInfo(
                path: path,
                storeID: storeID,
                format: Self.format,
                created: created,
                transactions: head.number,
                lastPosition: head.lastPosition,
                lastTime: head.time,
                clockLagMilliseconds: try clockLag(reader),
                epoch: head.epoch,
                archivedTransactions: reader.tables.log.base.number,
                horizon: reader.tables.log.base.lastPosition,
                digest: head.digest.description,
                objects: objects,
                inRecycleBin: try reader.transaction.count(of: reader.tables.bin),
                fileBytes: try FileSystem.byteCount(ofFile: path + "/data.mdb"),
                usedBytes: usedBytes,
                libraryVersion: Environment.libraryVersion
            )
        }
    }

    private func clockLag(_ reader: borrowing ProjectionReader) throws(StorageError) -> Int64 {
        let last = try reader.tables.log.end(in: reader.transaction).time
        let promised = try reader.meta(MetaKey.covered).flatMap { try? $0.rawSpan.int64(at: 0) }
        let next = max(last.milliseconds, promised ?? 0)
        return max(0, next - configuration.clock().milliseconds)
    }

    /// Walks the pages of a store's file without LMDB, so that no file, however damaged or hostile,
    /// can harm the process, and finds what would crash LMDB itself.
    ///
    /// - Parameters:
    ///   - path: The folder of the store.
    ///   - progress: Called with the fraction done; `false` stops with ``StoreError/interrupted``.
    /// - Returns: A report whose findings name pages.
    package static func checkFile(
        at path: String,
        progress: @escaping (Double) -> Bool = { _ in true }
    ) throws(StoreError) -> CheckReport {
        try walkPages(at: path, progress: progress).report
    }

    /// The same, with how many entries each table has.
    static func walkPages(
        at path: String,
        progress: @escaping (Double) -> Bool
    ) throws(StoreError) -> (report: CheckReport, counts: [String: Int]) {
        var isStopped = false
        do throws(PageFinding) {
            let summary = try PageCheck.walk(file: path + "/data.mdb") { share in
                isStopped = !progress(share)
                return !isStopped
            }
            let report = CheckReport(
                transactions: 0,
                events: 0,
                tables: summary.tables.count,
                entries: summary.tables.values.reduce(0, +),
                leakedPages: UInt64(clamping: summary.leakedPages),
                findings: []
            )
            return (report, summary.tables)
        } catch {
            if isStopped { throw .interrupted }
            if error.isRefusal {
                throw .storage(.system(errno: EACCES, doing: "to open \(path)/data.mdb"))
            }
            let report = CheckReport(
                transactions: 0,
                events: 0,
                tables: 0,
                entries: 0,
                leakedPages: 0,
                findings: [error.description],
                isInconclusive: error.isChangeWhileChecked
            )
            return (report, [:])
        }
    }
}
