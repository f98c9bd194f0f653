public import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import Synchronization

extension Archive {
    /// The archive in a folder, as described by its segments; they are not decompressed.
    public static func read(at folder: String) throws(StoreError) -> Archive {
        try recovered { () throws(RecoveryError) in try Archive(reading: folder) }
    }
}

extension RecordStore {
    /// Appends to an archive what the log has beyond it.
    ///
    /// A process that is killed during this leaves an archive that ends earlier; the next call
    /// continues from there. The folder is created if it is missing. A store whose history does not
    /// continue the archive's is rejected.
    ///
    /// - Parameters:
    ///   - folder: The folder of the archive.
    ///   - progress: Called with how many of how many transactions are in the archive, on another
    ///     thread.
    /// - Throws: ``StoreError/interrupted`` if the task was cancelled, between two segments.
    @discardableResult
    public func archive(
        to folder: String,
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> Archive {
        try await settle()
        let source = try archiveSource()
        return try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try recovered { () throws(RecoveryError) in
                let writer = try ArchiveFolder(writing: folder)
                _ = try writer.append(from: source) { done, total in
                    self.callingBack { monitor.report(.log, done, of: total) }
                }
                return writer.archive
            }
        }
    }

    /// Appends to an archive continuously, in segments that are merged into larger ones later; ends
    /// when the task is cancelled.
    ///
    /// - Parameters:
    ///   - folder: The folder of the archive, created if it is missing.
    ///   - interval: How long to wait between two looks at the log: what an operator is prepared to
    ///     lose with a disk.
    ///   - appended: Called after each look, with the number of transactions that were new.
    /// - Throws: ``StorageError/replaced(path:)`` if the store was replaced or removed in the
    ///   meantime.
    public func archive(
        to folder: String,
        every interval: Duration,
        appended: (_ archive: Archive, _ new: UInt64) -> Void
    ) async throws(StoreError) {
        let writer = try await LongWork.run { (_) throws(StoreError) in
            try recovered { () throws(RecoveryError) in
                OpenArchive(try ArchiveFolder(writing: folder))
            }
        }
        while !Task.isCancelled {
            try requireInPlace()
            try await settle()
            let source = try archiveSource()
            let new = try await LongWork.run { (_) throws(StoreError) in
                try recovered { () throws(RecoveryError) in try writer.append(from: source) }
            }
            callingBack { appended(new.archive, new.count) }
            do { try await Task.sleep(for: interval) } catch { return }
        }
    }

    private func archiveSource() throws(StoreError) -> ArchiveFolder.Source {
        ArchiveFolder.Source(
            try published.environment,
            published.both.1.log,
            storeID: storeID,
            created: created
        )
    }
}

/// An archive that stays open for one thread after the other.
private final class OpenArchive: Sendable {
    private let folder: Mutex<ArchiveFolder>

    init(_ folder: sending ArchiveFolder) { self.folder = Mutex(folder) }

    /// - Returns: The archive, and how many transactions were new.
    func append(
        from source: ArchiveFolder.Source
    ) throws(RecoveryError) -> (archive: Archive, count: UInt64) {
        try folder.withLock { (folder) throws(RecoveryError) in
            let count = try folder.append(from: source)
            return (folder.archive, count)
        }
    }
}
