internal import Annals
internal import AnnalsSchema

/// One run of an import, from where the previous one ended.
struct ImportRun {
    let session: Session
    let mapping: ImportMapping
    var references: ReferenceBook
    var known: KnownRecords
    var summary = ImportSummary()
    /// What is waiting to be committed together, in the order of the rows.
    var batch = RowBatch()
    private let options: ImportOptions
    private let feed: RowFeed
    private let inputPath: String
    private var earlier = EarlierRows()
    /// Keys of records that this run may have changed although a later row of theirs is in the log:
    /// that row must be applied again, or the earlier one would have the last word.
    private var overtaken: Set<TextKey> = []
    /// Keys that rows have whose record was erased: what other rows of the file say of it was erased
    /// too, or would be without it if the log had anything of them.
    private var erased: Set<TextKey> = []
    private var rejects: RejectFile?
    private let start = ContinuousClock.now

    init(
        _ session: Session,
        _ mapping: ImportMapping,
        _ source: ImportSource,
        _ options: ImportOptions
    ) throws(ImportError) {
        self.session = session
        self.mapping = mapping
        self.options = options
        feed = try RowFeed(mapping, source)
        inputPath = source.path
        references = ReferenceBook(mapping, session)
        known = try KnownRecords(mapping, session)
    }

    mutating func run(
        _ progress: (ImportProgress) -> Void
    ) async throws(ImportError) -> ImportSummary {
        try await countRows(progress)
        let feed = feed
        summary.missingColumns = await feed.missingColumns
        let count = options.batchRowCountMax
        try await earlier.find(mapping.importID, feed, in: session.store)
        try await findErased()
        let isContinued = earlier.end > 0 && earlier.isSameFile
        if let path = options.rejectsPath {
            rejects = try RejectFile(path, isContinued: isContinued, input: inputPath)
        }
        // A run that was killed may have committed its last rows without reporting which ones it
        // rejected.
        let done = earlier.doneCount(
            isRefusedDone: mapping.time != nil && (rejects == nil || isContinued),
            recent: rejects == nil ? 0 : count
        )
        summary.skipped = done
        summary.rows = try await feed.begin(after: done).get()
        var next = try await feed.next(atMost: count).get()
        while !next.rows.isEmpty {
            async let following = feed.next(atMost: count)
            for row in next.rows { try await take(row) }
            try await flush()
            if let limit = options.rejectLimit, summary.rejected >= limit {
                throw .tooManyRejects(summary.rejected)
            }
            next = try await following.get()
            progress(told(next.before))
            if Task.isCancelled, !next.rows.isEmpty { throw .interrupted }
        }
        summary.seconds = seconds
        return summary
    }

    private func countRows(_ progress: (ImportProgress) -> Void) async throws(ImportError) {
        while true {
            let found = try await feed.count().get()
            if found.isAll { return }
            progress(told(RowFeed.Pace(rowsTotal: found.total)))
            if Task.isCancelled { throw .interrupted }
        }
    }

    private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

    private func told(_ pace: RowFeed.Pace) -> ImportProgress {
        ImportProgress(
            done: pace.rows,
            total: pace.rowsTotal,
            bytes: pace.bytes,
            seconds: seconds,
            rowsPerSecond: Double(max(0, pace.rows - summary.skipped)) / max(seconds, 0.001)
        )
    }

    /// Learns the keys of the rows whose records were erased.
    ///
    /// A row that changed nothing has left nothing in the log, nor has one that was refused: only their
    /// keys show that they are about somebody who was erased.
    private mutating func findErased() async throws(ImportError) {
        guard let ordinals = earlier.erased else { return }
        _ = try await feed.begin(after: ordinals.lowerBound - 1).get()
        while true {
            let rows = try await feed.next(atMost: options.batchRowCountMax).get().rows
            for row in rows {
                guard case .erased = earlier.state(row.ordinal), let key = key(of: row) else {
                    continue
                }
                erased.insert(key)
            }
            guard let last = rows.last, last.ordinal < ordinals.upperBound else { return }
        }
    }

