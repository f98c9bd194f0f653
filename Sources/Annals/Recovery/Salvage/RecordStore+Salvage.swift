internal import AnnalsLMDB

extension RecordStore {
    /// Creates a store from everything that still verifies in a damaged one.
    ///
    /// The file is read page by page, without LMDB and without a map, so that no damage and no
    /// malice in it can harm the process; nothing is written to it. The log is the truth: it is
    /// replayed into the new store from its first transaction on, as far as each names the digest
    /// of its predecessor. What verifies after a gap is not part of that chain: it is passed to
    /// `tell`, events first, then the records whose rows are newer than those in the new store.
    ///
    /// - Parameters:
    ///   - damaged: The folder of the store, or a data file. No process may be writing to it.
    ///   - path: The folder of the new store, which must not exist or be empty. If not even the
    ///     first transaction was found, nothing is created.
    ///   - configuration: What the store is created with.
    ///   - progress: Called with the fraction of a stage that is done; `false` stops with
    ///     ``StoreError/interrupted``, and nothing was created.
    ///   - tell: Called with what the new store does not have; `false` stops as well.
    ///   - completed: Called with the report when all is done, and before the new store gets its name;
    ///     `false` stops as well.
    package static func salvage(
        from damaged: String,
        to path: String,
        configuration: Configuration = Configuration(),
        progress: (SalvageStage, Double) -> Bool = { _, _ in true },
        tell: (SalvagedItem) -> Bool = { _ in true },
        completed: (SalvageReport) -> Bool = { _ in true }
    ) throws(StoreError) -> SalvageReport {
        let isFolder = FileSystem.exists(damaged + "/data.mdb")
        let file = isFolder ? damaged + "/data.mdb" : damaged
        let scan: PageScan
        do throws(PageFinding) {
            scan = try PageScan(file: file)
        } catch {
            throw .storage(.notAStore(path: damaged, finding: error.description))
        }
        let locks = try isFolder ? keepWritersAway(damaged) : nil
        defer { withExtendedLifetime(locks) {} }
        let folder = try storing { () throws(StorageError) in
            try UnfinishedFolder(for: path)
        }
        do throws(StoreError) {
            var salvage = Salvage(scan, of: damaged, path, configuration)
            let report = try salvage.run(in: folder.path, progress, tell)
            if report.store != nil {
                try storing { () throws(StorageError) in
                    try FileSystem.synchronize(folder.path + "/data.mdb")
                }
            }
            guard completed(report) else { throw .interrupted }
            if report.store == nil {
                folder.discard()
            } else {
                try storing { () throws(StorageError) in try folder.finish() }
            }
            return report
        } catch {
            folder.discard()
            throw error
        }
    }

    /// Keeps out writers, and processes that need exclusive access.
    private static func keepWritersAway(
        _ folder: String
    ) throws(StoreError) -> (UseLock, WriterLock) {
        try storing { () throws(StorageError) in
            (try UseLock(folder, .shared), try WriterLock(folder: folder))
        }
    }
}
