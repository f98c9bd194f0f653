internal import AnnalsArchive
internal import AnnalsLog
internal import AnnalsSchema

/// One history of a store, assembled from all sources on it.
struct StoreHistory {
    /// A source, and the last of its transactions that is on the history: after that, it is
    /// another's.
    private struct Part {
        let source: HistorySource
        let through: UInt64
    }

    /// The source that reaches furthest.
    let head: HistorySource
    private var parts: [Part]
    /// Sources that nothing links to the others, and nothing contradicts.
    private(set) var unlinked: [HistorySource] = []

    init(endingWith head: HistorySource) {
        self.head = head
        parts = [Part(source: head, through: head.end.number)]
    }

    /// Where it ends.
    var end: LogHead { head.end }
    var nextEpoch: UInt32 { head.nextEpoch }

    var point: HistoryPoint {
        HistoryPoint(
            storeID: head.storeID,
            epoch: nextEpoch,
            position: end.lastPosition,
            digest: end.digest.description
        )
    }

    /// The snapshots that are on it as a whole, oldest first.
    var snapshots: [StoreSnapshot] {
        (parts.filter { $0.through == $0.source.end.number }.map(\.source) + unlinked)
            .compactMap(\.snapshot).sorted { $0.manifest.transactions < $1.manifest.transactions }
    }

    /// Up to when it is known to be complete.
    var knownUntil: Timestamp {
        parts.filter { $0.through == $0.source.end.number }.map(\.source.knownUntil)
            .reduce(end.time, max)
    }

    /// Since when the history is known.
    func created() throws(RecoveryError) -> Timestamp? {
        for part in parts { if let created = try part.source.created() { return created } }
        return nil
    }

    /// The digest of one of its transactions; `nil` if no source has that one.
    func digest(of number: UInt64) throws(RecoveryError) -> Digest? {
        for part in parts where part.source.start <= number && number <= part.through {
            if let digest = try part.source.digest(of: number) { return digest }
        }
        return nil
    }

    /// Some of its transactions from `number` on; empty if no source has that one.
    func transactions(from number: UInt64) throws(RecoveryError) -> [StoredTransaction] {
        for part in parts where part.source.start < number && number <= part.through {
            let found = try part.source.transactions(from: number)
            if !found.isEmpty { return found.filter { $0.number <= part.through } }
        }
        for source in unlinked {
            let found = try source.transactions(from: number)
            if !found.isEmpty { return found }
        }
        return []
    }

    /// Whether a source ends on the history; `nil` if that cannot be computed.
    func contains(_ source: HistorySource) throws(RecoveryError) -> Bool? {
        guard let digest = try digest(of: source.end.number) else { return nil }
        return digest == source.end.digest
    }

    mutating func add(_ source: HistorySource) {
        parts.append(Part(source: source, through: source.end.number))
    }

    mutating func addUnlinked(_ source: HistorySource) { unlinked.append(source) }

    /// Adds what the sources of other histories contain from before its own first transaction.
    mutating func extend(with sources: [HistorySource]) throws(RecoveryError) {
        var start = parts.map(\.source.start).min() ?? 0
        while start > 0 {
            guard let own = try digest(of: start) else { return }
            var isLonger = false
            for source in sources where source.start < start && source.end.number >= start {
                guard try source.digest(of: start) == own else { continue }
                parts.append(Part(source: source, through: start))
                start = source.start
                isLonger = true
                break
            }
            guard isLonger else { return }
        }
    }

    /// The last transaction that it shares with another history, 0 if none is known.
    func fork(from other: StoreHistory) throws(RecoveryError) -> UInt64 {
        let start = max(
            parts.map(\.source.start).min() ?? 0,
            other.parts.map(\.source.start).min() ?? 0
        )
        return try lastCommonTransaction(
            from: start,
            through: max(start, min(end.number, other.end.number))
        ) { (number) throws(RecoveryError) in
            try digest(of: number) == other.digest(of: number)
        }
    }
}

/// All histories of a store in some sources.
///
/// Two sources are of one history if and only if the transaction with which the shorter one ends
/// has the same digest in the longer one. That is computed, and nothing else is relied on.
struct StoreHistories {
    let sources: [HistorySource]
    private(set) var all: [StoreHistory] = []

    init(of sources: [HistorySource]) throws(RecoveryError) {
        // The one that reaches furthest first, and of two the one that is read without opening a
        // file.
        self.sources = sources.sorted {
            ($0.end.number, $0.nextEpoch, $0.archive == nil ? 0 : 1)
                > ($1.end.number, $1.nextEpoch, $1.archive == nil ? 0 : 1)
        }
        for source in self.sources { try place(source) }
        for index in all.indices { try all[index].extend(with: self.sources) }
    }

    private mutating func place(_ source: HistorySource) throws(RecoveryError) {
        var isPlaced = false
        var unknown: [Int] = []
        for index in all.indices {
            switch try all[index].contains(source) {
            case true?:
                all[index].add(source)
                // A store that was restored to here, and that has not been written to since, has a
                // history of its own, which ends here.
                if source.nextEpoch <= all[index].nextEpoch { isPlaced = true }
            case nil: unknown.append(index)
            case false?: break
            }
        }
        if isPlaced { return }
        if let first = unknown.first {
            all[first].addUnlinked(source)
        } else {
            all.append(StoreHistory(endingWith: source))
        }
    }

    /// The highest epoch in any source.
    var epoch: UInt32 { sources.map(\.nextEpoch).reduce(1, max) }

    /// The one that continues: that with the highest epoch, or `nil` if that is not unique.
    var living: StoreHistory? {
        let highest = all.map(\.nextEpoch).max()
        let found = all.filter { $0.nextEpoch == highest }
        return found.count == 1 ? found[0] : nil
    }

    /// The chosen history.
    ///
    /// - Parameters:
    ///   - branch: The beginning of the digest with which it ends; the living one, if not given.
    ///   - point: If the choice makes no difference at this point, it need not be unique.
    func chosen(
        _ branch: String?,
        for point: RestorePoint
    ) throws(RecoveryError) -> StoreHistory {
        if let branch {
            let found = all.filter { $0.point.digest.hasPrefix(branch.lowercased()) }
            guard found.count == 1, branch.count >= 4 else {
                throw .noSuchBranch(digest: branch, heads: all.map(\.point))
            }
            return found[0]
        }
        if let living { return living }
        let highest = all.map(\.nextEpoch).max()
        let candidates = all.filter { $0.nextEpoch == highest }
        guard let first = candidates.first else { throw .nothing(path: "") }
        for other in candidates.dropFirst() {
            let common = try first.fork(from: other)
            // Both contain everything that is wanted, and continue after it.
            guard let next = try first.transactions(from: common + 1).first,
                !point.isAtOrAfter(next.lastPosition, next.time)
            else { throw .undecided(heads: candidates.map(\.point)) }
        }
        return first
    }
}
