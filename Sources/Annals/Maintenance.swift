internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsSchema

/// What `info` tells of a store.
public struct StoreInfo: Sendable, Hashable {
    public struct ObjectCount: Sendable, Hashable {
        public let name: String
        public let live: Int
        public let deleted: Int
        /// All that were ever created.
        public let created: UInt64
    }

    public let path: String
    public let storeID: String
    public let format: String
    public let created: Timestamp
    public let transactions: UInt64
    public let lastPosition: Position
    public let lastTime: Timestamp
    public let epoch: UInt32
    /// The digest of the last transaction: it covers all before it.
    public let digest: String
    public let objects: [ObjectCount]
    public let inRecycleBin: Int
    public let fileBytes: Int
    public let usedBytes: Int
    public let libraryVersion: String
}

/// What `check` found.
public struct CheckReport: Sendable, Hashable {
    public let transactions: UInt64
    public let events: Int
    /// Tables that were held against a replay.
    public let tables: Int
    public let entries: Int
    /// Pages of the file that belong to nothing; they cost room, not data.
    public let leakedPages: UInt64
    /// What is wrong; empty where the store is as it must be.
    public let findings: [String]
    /// The store changed while it was checked: nothing is known, check again.
    public var isInconclusive = false

    public var isClean: Bool { findings.isEmpty }
}

