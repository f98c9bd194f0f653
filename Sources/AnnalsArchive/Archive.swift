internal import AnnalsLMDB
public import AnnalsLog
public import AnnalsSchema

/// A folder that holds the log of a store in segments.
///
/// The files are written whole and never changed, so that the folder may be copied while it is
/// written to, file by file and in any order.
public struct Archive: Sendable, Hashable {
    public let path: String
    /// One after the other, without overlap or gap.
    package let segments: [Segment]
    /// The transaction that is missing behind them, where later ones are there.
    package let gap: UInt64?
    /// Segments whose transactions are in longer ones too: a merge was killed before it removed them.
    let superseded: [Segment]

    /// The archive in the folder `path`: names and headers are read and held against one another.
    package init(reading path: String) throws(RecoveryError) {
        self.path = path
        guard FileSystem.exists(path) else { throw .nothing(path: path) }
        let names = try recovering { () throws(StorageError) in try FileSystem.names(in: path) }
        var found: [Segment] = []
        for name in names.compactMap(SegmentName.init) {
            found.append(try Segment(reading: name, in: path))
        }
        found.sort { ($0.header.first, $1.header.last) < ($1.header.first, $0.header.last) }
        var (chain, superseded): ([Segment], [Segment]) = ([], [])
        var gap: UInt64?
        for segment in found where gap == nil {
            guard let before = chain.last else {
                chain.append(segment)
                continue
            }
            if segment.header.last <= before.header.last {
                superseded.append(segment)
            } else if segment.header.first == before.header.last + 1 {
                try Self.require(segment, follows: before)
                chain.append(segment)
            } else {
                gap = before.header.last + 1
            }
        }
        segments = chain
        self.gap = gap
        self.superseded = superseded
    }

    private init(_ path: String, _ segments: [Segment]) {
        self.path = path
        self.segments = segments
        gap = nil
        superseded = []
    }

    /// The archive with a segment behind all but the last `count` of its own.
    func replacingLast(_ count: Int = 0, by segment: Segment) -> Archive {
        Archive(path, segments.dropLast(count) + [segment])
    }

    /// The archive with other bytes of a segment.
    func replacing(at index: Int, by segment: Segment) -> Archive {
        Archive(path, segments[..<index] + [segment] + segments[(index + 1)...])
    }

    /// The archive without its first segments.
    func droppingFirst(_ count: Int) -> Archive { Archive(path, Array(segments.dropFirst(count))) }

    private static func require(
        _ segment: Segment,
        follows other: Segment
    ) throws(RecoveryError) {
        let (header, before) = (segment.header, other.header)
        guard header.storeID == before.storeID else {
            throw .damaged(file: segment.path, finding: "it is of another store's archive")
        }
        guard header.before.digest == before.after.digest,
            header.before.lastPosition == before.after.lastPosition,
            header.firstTime >= before.after.time, header.firstEpoch >= before.after.epoch
        else {
            throw .damaged(file: segment.path, finding: "it does not follow the one before it")
        }
    }

    /// Whether it has all of these transactions.
    func holds(_ numbers: ClosedRange<UInt64>) -> Bool {
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

    public var lastPosition: Position { segments.last?.header.after.lastPosition ?? .beforeFirst }
    public var lastTime: Timestamp? { segments.last?.header.after.time }
    public var segmentCount: Int { segments.count }
    /// Bytes of the log that are in it.
    public var logBytes: Int { segments.reduce(0) { $0 + $1.header.rawByteCount } }
    /// Bytes of its files.
    public var fileBytes: Int {
        segments.reduce(0) { $0 + $1.header.storedByteCount + SegmentHeader.byteCount }
    }
}
