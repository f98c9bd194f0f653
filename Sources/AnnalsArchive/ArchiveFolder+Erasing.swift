internal import AnnalsBytes
package import AnnalsLMDB
internal import AnnalsLog
package import AnnalsSchema

/// What a record's event `erased` or `withheld` removes from earlier segments.
package struct Erasure: Sendable, Hashable {
    package let key: RecordKey
    /// The transaction that erased it: values of earlier ones are gone.
    package let transaction: UInt64
    /// The position of the record's preceding event.
    let previous: Position
}

extension Archive {
    /// Every erasure that the archive knows of.
    package func erasures() throws(RecoveryError) -> [Erasure] {
        var erasures: [Erasure] = []
        for segment in segments where segment.header.erasureCount > 0 {
            for transaction in try segment.transactions() {
                for event in transaction.events where event.kind.takesValues {
                    erasures.append(
                        Erasure(
                            key: event.key,
                            transaction: transaction.number,
                            previous: event.previous
                        )
                    )
                }
            }
        }
        return erasures
    }
}

extension Archive {
    /// Whether values that were erased may still be in segments of the archive in a folder: a run
    /// was ended while it removed them.
    package static func isErasing(at folder: String) -> Bool {
        FileSystem.exists(folder + "/" + ArchiveFolder.mark)
    }

    /// Present once transactions have left a store's log: the archive alone has them.
    private static let needed = ".annals-needed"

    /// Whether a store reads from the archive what has left its log, so that no segment may go.
    package var isNeeded: Bool { FileSystem.exists(path + "/" + Self.needed) }

    /// Records that transactions are about to leave a store's log.
    package static func markNeeded(at folder: String) throws(StorageError) {
        let path = folder + "/" + needed
        if FileSystem.exists(path) { return }
        try FileSystem.writeFile(path, [])
        try FileSystem.synchronizeFolder(folder)
    }
}

extension ArchiveFolder {
    /// Present while values are being erased from earlier segments: if a run is killed during this,
    /// the next one finishes it.
    fileprivate static let mark = ".annals-erasing"

    /// The names of the segments that the last removal of values left, one a line.
    ///
    /// A segment that is there now and is not among them was put back, by a copy that brought back
    /// what it should have removed, or is older than this file.
    private static let obeyed = ".annals-obeyed"
    /// Of a million segments.
    private static let obeyedByteCountMax = 64 << 20

    private var markPath: String { archive.path + "/" + Self.mark }
    private var obeyedPath: String { archive.path + "/" + Self.obeyed }

    /// Whether a segment may have values that were erased later: a run that removed them was ended,
    /// or there is a segment that the last removal did not leave.
    func mayHaveErasedValues() throws(RecoveryError) -> Bool {
        if FileSystem.exists(markPath) { return true }
        // What the store has appended since then has no such values.
        guard let last = archive.segments.lastIndex(where: { $0.header.erasureCount > 0 }) else {
            return false
        }
        return try recovering { () throws(StorageError) in
            guard try FileSystem.isThere(obeyedPath) else { return true }
            let (bytes, _) = try FileSystem.readFile(obeyedPath, first: Self.obeyedByteCountMax)
            let names = Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n"))
            return archive.segments[...last].contains { !names.contains($0.header.name.text[...]) }
        }
    }

    /// Records that no segment has values that were erased later.
    func recordObeyed() throws(StorageError) {
        let unfinished = obeyedPath + "-new"
        try FileSystem.removeFile(unfinished)
        let names = archive.segments.map { $0.header.name.text + "\n" }.joined()
        try FileSystem.writeFile(unfinished, [Array(names.utf8)])
        try FileSystem.move(unfinished, to: obeyedPath)
        try FileSystem.removeFile(markPath)
        try FileSystem.synchronizeFolder(archive.path)
    }

    /// Records, before a segment with erasures is written, that they have to be carried out.
    func markErasing() throws(RecoveryError) {
        try recovering { () throws(StorageError) in
            if FileSystem.exists(markPath) { return }
            try FileSystem.writeFile(markPath, [])
            try FileSystem.synchronizeFolder(archive.path)
        }
    }

    /// Removes the values of the erased records from earlier segments.
    ///
    /// A record's events are linked backwards, so only segments with some of them are decompressed.
    /// Each is rewritten under the name of its next generation; the old file is removed when the
    /// new one is on disk. What the disk may still hold of its bytes is up to the file system.
    func obeyErasures() throws(RecoveryError) {
        var pending = PendingErasures(archive.segments)
        for erasure in try archive.erasures() { pending.add(erasure) }
        for index in archive.segments.indices.reversed() {
            let erased = pending.take(at: index)
            if erased.isEmpty { continue }
            try rewrite(archive.segments[index], at: index, erased, &pending)
        }
        try recovering { () throws(StorageError) in try recordObeyed() }
    }

    private func rewrite(
        _ segment: Segment,
        at index: Int,
        _ steps: [PendingErasures.Step],
        _ pending: inout PendingErasures
    ) throws(RecoveryError) {
        let transactions = try segment.transactions()
        var erased: [RecordKey: UInt64] = [:]
        for step in steps {
            erased[step.key] = max(erased[step.key] ?? 0, step.before)
            // Along the record's life, until it leaves the segment.
            var position = step.position
            while let event = transactions.event(at: position), event.key == step.key {
                position = event.previous
            }
            pending.add(
                PendingErasures.Step(key: step.key, position: position, before: step.before)
            )
        }
        var contents = SegmentContents(
            storeID: segment.header.storeID,
            created: segment.header.created,
            after: segment.header.before,
            generation: segment.header.generation + 1
        )
        var isChanged = false
        for transaction in transactions {
            let bytes = transaction.obeying { event, _ in
                transaction.number < erased[event.key] ?? 0
            }
            if bytes != transaction.bytes { isChanged = true }
            try contents.append(transaction, bytes: bytes)
        }
        guard isChanged else { return }
        replace(at: index, by: try write(contents))
        try remove([segment])
    }
}

/// Which events lead to values to be erased, by the segment that contains them.
private struct PendingErasures {
    struct Step {
        let key: RecordKey
        let position: Position
        /// The transaction that erased: nothing is removed from it and later ones.
        let before: UInt64
    }

    private let segments: [Segment]
    private var steps: [Int: [Step]] = [:]

    init(_ segments: [Segment]) { self.segments = segments }

    mutating func add(_ erasure: Erasure) {
        add(Step(key: erasure.key, position: erasure.previous, before: erasure.transaction))
    }

    mutating func add(_ step: Step) {
        guard step.position > .beforeFirst,
            let index = segments.lastIndex(where: { $0.header.before.lastPosition < step.position }
            ),
            step.position <= segments[index].header.after.lastPosition
        else { return }
        steps[index, default: []].append(step)
    }

    mutating func take(at index: Int) -> [Step] { steps.removeValue(forKey: index) ?? [] }
}

extension [StoredTransaction] {
    /// The event at a position; `nil` if the transactions do not reach it.
    fileprivate func event(at position: Position) -> EventHeader? {
        guard let first, position >= first.firstPosition else { return nil }
        var (low, high) = (0, count - 1)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].lastPosition < position { low = middle + 1 } else { high = middle }
        }
        let index = Int(position.ordinal) - Int(self[low].firstPosition.ordinal)
        return self[low].events.indices.contains(index) ? self[low].events[index] : nil
    }
}