    private func key(of row: FedRow) -> TextKey? {
        guard case .success(let mapped) = row.content else { return nil }
        return known.remembered(mapped.key.description)
    }

    /// Does for a row what earlier runs have left to do.
    private mutating func take(_ row: FedRow) async throws(ImportError) {
        let state = earlier.state(row.ordinal)
        switch state {
        case .absent, .other:
            if earlier.isWithoutTrace(row.ordinal), earlier.isUnchanged(row.ordinal) {
                summary.skipped += 1
                return
            }
            guard let key = key(of: row), erased.contains(key) else { break }
            batch.refuse(
                row,
                RecordError(
                    .rowErased,
                    "what was imported from another row with this key was erased: it is not imported"
                )
            )
            return
        case .imported, .erased: break
        }
        switch state {
        case .absent where earlier.isWithoutTrace(row.ordinal): try await recall(row, generation: 0)
        case .absent: try await add(row, generation: 0)
        case .other(let generation) where earlier.isWithoutTrace(row.ordinal):
            try await recall(row, generation: generation + 1)
        case .other(let generation): try await add(row, generation: generation + 1)
        case .imported(let generation):
            if comesAgain(row) {
                try await add(row, generation: generation + 1)
            } else {
                summary.skipped += 1
            }
        case .erased(let generation) where earlier.isOfAnotherFile:
            try await add(row, generation: generation + 1)
        case .erased:
            batch.refuse(
                row,
                RecordError(
                    .rowErased,
                    "what was imported from a row in this place was erased: it is not imported again"
                )
            )
        }
    }

    /// Whether an imported row must be applied again, since this run may have changed its record.
    private func comesAgain(_ row: FedRow) -> Bool {
        guard !overtaken.isEmpty, case .success(let mapped) = row.content,
            let key = key(of: row), overtaken.contains(key)
        else { return false }
        switch mapped.operation {
        case .upsert, .update, .delete: return true
        case .create, .undelete: return false
        }
    }

    /// Tries a row again that an earlier run rejected.
    ///
    /// It is not applied, since later rows already are. The reason for rejecting it is reported, if
    /// it was not reported before.
    private mutating func recall(_ row: FedRow, generation: Int) async throws(ImportError) {
        if rejects?.told.contains(row.location.line) == true {
            summary.skipped += 1
            return
        }
        let mapped: MappedRow
        switch row.content {
        case .failure(let error):
            batch.refuse(row, error)
            return
        case .success(let found): mapped = found
        }
        // For a record that never existed there is no later change: what prevented the row may be
        // gone.
        var isUnknown = false
        if self.mapping.time == nil {
            let key = mapped.key.description
            isUnknown =
                try await awaiting { () async throws(StoreError) in
                    try await known.record(key)
                } == nil
        }
        if isUnknown {
            try await add(row, generation: generation)
        } else if rejects == nil {
            summary.skipped += 1
        } else {
            try await add(row, generation: generation, isTrial: true)
        }
    }

    private mutating func add(
        _ row: FedRow,
        generation: Int,
        isTrial: Bool = false
    ) async throws(ImportError) {
        if !isTrial, row.ordinal < earlier.count, let key = key(of: row) { overtaken.insert(key) }
        try await add(row, in: generation, isTrial: isTrial)
    }

    /// Writes rejected rows to their file.
    mutating func tell(_ refused: [(FedRow, RecordError)]) async throws(ImportError) {
        guard rejects != nil, !refused.isEmpty else { return }
        var lines: [RejectFile.Reject] = []
        for (row, error) in refused {
            let json = try await feed.json(at: row.location).get()
            lines.append(RejectFile.Reject(location: row.location, json: json, error: error))
        }
        try rejects?.add(lines)
    }
}
