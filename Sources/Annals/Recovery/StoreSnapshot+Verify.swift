public import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsLog

extension StoreSnapshot {
    /// The snapshots in a folder, oldest first, or the one that the folder itself is.
    ///
    /// - Returns: Also why others, which look like snapshots, are not.
    public static func list(
        in folder: String
    ) throws(StoreError) -> (snapshots: [StoreSnapshot], damaged: [RecoveryError]) {
        try recovered { () throws(RecoveryError) in try SnapshotFolder.list(folder) }
    }

    /// Checks the file against the manifest and every page against the rules of the file, restores
    /// the log into scratch space, and compares the end of the log, the root of its tree and every
    /// table with that.
    ///
    /// - Parameters:
    ///   - scratch: A folder for the replay, which must not exist; removed at the end.
    ///   - archive: The archive with what had left the log of the store; if it is not given, only
    ///     what can be verified without those transactions is.
    ///   - progress: Called with how far it is, on another thread.
    /// - Returns: A report whose findings name what differs.
    /// - Throws: ``StoreError/recovery(_:)`` if file and manifest do not belong together;
    ///   ``StoreError/interrupted`` if the task was cancelled.
    public func verify(
        scratch: String,
        archive: String? = nil,
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> CheckReport {
        try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try self.verify(scratch: scratch, archive, monitor)
        }
    }

    private func verify(
        scratch: String,
        _ archive: String?,
        _ monitor: LongWork.Monitor
    ) throws(StoreError) -> CheckReport {
        let total = Double(max(1, manifest.fileBytes))
        var done = 0
        try recovered { () throws(RecoveryError) in
            try checkFile { part in
                done += part.byteCount
                return monitor.report(.copying, share: Double(done) / total)
            }
        }
        let pages = try RecordStore.checkFile(at: path) { monitor.report(.pages, share: $0) }
        if !pages.isClean { return pages }
        let copy = try storing { () throws(StorageError) in
            try SnapshotCopy(opening: path, archive: archive)
        }
        try recovered { () throws(RecoveryError) in try requireManifest(of: copy) }
        if copy.log.horizon.number > 0 {
            return try RecordStore.verifyTail(of: copy.environment, pages) {
                monitor.report(.log, share: $0)
            }
        }
        return try RecordStore.check(copy.environment, copy.log, scratch, monitor)
    }

    private func requireManifest(of copy: SnapshotCopy) throws(RecoveryError) {
        let (head, root) = try recovering { () throws(StorageError) in
            (try copy.head(), try copy.root())
        }
        guard head == manifest.head, copy.storeID == manifest.storeID,
            max(head.epoch, copy.meta.epoch) == manifest.nextEpoch,
            manifest.storeFormat == RecordStore.format
        else { throw .damaged(file: path, finding: "its manifest describes another log") }
        guard root.description == manifest.root else {
            throw .damaged(file: path, finding: "the root of its log is not its manifest's")
        }
    }
}
