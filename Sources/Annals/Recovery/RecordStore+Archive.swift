public import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections

extension Archive {
    /// The archive in a folder, as its segments tell; they are not unfolded.
    public static func read(at folder: String) throws(StoreError) -> Archive {
        try recovered { () throws(RecoveryError) in try Archive(reading: folder) }
    }
}

extension RecordStore {
    /// Appends to an archive what the log has beyond it.
    ///
    /// A process that is killed meanwhile leaves an archive that ends earlier; the next call goes on
    /// there. The folder is made where it is missing. A store whose history is not the archive's and
    /// more is refused.
    ///
    /// - Parameters:
    ///   - folder: The folder of the archive.
    ///   - progress: Told how many transactions of how many are in the archive; `false` stops with
    ///     ``StoreError/interrupted`` between two segments.
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

    /// Appends to an archive for as long as it is wanted, in segments that become larger later.
    ///
    /// - Parameters:
    ///   - folder: The folder of the archive, made where it is missing.
    ///   - interval: How long is waited between two looks at the log: what an operator is ready to
    ///     lose with a disk.
    ///   - appended: Told after each look, with the number of transactions that were new; `false`
    ///     ends the work.
    /// - Throws: ``StorageError/replaced(path:)`` where the store was replaced or removed meanwhile.
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
