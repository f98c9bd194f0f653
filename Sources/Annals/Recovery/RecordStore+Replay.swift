internal import AnnalsBytes
internal import AnnalsLMDB
public import AnnalsLog
internal import AnnalsProjections
public import AnnalsQuery
public import AnnalsSchema

/// A store created by a replay.
public struct ReplayedStore: Sendable, Hashable {
    /// The folder of the new store.
    public let path: String
    /// How many transactions its log has.
    public let transactions: UInt64
    /// The last event of the new store.
    public let lastPosition: Position
    /// The time of its last transaction.
    public let lastTime: Timestamp
    /// How many events were applied on the way.
    public let replayedEvents: Int
    /// How many of them were undone.
    public let rewoundEvents: Int
    /// Records whose values were erased after the moment, and are withheld: the events that record
    /// this follow ``lastPosition``.
    public let withheld: [RecordID]
}

extension RecordStore {
    /// Creates a new store from the log up to a moment, by applying every event from the beginning.
    ///
    /// Its log is the same, byte for byte, and its tables are what they were then; what was erased
    /// later is withheld, as in a restore. It has no views of records and no open queries, and its
    /// transactions from then on have a higher epoch. The store is built next to `path` and moved
    /// there when it is complete.
    ///
    /// - Parameters:
    ///   - path: The folder, which must not exist or be empty.
    ///   - moment: The last transaction is the last one that was complete then; now, if not given.
    ///   - end: If given, the store is then taken back to this moment, event by event.
    ///   - progress: Called with how many of how many transactions have been applied or undone, on
    ///     another thread.
    /// - Throws: ``StoreError/interrupted`` if the task was cancelled: no store is made.
    public func replay(
        to path: String,
        through moment: QueryOptions.Moment? = nil,
        backTo end: QueryOptions.Moment? = nil,
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> ReplayedStore {
        try await settle()
        return try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try self.replay(to: path, through: moment, backTo: end) { done, total in
                self.callingBack { monitor.report(.log, done, of: total) }
            }
        }
    }

    private func replay(
        to path: String,
        through moment: QueryOptions.Moment?,
        backTo end: QueryOptions.Moment?,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool
    ) throws(StoreError) -> ReplayedStore {
        let environment = try published.environment
        let reader = try view()
        try refuse(ahead: moment, in: reader)
        try refuse(ahead: end, in: reader)
        let last = try reader.lastNumber(at: moment)
        let near = end == nil ? last : min(last, try reader.lastNumber(at: end))
        guard near > 0 else { throw .noTransactionYet }
        let total = last + (last - near)
        let meta = try storing { () throws(StorageError) in try Self.readMeta(environment) }
        let log = reader.tables.log
        _ = consume reader
        let folder = try storing { () throws(StorageError) in
            try UnfinishedFolder(for: path)
        }
        let made: ReplayedStore
        do throws(StoreError) {
            let (replay, rewind, head) = try replaying { () throws(Replay.Failure) in
                let target = try Self.emptyEnvironment(in: folder.path, configuration)
                var replay = try Replay(keepingLogIn: target)
                try replay.run(from: environment, log, through: last) { done, _ in
                    progress(done, total)
                }
                var rewind = try Rewind(replay)
                if near < last {
                    try rewind.run(to: near) { done, _ in
                        progress(last + done, total)
                    }
                }
                return (replay, rewind, try Self.finish(replay, rewind, meta))
            }
            let keys = Set(replay.unexplainedRecords + rewind.unexplainedRecords)
            let withheld = try Self.withhold(
                keys.sorted(),
                in: replay.target,
                configuration,
                by: "annals/replay"
            )
            try storing { () throws(StorageError) in
                try FileSystem.synchronize(folder.path + "/data.mdb")
            }
            made = ReplayedStore(
                path: path,
                transactions: head.number,
                lastPosition: head.lastPosition,
                lastTime: head.time,
                replayedEvents: replay.eventCount,
                rewoundEvents: rewind.eventCount,
                withheld: withheld
            )
        } catch {
            folder.discard()
            throw error
        }
        try storing { () throws(StorageError) in try folder.finish() }
        return made
    }

    private static func emptyEnvironment(
        in folder: String,
        _ configuration: Configuration
    ) throws(Replay.Failure) -> Environment {
        var options = configuration.environmentOptions
        options.isReadOnly = false
        options.isUnsynchronized = true
        options.isHeld = true
        do throws(StorageError) {
            return try Environment(path: folder, options: options)
        } catch {
            throw .storage(error)
        }
    }

    /// Writes what is not in the log.
    private static func finish(
        _ replay: Replay,
        _ rewind: Rewind,
        _ meta: Meta
    ) throws(Replay.Failure) -> LogEnd {
        do throws(StorageError) {
            let table = rewind.tables.meta
            let head = try rewind.tables.log.end(in: ReadTransaction(in: replay.target))
            func bytes(_ append: (inout ByteWriter) -> Void) -> [UInt8] {
                var writer = ByteWriter()
                append(&writer)
                return writer.bytes
            }
            let created = bytes { $0.append(meta.created.milliseconds) }
            // Any number below those of later definitions makes readers notice them.
            let definitions = bytes { $0.append(min(replay.definitions, head.number)) }
            // Writes to the copy fork its history from the original's.
            let epoch = bytes { $0.append(max(meta.epoch, replay.head.epoch) &+ 1) }
            var writer = try WriteTransaction(in: replay.target)
            try writer.put(Array(format.utf8), forMeta: MetaKey.format, in: table)
            try writer.put(Array(meta.storeID.utf8), forMeta: MetaKey.storeID, in: table)
            try writer.put(created, forMeta: MetaKey.created, in: table)
            try writer.put(definitions, forMeta: MetaKey.definitions, in: table)
            try writer.put(epoch, forMeta: MetaKey.epoch, in: table)
            try writer.commit()
            try replay.target.synchronize()
            return head
        } catch {
            throw .storage(error)
        }
    }
}

extension Replay {
    fileprivate init(keepingLogIn target: Environment) throws(Failure) {
        do throws(StorageError) {
            try self.init(into: target, keepsLog: true)
        } catch {
            throw .storage(error)
        }
    }
}

extension Rewind {
    fileprivate init(_ replay: Replay) throws(Replay.Failure) {
        do throws(StorageError) {
            try self.init(replay.target, tables: replay.tables, schema: replay.schema)
        } catch {
            throw .storage(error)
        }
    }
}

extension ProjectionReader {
    /// The number of the last transaction that was complete at a moment; 0 before the first.
    borrowing func lastNumber(at moment: QueryOptions.Moment?) throws(StoreError) -> UInt64 {
        try storing { () throws(StorageError) in
            switch moment {
            case nil: try tables.log.end(in: transaction).number
            case .position(let position):
                try tables.log.number(after: position, in: transaction) - 1
            case .time(let time): try tables.log.number(after: time, in: transaction) - 1
            }
        }
    }
}

/// Runs a replay and rethrows the reason why it stopped as a failure of the call.
private func replaying<T>(
    _ body: () throws(Replay.Failure) -> T
) throws(StoreError) -> T {
    do throws(Replay.Failure) {
        return try body()
    } catch {
        throw StoreError(error)
    }
}

extension StoreError {
    init(_ failure: Replay.Failure) {
        switch failure {
        case .storage(let error): self = .storage(error)
        case .interrupted: self = .interrupted
        case .damaged(let finding, let transaction):
            let text = "transaction \(transaction): \(finding)"
            self = .storage(.corrupted(Corruption(text, table: Log.tableName)))
        }
    }
}
