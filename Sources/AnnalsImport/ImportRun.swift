internal import Annals

/// One run of an import, from where the one before ended.
struct ImportRun {
    let session: Session
    let mapping: ImportMapping
    let identity: ImportIdentity
    var references: ReferenceBook
    var known: KnownRecords
    var summary = ImportSummary()
    /// What is to be committed together, in the order of the rows.
    var batch = RowBatch()
    private let options: ImportOptions
    private let feed: RowFeed
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
        identity = try ImportIdentity(mapping, source)
        feed = try RowFeed(mapping, source)
        references = ReferenceBook(mapping, session)
        known = try KnownRecords(mapping, session)
        summary.skipped = try identity.lastOrdinal(in: session.store)
        if let path = options.rejectsPath {
            rejects = try RejectFile(path, isContinued: summary.skipped > 0)
        }
    }

    mutating func run(
        _ progress: (ImportProgress) -> Bool
    ) async throws(ImportError) -> ImportSummary {
        try await countRows(progress)
        let feed = feed
        summary.missingColumns = await feed.missingColumns
        let count = options.batchRowCountMax
        let done = summary.skipped
        // A run that was killed may have committed its last rows and not told which it refused.
        let start = rejects == nil ? done : max(0, done - count)
        summary.rows = try await feed.begin(after: start).get()
        var next = try await feed.next(atMost: count).get()
        while !next.rows.isEmpty {
            async let following = feed.next(atMost: count)
            for row in next.rows {
                if row.ordinal > done { try await add(row) } else { try await recall(row) }
            }
            try await flush()
            if let limit = options.rejectLimit, summary.rejected >= limit {
                throw .tooManyRejects(summary.rejected)
            }
            next = try await following.get()
            let isWanted = progress(told(next.before))
            guard isWanted || next.rows.isEmpty else { throw .interrupted }
        }
        summary.seconds = seconds
        return summary
    }

    private func countRows(_ progress: (ImportProgress) -> Bool) async throws(ImportError) {
        while true {
            let found = try await feed.count().get()
            if found.isAll { return }
            guard progress(told(RowFeed.Pace(rowsTotal: found.total))) else { throw .interrupted }
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

    /// Tells of a row that an earlier run was done with, if it was refused and not told of.
    private mutating func recall(_ row: FedRow) async throws(ImportError) {
        guard rejects?.told.contains(row.location.line) == false else { return }
        if case .failure(let error) = row.content {
            try await tell([(row, error)])
        } else if let error = try await errorInLog(of: row) {
            try await tell([(row, error)])
        }
    }

    /// Writes refused rows to their file.
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
