internal import AnnalsLMDB

/// What a compaction did.
public struct CompactReport: Sendable, Hashable {
    /// Sizes of the store's file before and afterwards.
    public let bytesBefore: Int
    /// Bytes of the file afterwards.
    public let bytesAfter: Int
}

extension RecordStore {
    /// Rewrites a store's file without its free pages, in a store that no one has open: it becomes
    /// smaller, and no longer contains bytes that were erased or overwritten.
    ///
    /// The new file is written next to the old one, its pages are walked, and it takes the old
    /// one's name when it is on disk: a crash leaves the old file or the new one. Leftovers of a
    /// killed process are removed by the next process that opens the store to write. Needs room for
    /// a second copy.
    ///
    /// What the disk itself keeps of the old file's blocks is beyond the reach of any program.
    ///
    /// - Parameters:
    ///   - path: The folder of the store.
    ///   - configuration: What the store is opened with.
    ///   - progress: Called with how much is copied, on another thread; if the task is cancelled by
    ///     then, the store is unchanged.
    /// - Throws: ``StorageError/storeInUse(path:)`` if any process has the store open, if only for
    ///   reading: it would continue with the old file. A process that opens it in the meantime
    ///   waits for two seconds, and then gets ``StorageError/busy(path:work:)``.
    @discardableResult
    public static func compact(
        at path: String,
        configuration: Configuration = Configuration(),
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> CompactReport {
        try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try compact(at: path, configuration) { monitor.report(.copying, share: $0) }
        }
    }

    private static func compact(
        at path: String,
        _ configuration: Configuration,
        _ progress: (_ share: Double) -> Bool
    ) throws(StoreError) -> CompactReport {
        var configuration = configuration
        configuration.isReadOnly = false
        // Until the new file has the old one's name no one else may even read.
        let alone = try using(path, .alone(.compacting))
        defer { withExtendedLifetime(alone) {} }
        let environment = try open(path, configuration, isAlone: true)
        let meta = try storing { () throws(StorageError) in try readMeta(environment) }
        if meta.isRebuilding { throw .rebuildInterrupted(path: path) }
        // If the data file is a link, the file that it leads to is replaced.
        let (file, copy) = (FileSystem.absolute(path + "/data.mdb"), compactedPath(of: path))
        let bytesBefore = try storing { () throws(StorageError) in
            try FileSystem.byteCount(ofFile: file)
        }
        do throws(StoreError) {
            try write(copy, of: environment, progress)
        } catch {
            try? FileSystem.removeFile(copy)
            throw error
        }
        _ = consume environment
        return try storing { () throws(StorageError) in
            try FileSystem.move(copy, to: file)
            try FileSystem.synchronizeFolder(FileSystem.parent(of: file))
            return CompactReport(
                bytesBefore: bytesBefore,
                bytesAfter: try FileSystem.byteCount(ofFile: file)
            )
        }
    }

    /// Writes the copy and verifies its pages: it will replace the only one.
    private static func write(
        _ copy: String,
        of environment: Environment,
        _ progress: (Double) -> Bool
    ) throws(StoreError) {
        let total = Double(max(1, environment.map.usedBytes))
        var done = 0
        let isWhole = try storing { () throws(StorageError) in
            try environment.copyCompacted(toFile: copy) { part in
                done += part.byteCount
                return progress(min(1, Double(done) / total))
            }
        }
        guard isWhole else { throw .interrupted }
        do throws(PageFinding) {
            _ = try PageCheck.walk(file: copy)
        } catch {
            throw .storage(.corrupted(Corruption("a page of the copy is not sound: \(error)")))
        }
    }
}
