public import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections

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
    ///   - progress: Called with how many of how many transactions are in the archive; `false`
    ///     stops with ``StoreError/interrupted`` between two segments.
    @discardableResult
    public func archive(
        to folder: String,
        progress: (_ done: UInt64, _ of: UInt64) -> Bool = { _, _ in true }
    ) throws(StoreError) -> Archive {
        let source = try archiveSource()
        return try recovered { () throws(RecoveryError) in
            let writer = try ArchiveFolder(writing: folder)
            _ = try writer.append(from: source) { done, total in
                callingBack { progress(done, total) }
            }
            return writer.archive
        }
    }

    /// Appends to an archive continuously, in segments that are merged into larger ones later.
    ///
    /// - Parameters:
    ///   - folder: The folder of the archive, created if it is missing.
    ///   - interval: How long to wait between two looks at the log: what an operator is prepared to
    ///     lose with a disk.
    ///   - appended: Called after each look, with the number of transactions that were new; `false`
    ///     ends the work.
    /// - Throws: ``StorageError/replaced(path:)`` if the store was replaced or removed in the
    ///   meantime.
    public func archive(
        to folder: String,
        every interval: Duration,
        appended: (_ archive: Archive, _ new: UInt64) -> Bool
    ) async throws(StoreError) {
        let writer = try recovered { () throws(RecoveryError) in
            try ArchiveFolder(writing: folder)
        }
        while true {
            try requireInPlace()
            let source = try archiveSource()
            let new = try recovered { () throws(RecoveryError) in
                try writer.append(from: source)
            }
            guard callingBack({ appended(writer.archive, new) }) else { return }
            do { try await Task.sleep(for: interval) } catch { return }
        }
    }

    private func archiveSource() throws(StoreError) -> ArchiveFolder.Source {
        ArchiveFolder.Source(
            try settled(),
            published.both.1.log,
            storeID: storeID,
            created: created
        )
    }
}
