package import AnnalsLMDB
package import AnnalsLog
package import AnnalsSchema

/// An archive that is being written to, by one process at a time.
package final class ArchiveFolder {
    package private(set) var archive: Archive
    private let lock: FolderLock

    /// A segment is written under this name, and gets its own when it is complete.
    private static let unfinished = ".annals-segment"
    /// From this many bytes of log on a segment is no longer merged with others.
    private static let fullByteCount = 4 << 20
    /// This many small segments at the end are merged.
    private static let smallSegmentsMax = 16

    /// Opens the archive, creates its folder if there is none, and finishes what a killed process
    /// started.
    package init(writing path: String) throws(RecoveryError) {
        let lock = try recovering { () throws(StorageError) in
            if !FileSystem.exists(path) {
                try FileSystem.makeFolder(path)
                try FileSystem.synchronizeFolder(FileSystem.parent(of: path))
            }
            let lock = try FolderLock(folder: path)
            try FileSystem.removeFile(path + "/" + Self.unfinished)
            return lock
        }
        let archive = try Archive(reading: path)
        if let gap = archive.gap { throw .missing(transaction: gap) }
        // Each segment's name, header and length were checked. What is appended follows the last,
        // of which every byte is checked here: the others are checked when the archive is verified.
        _ = try archive.segments.last?.transactions()
        try Self.remove(archive.superseded, from: path)
        self.archive = archive
        self.lock = lock
        if try mayHaveErasedValues() { try obeyErasures() }
    }

    /// The end of the log in the archive; for an empty one, where it will begin.
    private func head(_ source: Source) -> LogHead {
        // What has left the store for another archive is not available.
        archive.segments.last?.header.after ?? source.log.horizon
    }

    /// Where the log comes from.
    package struct Source {
        let environment: Environment
        let log: Log
        let storeID: String
        let created: Timestamp

        package init(
            _ environment: Environment,
            _ log: Log,
            storeID: String,
            created: Timestamp
        ) {
            self.environment = environment
            self.log = log
            self.storeID = storeID
            self.created = created
        }

        /// The digest of a transaction that is not before the log's horizon.
        fileprivate func digest(of number: UInt64) throws(RecoveryError) -> Digest? {
            if number == log.horizon.number { return log.horizon.digest }
            return try recovering { () throws(StorageError) in
                try log.read(number, in: ReadTransaction(in: environment))?.digest
            }
        }
    }

    /// Appends the transactions that the log has beyond the archive.
    ///
    /// - Parameter progress: Called with how many of how many transactions are in the archive;
    ///   `false` stops between two segments.
    /// - Returns: How many transactions were new.
    package func append(
        from source: Source,
        progress: (_ done: UInt64, _ of: UInt64) -> Bool = { _, _ in true }
    ) throws(RecoveryError) -> UInt64 {
        let start = head(source).number
        try requireContinuation(of: source)
        // Of a store that was trimmed before there was a mark.
        if let first = archive.segments.first?.header.first, first <= source.log.base.number {
            try recovering { () throws(StorageError) in try Archive.markNeeded(at: archive.path) }
        }
        while true {
            let (contents, total) = try next(from: source)
            guard progress(head(source).number, total) else { throw .interrupted }
            if contents.isEmpty { break }
            // Before the segment that records it exists.
            if contents.erasureCount > 0 { try markErasing() }
            archive = archive.replacingLast(by: try write(contents))
            if contents.erasureCount > 0 { try obeyErasures() }
        }
        try mergeSmallSegments()
        return head(source).number - start
    }

    /// Rejects a store whose history does not continue the archive's.
    private func requireContinuation(of source: Source) throws(RecoveryError) {
        guard let last = archive.segments.last?.header else { return }
        guard last.storeID == source.storeID else {
            throw .foreignStore(
                path: archive.path,
                expected: source.storeID,
                found: last.storeID
            )
        }
        let end = try recovering { () throws(StorageError) in
            try source.log.head(in: ReadTransaction(in: source.environment)).number
        }
        guard end >= last.last else {
            if let archived = try archive.digest(of: end),
                try source.digest(of: end) != archived
            {
                throw .forked(path: archive.path, after: try lastCommon(with: source, through: end))
            }
            throw .behind(store: end, archive: last.last)
        }
        guard last.last >= source.log.horizon.number else {
            throw .missing(transaction: last.last + 1)
        }
        guard try source.digest(of: last.last) == last.after.digest else {
            throw .forked(
                path: archive.path,
                after: try lastCommon(with: source, through: last.last)
            )
        }
    }

    /// The last transaction that both histories have, 0 if there is none.
    private func lastCommon(
        with source: Source,
        through end: UInt64
    ) throws(RecoveryError) -> UInt64 {
        guard let first = archive.segments.first?.header else { return 0 }
        let start = max(first.before.number, source.log.horizon.number)
        return try lastCommonTransaction(from: start, through: max(start, end)) {
            (number) throws(RecoveryError) in
            try source.digest(of: number) == archive.digest(of: number)
        }
    }

    /// The transactions of the next segment, each checked against its predecessor, and how many the
    /// log has.
    private func next(
        from source: Source
    ) throws(RecoveryError) -> (contents: SegmentContents, total: UInt64) {
        var contents = SegmentContents(
            storeID: source.storeID,
            created: source.created,
            after: head(source)
        )
        var check = LogCheck(after: head(source))
        let (batch, total) = try recovering { () throws(StorageError) in
            let reader = try ReadTransaction(in: source.environment)
            var batch: [StoredTransaction] = []
            var byteCount = 0
            while byteCount < Self.fullByteCount,
                let transaction = try source.log.read(
                    check.head.number + 1 + UInt64(batch.count),
                    in: reader
                )
            {
                byteCount += transaction.bytes.count
                batch.append(transaction)
            }
            return (batch, try source.log.head(in: reader).number)
        }
        for transaction in batch {
            if let finding = check.accept(transaction) {
                throw .damaged(
                    file: source.environment.path,
                    finding: "transaction \(transaction.number): \(finding)"
                )
            }
            try contents.append(transaction)
        }
        return (contents, total)
    }

    /// Creates a segment, which then exists completely or not at all.
    func write(_ contents: SegmentContents) throws(RecoveryError) -> Segment {
        let (header, parts) = contents.file()
        let path = archive.path + "/" + header.name.text
        try recovering { () throws(StorageError) in
            let unfinished = archive.path + "/" + Self.unfinished
            do throws(StorageError) {
                try FileSystem.writeFile(unfinished, parts)
                try FileSystem.move(unfinished, to: path)
            } catch {
                try? FileSystem.removeFile(unfinished)
                throw error
            }
            try FileSystem.synchronizeFolder(archive.path)
        }
        return Segment(path: path, header: header)
    }

    /// Records that a segment has other bytes now.
    func replace(at index: Int, by segment: Segment) {
        archive = archive.replacing(at: index, by: segment)
    }

    /// Merges the small segments at the end into one, if there are many or they fill one.
    ///
    /// The merged one exists before the small ones are removed: a reader that finds both uses the
    /// longer.
    private func mergeSmallSegments() throws(RecoveryError) {
        let small = Array(
            archive.segments.reversed()
                .prefix { $0.header.rawByteCount < Self.fullByteCount / 2 }
                .reversed()
        )
        let byteCount = small.reduce(0) { $0 + $1.header.rawByteCount }
        guard let first = small.first, small.count > 1,
            small.count >= Self.smallSegmentsMax || byteCount >= Self.fullByteCount
        else { return }
        var contents = SegmentContents(
            storeID: first.header.storeID,
            created: first.header.created,
            after: first.header.before,
            generation: small.map(\.header.generation).max() ?? 0
        )
        var check = LogCheck(after: first.header.before)
        for segment in small {
            for transaction in try segment.transactions() {
                if let finding = check.accept(transaction) {
                    throw .damaged(file: segment.path, finding: finding)
                }
                try contents.append(transaction)
            }
        }
        let merged = try write(contents)
        try Self.remove(small, from: archive.path)
        archive = archive.replacingLast(small.count, by: merged)
        guard archive.segments.contains(where: { $0.header.erasureCount > 0 }) else { return }
        try recovering { () throws(StorageError) in try recordObeyed() }
    }

    /// Removes the first segments.
    package func removeFirst(_ segments: [Segment]) throws(RecoveryError) {
        try Self.remove(segments, from: archive.path)
        archive = archive.droppingFirst(segments.count)
    }

    /// Removes files that the archive no longer needs.
    func remove(_ segments: [Segment]) throws(RecoveryError) {
        try Self.remove(segments, from: archive.path)
    }

    private static func remove(
        _ segments: [Segment],
        from path: String
    ) throws(RecoveryError) {
        if segments.isEmpty { return }
        try recovering { () throws(StorageError) in
            for segment in segments { try FileSystem.removeFile(segment.path) }
            try FileSystem.synchronizeFolder(path)
        }
    }
}
