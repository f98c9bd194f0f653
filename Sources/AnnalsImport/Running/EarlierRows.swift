internal import Annals

/// What earlier runs of an import have done with the rows of the file, as far as the log shows it.
///
/// Rows that changed something are in the log with digests, and list the rows before them that
/// changed nothing. Any other row was rejected, if the log has a later one that was preceded by the
/// same rows.
struct EarlierRows {
    private var states: [ImportedRow.State] = []
    private var hasSame = false
    private var hasOthers = false
    /// Of the rows that left nothing, those that changed nothing.
    private var unchanged: Set<Int> = []
    /// Rows in whose place is another file's, imported before a run of this file passed them.
    private var passed: Set<Int> = []
    /// The last row up to which the file equals the one that was imported.
    private(set) var end = 0
    /// Whether there is nothing in the log after that.
    private(set) var isSameFile = true

    /// Whether the row with this ordinal was processed by an earlier run, and changed nothing.
    func isUnchanged(_ ordinal: Int) -> Bool { ordinal <= end && unchanged.contains(ordinal) }

    /// Whether an earlier run of this file processed the row, and has left nothing in the log: the row
    /// changed nothing, or was rejected.
    func isWithoutTrace(_ ordinal: Int) -> Bool {
        switch state(ordinal) {
        case .absent: ordinal <= end
        case .other: passed.contains(ordinal)
        case .imported, .erased: false
        }
    }

    /// Whether the rows that were imported before belonged to another file.
    ///
    /// That is so if other rows were in the places of these and none was the same: what was erased
    /// was then one of theirs. A file of which nothing is left to compare counts as the one that
    /// was imported, so that no erased data is brought back.
    var isOfAnotherFile: Bool { hasOthers && !hasSame }

    /// Between which rows those are whose records were erased, where the file is the one that was
    /// imported.
    var erased: ClosedRange<Int>? {
        func isErased(_ state: ImportedRow.State) -> Bool {
            if case .erased = state { true } else { false }
        }
        guard !isOfAnotherFile, let first = states.firstIndex(where: isErased),
            let last = states.lastIndex(where: isErased)
        else { return nil }
        return (first + 1)...(last + 1)
    }

    /// How many rows may be in the log.
    var count: Int { states.count }

    /// What is known of the row with this ordinal.
    func state(_ ordinal: Int) -> ImportedRow.State {
        ordinal <= states.count ? states[ordinal - 1] : .absent
    }

    /// How many rows from the first on need not be examined again.
    ///
    /// - Parameter isRefusedDone: Whether that includes rejected rows, except the last `recent` of
    ///   those up to ``end``.
    func doneCount(isRefusedDone: Bool, recent: Int) -> Int {
        let count = states.indices.firstIndex { index in
            switch states[index] {
            case .imported: false
            case .absent:
                !isUnchanged(index + 1) && (!isRefusedDone || index + 1 > end - recent)
            case .other, .erased: true
            }
        }
        return count ?? states.count
    }

    /// Reads the rows that may be in the log, without mapping them.
    mutating func find(
        _ importID: String,
        _ feed: RowFeed,
        in store: RecordStore
    ) async throws(ImportError) {
        let last = try await awaiting { () async throws(StoreError) in
            try await store.lastOrdinal(ofImport: importID)
        }
        if last == 0 { return }
        var transactions: [(number: UInt64, isSameThrough: Bool)] = []
        _ = try await feed.begin(after: 0).get()
        while true {
            let digests = try await feed.digests(atMost: 2000, through: last).get()
            if digests.isEmpty { break }
            let rows = digests.map {
                ImportedRow(
                    importID: importID,
                    ordinal: $0.ordinal,
                    digest: $0.row,
                    through: $0.through
                )
            }
            let found = try await awaiting { () async throws(StoreError) in
                try await store.found(rows)
            }
            for (row, found) in zip(digests, found) {
                states.append(found.state)
                transactions.append((found.transaction, found.isSameThrough))
                switch found.state {
                case .imported: hasSame = true
                case .other: hasOthers = true
                case .absent, .erased: break
                }
                guard found.isSameThrough else { continue }
                end = row.ordinal
                for rows in found.unchanged {
                    unchanged.formUnion(rows.clamped(to: 1..<row.ordinal))
                }
            }
        }
        isSameFile = end == last
        findPassed(transactions)
    }

    /// A row that is written after what is in the place of one before it shows that the run which
    /// wrote it had no more to say there.
    private mutating func findPassed(
        _ transactions: [(number: UInt64, isSameThrough: Bool)]
    ) {
        var newest: UInt64 = 0
        for index in transactions.indices.reversed() {
            let (number, isSameThrough) = transactions[index]
            if case .other = states[index], number < newest { passed.insert(index + 1) }
            if isSameThrough { newest = max(newest, number) }
        }
    }
}
