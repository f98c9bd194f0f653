internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections

extension RecordStore {
    /// Rebuilds derived tables from the log, in a store that no one else has open.
    ///
    /// No one gets in between, not even to read. It needs nothing of the store except the table
    /// `meta` and the log. A crash in the middle leaves a store that requires the rebuild to be run
    /// again.
    ///
    /// - Parameters:
    ///   - path: The folder of the store.
    ///   - names: The tables; all if none is named, or if the store could not be opened as it is.
    ///     Unknown names are rejected.
    ///   - configuration: What the store is opened with.
    ///   - progress: Called with how many of how many transactions have been replayed, on another
    ///     thread; if the task is cancelled by then, no table is changed.
    /// - Returns: The names of the rebuilt tables.
    public static func rebuild(
        at path: String,
        tables names: [String] = [],
        configuration: Configuration = Configuration(),
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> [String] {
        try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try rebuild(at: path, names, configuration) { monitor.report(.log, $0, of: $1) }
        }
    }

    private static func rebuild(
        at path: String,
        _ names: [String],
        _ configuration: Configuration,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool
    ) throws(StoreError) -> [String] {
        var configuration = configuration
        configuration.isReadOnly = false
        let alone = try using(path, .alone(.rebuilding))
        defer { withExtendedLifetime(alone) {} }
        let environment = try open(path, configuration, recovers: false, isAlone: true)
        let meta = try storing { () throws(StorageError) in try readMeta(environment) }
        let earlier = try configuration.earlier(of: meta)
        let log = try readLog(environment, earlier: earlier)
        var isWhole = !meta.isRebuilding
        do throws(StoreError) {
            // Now: a replay takes a while.
            try refuseUnknown(names, among: try readDerived(environment, earlier: earlier).tables)
        } catch {
            guard case .rebuildNeeded = error else { throw error }
            isWhole = false
        }
        let scratch = try storing { () throws(StorageError) in
            try ScratchFolder(at: path + "/" + rebuildName)
        }
        defer { withExtendedLifetime(scratch) {} }
        let replay: Replay
        do throws(Replay.Failure) {
            replay = try Self.replay(environment, log, in: scratch, progress)
        } catch {
            throw StoreError(error)
        }
        try refuseUnknown(names, among: replay.tables)
        let chosen = replay.tables.derived.filter {
            !isWhole || names.isEmpty || names.contains($0.name)
        }
        try storing { () throws(StorageError) in
            try replace(chosen, of: replay, log, in: environment)
        }
        return chosen.map(\.name)
    }

    private static func refuseUnknown(
        _ names: [String],
        among tables: StoreTables
    ) throws(StoreError) {
        let known = Set(tables.derived.map(\.name))
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw .unknownTable(unknown)
        }
    }

    private static func replace(
        _ chosen: [Table],
        of replay: Replay,
        _ log: Log,
        in environment: Environment
    ) throws(StorageError) {
        var marking = try WriteTransaction(in: environment)
        // With the missing tables: no one opens the store before they are filled.
        let tables = try StoreTables(creatingIn: &marking, schema: replay.schema, log: log)
        let mark = Array(MetaKey.rebuilding.utf8)
        try marking.put(mark, forMeta: MetaKey.rebuilding, in: tables.meta)
        try marking.commit()
        let own = Dictionary(
            tables.derived.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for source in chosen {
            guard let target = own[source.name] else { continue }
            try copy(source, of: replay.target, to: target, in: environment)
        }
        var unmarking = try WriteTransaction(in: environment)
        try unmarking.delete(mark.rawSpan, in: tables.meta)
        try unmarking.commit()
        try environment.synchronize()
    }

    /// Replaces the entries of `target`, some thousand per transaction.
    private static func copy(
        _ source: Table,
        of replay: Environment,
        to target: Table,
        in environment: Environment
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
