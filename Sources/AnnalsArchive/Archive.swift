public import AnnalsLog
public import AnnalsSchema

/// A folder that contains the log of a store in segments.
///
/// The files are written completely and never changed, so the folder may be copied while it is
/// being written to, file by file and in any order. A file that is gone is gone for a reason: a
/// copy must remove it as well.
public struct Archive: Sendable, Hashable {
    /// The folder of the archive.
    public let path: String
    /// One after the other, without overlap or gap.
    package let segments: [Segment]
    /// The transaction that is missing after them, if there are later ones.
    package let gap: UInt64?
    /// Segments whose transactions are also in others: a merge was killed before it removed them,
    /// or values were removed from them, or someone has put them back.
    package let superseded: [Segment]

    /// The archive in the folder `path`: names and headers are read and compared with one another.
    ///
    /// - Throws: ``RecoveryError/forked(path:after:)`` if its segments belong to more than one
    ///   history.
    package init(reading path: String) throws(RecoveryError) {
        let chains = try ArchiveChains(reading: path)
        guard let first = chains.archives.first else {
            self.init(path, [])
            return
        }
        if let fork = try chains.fork() { throw .forked(path: path, after: fork) }
        self.init(
            path,
            first.segments,
            gap: chains.archives.count > 1 ? (first.segments.last?.header.last ?? 0) + 1 : nil,
            superseded: chains.superseded
        )
    }

    init(
        _ path: String,
        _ segments: [Segment],
        gap: UInt64? = nil,
        superseded: [Segment] = []
    ) {
        self.path = path
        self.segments = segments
        self.gap = gap
        self.superseded = superseded
    }

    /// The archive with a segment after all but the last `count` of its own.
    func replacingLast(_ count: Int = 0, by segment: Segment) -> Archive {
        Archive(path, segments.dropLast(count) + [segment])
    }

    /// The archive with other bytes of a segment.
    func replacing(at index: Int, by segment: Segment) -> Archive {
        Archive(path, segments[..<index] + [segment] + segments[(index + 1)...])
    }

    /// The archive without its first segments.
    func droppingFirst(_ count: Int) -> Archive { Archive(path, Array(segments.dropFirst(count))) }

    /// The digest of a transaction, or `nil` if the archive does not reach it; it also knows the
    /// digest of the one before its first.
    package func digest(of number: UInt64) throws(RecoveryError) -> Digest? {
        if let first = segments.first?.header, number == first.before.number {
            return first.before.digest
        }
        guard let segment = segment(holding: number) else { return nil }
        if segment.header.last == number { return segment.header.after.digest }
        return try segment.transactions()[Int(number - segment.header.first)].digest
    }

    /// Whether it has all of these transactions.
    package func holds(_ numbers: ClosedRange<UInt64>) -> Bool {
        guard let transactions else { return false }
        return transactions.contains(numbers.lowerBound)
            && transactions.contains(numbers.upperBound)
    }

    /// The segment with the transaction, or `nil`.
    package func segment(holding number: UInt64) -> Segment? {
        // The first whose last transaction is not before it.
        var (low, high) = (0, segments.count)
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].header.last < number { low = middle + 1 } else { high = middle }
        }
        guard low < segments.count, segments[low].header.first <= number else { return nil }
        return segments[low]
    }

    /// The store whose log it is, or `nil` while the archive is empty.
    public var storeID: String? { segments.first?.header.storeID }

    /// The first and the last transaction, or `nil` while the archive is empty.
    public var transactions: ClosedRange<UInt64>? {
        guard let first = segments.first, let last = segments.last else { return nil }
        return first.header.first...last.header.last
    }

    /// The last archived event.
    public var lastPosition: Position { segments.last?.header.after.lastPosition ?? .beforeFirst }
    /// The time of the last archived transaction; `nil` if there is none.
    public var lastTime: Timestamp? { segments.last?.header.after.time }
    /// How many files it consists of.
    public var segmentCount: Int { segments.count }
    /// Bytes of the log that are in it.
    public var logBytes: Int { segments.reduce(0) { $0 + $1.header.rawByteCount } }
    /// Bytes of its files.
    public var fileBytes: Int {
        segments.reduce(0) { $0 + $1.header.storedByteCount + SegmentHeader.byteCount }
    }
}
