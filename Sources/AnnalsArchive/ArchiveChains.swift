internal import AnnalsLMDB
internal import AnnalsLog

/// The segments of a folder, joined into runs of consecutive transactions.
///
/// A folder has one such run. It has more if a segment is lost, or if the segments of two histories
/// were copied into one folder: which is which follows from the digests alone.
package struct ArchiveChains: Sendable {
    /// The one that begins first comes first.
    package private(set) var archives: [Archive] = []
    /// What no reader needs.
    package private(set) var superseded: [Segment] = []
    private let path: String

    package init(reading path: String) throws(RecoveryError) {
        self.path = path
        guard FileSystem.exists(path) else { throw .nothing(path: path) }
        let names = try recovering { () throws(StorageError) in try FileSystem.names(in: path) }
        var found: [Segment] = []
        for name in names.compactMap(SegmentName.init) {
            found.append(try Segment(reading: name, in: path))
        }
        // For the same transactions, the newest generation comes first.
        found.sort {
            ($0.header.first, $1.header.last, $1.header.generation)
                < ($1.header.first, $0.header.last, $0.header.generation)
        }
        for segment in found { try add(segment) }
    }

    private mutating func add(_ segment: Segment) throws(RecoveryError) {
        let header = segment.header
        if let storeID = archives.first?.storeID, storeID != header.storeID {
            throw .damaged(file: segment.path, finding: "it is of another store's archive")
        }
        for (index, archive) in archives.enumerated() {
            guard let last = archive.segments.last?.header else { continue }
            if header.first == last.last + 1, header.before.digest == last.after.digest {
                guard header.before.lastPosition == last.after.lastPosition,
                    header.firstTime >= last.after.time, header.firstEpoch >= last.after.epoch
                else {
                    throw .damaged(
                        file: segment.path,
                        finding: "it does not follow the one before it"
                    )
                }
                archives[index] = archive.replacingLast(by: segment)
                return
            }
        }
        for archive in archives {
            guard let last = archive.segments.last?.header, header.last <= last.last else {
                continue
            }
            if try archive.digest(of: header.last) == header.after.digest {
                superseded.append(segment)
                return
            }
        }
        archives.append(Archive(path, [segment]))
    }

    /// The last transaction that two histories of the folder share; `nil` if there is one history,
    /// of which segments may be missing.
    func fork() throws(RecoveryError) -> UInt64? {
        for (index, archive) in archives.enumerated() {
            for other in archives[(index + 1)...] {
                guard let mine = archive.transactions, let theirs = other.transactions else {
                    continue
                }
                // They begin in order; a gap in what one has of the other is not a contradiction.
                let start = theirs.lowerBound - 1
                let end = min(mine.upperBound, theirs.upperBound)
                guard start <= end else { continue }
                if try archive.digest(of: end) == other.digest(of: end) { continue }
                return try lastCommonTransaction(from: start, through: end) {
                    (number) throws(RecoveryError) in
                    try archive.digest(of: number) == other.digest(of: number)
                }
            }
        }
        return nil
    }
}

/// The last transaction up to which two histories are the same; 0 if they differ from `start` on.
///
/// A transaction's digest covers everything before it, so two histories are the same exactly up to
/// where their digests are: only a few of them are compared.
package func lastCommonTransaction(
    from start: UInt64,
    through end: UInt64,
    isSame: (UInt64) throws(RecoveryError) -> Bool
) throws(RecoveryError) -> UInt64 {
    if start > 0 {
        guard try isSame(start) else { return 0 }
    }
    var (low, high) = (start, end)
    while low < high {
        let middle = low + (high - low + 1) / 2
        if try isSame(middle) { low = middle } else { high = middle - 1 }
    }
    return low
}