extension RecordStore {
    /// Figures of the store, as they are now.
    public func info() throws(StoreError) -> StoreInfo {
        let reader = try reader()
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
                epoch: head.epoch,
                digest: head.digest.description,
                objects: objects,
                inRecycleBin: try reader.transaction.count(of: reader.tables.bin),
                fileBytes: try FileSystem.byteCount(ofFile: path + "/data.mdb"),
                usedBytes: environment.map.usedBytes,
                libraryVersion: Environment.libraryVersion
            )
        }
    }

    /// Walks the pages of a store's file without LMDB, so that no file, however damaged or
    /// hostile, can harm the process: what LMDB itself would stumble over.
    ///
    /// - Parameters:
    ///   - path: The folder of the store.
    ///   - progress: Told the share that is done; `false` stops with ``StoreError/interrupted``.
    /// - Returns: A report whose findings name pages.
    public static func checkFile(
        at path: String,
        progress: @escaping (Double) -> Bool = { _ in true }
    ) throws(StoreError) -> CheckReport {
        var isStopped = false
        do throws(PageFinding) {
            let summary = try PageCheck.walk(file: path + "/data.mdb") { share in
                isStopped = !progress(share)
                return !isStopped
            }
            return CheckReport(
                transactions: 0,
                events: 0,
                tables: summary.tables.count,
                entries: summary.tables.values.reduce(0) { $0 + Int(clamping: $1) },
                leakedPages: UInt64(clamping: summary.leakedPages),
                findings: []
            )
        } catch {
            if isStopped { throw .interrupted }
            return CheckReport(
                transactions: 0,
                events: 0,
                tables: 0,
                entries: 0,
                leakedPages: 0,
                findings: [error.description],
                isInconclusive: error.isChangeWhileChecked
            )
        }
    }

    /// Replays the log beside the store and holds every derived table against the replay, byte by
    /// byte.
    ///
    /// Finds any altered byte of the log, any row and any index entry that is not what the log
    /// says. Needs about as much room on the disk as the derived tables.
    ///
    /// - Parameters:
    ///   - scratch: A folder for the replay, which must not exist; removed at the end.
    ///   - progress: Told how many transactions of how many are replayed; `false` stops with
    ///     ``StoreError/interrupted``.
    public func check(
        scratch: String,
        progress: (_ done: UInt64, _ of: UInt64) -> Bool = { _, _ in true }
    ) throws(StoreError) -> CheckReport {
        defer { FileSystem.removeFolder(scratch) }
        var findings: [String] = []
        let replay: Replay
        do throws(Replay.Failure) {
            replay = try self.replay(in: scratch, progress)
        } catch {
            switch error {
            case .storage(let error): throw .storage(error)
            case .interrupted: throw .interrupted
            case .damaged(let finding, let transaction):
                return CheckReport(
                    transactions: transaction - 1,
                    events: 0,
                    tables: 0,
                    entries: 0,
                    leakedPages: 0,
                    findings: ["transaction \(transaction): \(finding)"]
                )
            }
        }
        let reader = try reader()
        var tableCount = 0
        var entryCount = 0
        var isInconclusive = false
        do throws(StorageError) {
            let replayed = try ReadTransaction(in: replay.target)
            let head = try reader.tables.log.head(in: reader.transaction)
            if head != replay.head {
                isInconclusive = true
                findings.append("the log went on while it was checked: check again")
            }
            let twins = Dictionary(
                replay.tables.derived.map { ($0.name, $0) },
                uniquingKeysWith: { first, _ in first }
            )
            for table in reader.tables.derived where !isInconclusive {
                tableCount += 1
                guard let twin = twins[table.name] else {
                    findings.append("a replay makes no table \(table.name)")
                    continue
                }
                entryCount += try reader.transaction.count(of: table)
                let difference = try TableComparison.firstDifference(
                    table,
                    in: reader.transaction,
                    twin,
                    in: replayed
                )
                if let difference { findings.append(difference.description) }
            }
        } catch {
            throw .storage(error)
        }
        return CheckReport(
            transactions: replay.head.number,
            events: replay.eventCount,
            tables: tableCount,
            entries: entryCount,
            leakedPages: 0,
            findings: findings,
            isInconclusive: isInconclusive
        )
    }

    /// Replays the log into an environment of its own.
    private func replay(
        in scratch: String,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool
    ) throws(Replay.Failure) -> Replay {
        let log = published.both.1.log
        var replay: Replay
        do throws(StorageError) {
            try FileSystem.makeFolder(scratch)
            var options = Environment.Options()
            options.isUnsynchronized = true
            options.allowsAnyFileSystem = true
            replay = try Replay(into: try Environment(path: scratch, options: options))
        } catch {
            throw .storage(error)
        }
        try replay.run(from: environment, log, progress: progress)
        return replay
    }

    /// Makes derived tables again from the log, in a store that nobody else has open.
    ///
    /// A crash in the middle leaves a store that asks for the rebuild to be run again.
    ///
    /// - Parameters:
    ///   - path: The folder of the store.
    ///   - names: The tables; all where none is named. Unknown names are refused.
    ///   - configuration: What the store is opened with.
    ///   - progress: As of ``check(scratch:progress:)``.
    /// - Returns: The names of the tables that were made.
    public static func rebuild(
        at path: String,
        tables names: [String] = [],
        configuration: Configuration = Configuration(),
        progress: (_ done: UInt64, _ of: UInt64) -> Bool = { _, _ in true }
    ) throws(StoreError) -> [String] {
        var configuration = configuration
        configuration.ignoresInterruptedRebuild = true
        let store = try RecordStore(at: path, configuration: configuration)
        let known = Set(store.published.both.1.derived.map(\.name))
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw .unknownTable(unknown)
        }
        // The writer's thread is not needed: nobody calls, and this thread writes.
        store.close()
        let scratch = path + "/rebuild"
        FileSystem.removeFolder(scratch)
        defer { FileSystem.removeFolder(scratch) }
        let replay: Replay
        do throws(Replay.Failure) {
            replay = try store.replay(in: scratch, progress)
        } catch {
            switch error {
            case .storage(let error): throw .storage(error)
            case .interrupted: throw .interrupted
            case .damaged(let finding, let transaction):
                let text = "transaction \(transaction): \(finding)"
                throw .storage(.corrupted(Corruption(text, table: Log.tableName)))
            }
        }
        return try storing { () throws(StorageError) in
            try store.replaceTables(names, with: replay)
        }
    }

    private func replaceTables(
        _ names: [String],
        with replay: Replay
    ) throws(StorageError) -> [String] {
        let chosen = replay.tables.derived.filter { names.isEmpty || names.contains($0.name) }
        var marking = try WriteTransaction(in: environment)
        let tables = try StoreTables(creatingIn: &marking, schema: replay.schema)
        let mark = Array(MetaKey.rebuilding.utf8)
        try marking.put(mark.rawSpan, forKey: mark.rawSpan, in: tables.meta)
        try marking.commit()
        let own = Dictionary(
            tables.derived.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for source in chosen {
            guard let target = own[source.name] else { continue }
            try copy(source, of: replay.target, to: target)
        }
        var unmarking = try WriteTransaction(in: environment)
        try unmarking.delete(mark.rawSpan, in: tables.meta)
        try unmarking.commit()
        try environment.synchronize()
        return chosen.map(\.name)
    }

    /// Replaces the entries of `target`, some thousand in a transaction.
    private func copy(
        _ source: Table,
        of replay: Environment,
        to target: Table
    ) throws(StorageError) {
        let reader = try ReadTransaction(in: replay)
        var cursor = try reader.cursor(in: source)
        var isAtEnd = false
        var isFirst = true
        while !isAtEnd {
            try environment.makeRoom(forBytes: 256 << 20)
            var writer = try WriteTransaction(in: environment)
            if isFirst { try writer.clear(target) }
            isFirst = false
            var byteCount = 0
            while byteCount < 32 << 20 {
                guard let entry = try cursor.next() else {
                    isAtEnd = true
                    break
                }
                try writer.put(entry.value, forKey: entry.key, in: target, isLast: true)
                byteCount += entry.value.byteCount + entry.key.byteCount + 16
            }
            try writer.commit()
        }
    }
}
