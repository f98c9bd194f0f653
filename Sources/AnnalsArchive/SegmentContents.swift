internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsSchema

/// Consecutive transactions, before they become a segment.
struct SegmentContents {
    let storeID: String
    /// How often values were removed from an earlier file of the same transactions.
    let generation: UInt32
    let created: Timestamp
    /// The end of the log before the first of them.
    let before: LogHead
    private(set) var after: LogHead
    private(set) var firstTime: Timestamp
    private(set) var firstEpoch: UInt32
    private(set) var erasureCount: UInt32 = 0
    /// Each transaction's length (4) and bytes.
    private(set) var raw: [UInt8] = []

    init(storeID: String, created: Timestamp, after head: LogHead, generation: UInt32 = 0) {
        self.storeID = storeID
        self.generation = generation
        self.created = created
        before = head
        after = head
        firstTime = head.time
        firstEpoch = head.epoch
    }

    var isEmpty: Bool { raw.isEmpty }

    /// Adds a transaction that was found to follow the last one.
    ///
    /// - Parameter erased: Its bytes without erased values, which do not affect its digest.
    mutating func append(
        _ transaction: StoredTransaction,
        bytes erased: [UInt8]? = nil
    ) throws(RecoveryError) {
        let bytes = erased ?? transaction.bytes
        guard raw.count + bytes.count + 4 <= SegmentHeader.rawByteCountMax else {
            throw .tooLong(transaction: transaction.number)
        }
        if isEmpty {
            firstTime = transaction.time
            firstEpoch = transaction.epoch
        }
        var length = ByteWriter(reserving: 4)
        length.append(UInt32(bytes.count))
        raw += length.bytes
        raw += bytes
        for event in transaction.events where event.kind.takesValues { erasureCount += 1 }
        after = LogHead(transaction)
    }

    /// The parts of the file.
    ///
    /// - Parameter isPlain: Store the transactions uncompressed.
    func file(isPlain: Bool = false) -> (header: SegmentHeader, parts: [[UInt8]]) {
        let compressed = isPlain ? nil : Compression.compress(raw)
        if let compressed, compressed.count < raw.count,
            raw.count <= compressed.count * SegmentHeader.ratioMax
        {
            let header = SegmentHeader(self, method: .zstandard, stored: compressed)
            return (header, [header.bytes, compressed])
        }
        let header = SegmentHeader(self, method: .plain, stored: raw)
        return (header, [header.bytes, raw])
    }
}
