internal import AnnalsBytes

/// The transactions of a group, as they are written to the journal together.
package struct JournalEntry {
    /// With room for the header at the front.
    private var bytes = ByteWriter()
    private var count: UInt32 = 0
    /// The number of the first transaction, and the digest of the one before it.
    private var first: (number: UInt64, previousDigest: [UInt8])?

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func append(_ finished: FinishedTransaction) {
        if count == 0 {
            bytes.appendZeros(JournalHeader.byteCount)
            let digest = finished.head[TransactionBuilder.previousDigestRange]
            first = (finished.end.number, Array(digest))
        }
        count += 1
        bytes.append(UInt32(finished.head.count + finished.tail.count))
        bytes.append(finished.head)
        bytes.append(finished.tail)
    }

    package mutating func removeAll() {
        bytes.bytes.removeAll(keepingCapacity: true)
        count = 0
        first = nil
    }

    /// The entry as it is in the file, up to the next page of the disk.
    mutating func sectors(
        identity: UInt64,
        round: UInt64,
        number: UInt64,
        firstOfRound: UInt64,
        fileByteCount: Int
    ) -> [UInt8] {
        var header = ByteWriter(reserving: JournalHeader.byteCount)
        header.append(JournalHeader.magic)
        header.append(identity)
        header.append(round)
        header.append(number)
        header.append(firstOfRound)
        header.append(first?.number ?? 0)
        header.append(first?.previousDigest ?? [])
        header.append(UInt32(bytes.count - JournalHeader.byteCount))
        header.append(count)
        header.append(UInt64(fileByteCount))
        bytes.bytes.replaceSubrange(0..<JournalHeader.byteCount, with: header.bytes)
        return JournalSector.sectors(of: bytes.bytes, stamp: JournalSector.stamp(ofEntry: number))
    }
}

/// The beginning of an entry.
struct JournalHeader {
    static let magic: UInt64 = 0x414E_4E41_4C4A_0001
    static let byteCount = 96

    let identity: UInt64
    let round: UInt64
    let number: UInt64
    /// The number of the first entry of its round.
    let firstOfRound: UInt64
    let firstTransaction: UInt64
    let previousDigest: Digest
    /// Of the transactions, including their lengths.
    let transactionsByteCount: Int
    let transactionCount: UInt32
    /// The minimum length of the file; 0 if unknown.
    let fileByteCount: UInt64

    /// For an entry with no transaction none is the last.
    var lastTransaction: UInt64 { firstTransaction &+ UInt64(transactionCount) &- 1 }

    var sectorCount: Int {
        let byteCount = Self.byteCount + transactionsByteCount
        return (byteCount + JournalSector.partByteCount - 1) / JournalSector.partByteCount
    }

    /// How far it is from the beginning of this entry to that of the next.
    var stride: Int {
        let pages =
            (sectorCount * JournalSector.byteCount + Journal.alignment - 1) / Journal.alignment
        return pages * Journal.alignment
    }

    /// For a file in which no entry can be read.
    init() {
        (identity, round, number, firstOfRound, firstTransaction) = (0, 0, 0, 0, 1)
        previousDigest = .zero
        (transactionsByteCount, transactionCount, fileByteCount) = (0, 1, 0)
    }

    /// - Parameter bytes: The first sector of an entry.
    init(_ bytes: RawSpan) throws(Malformed) {
        var reader = ByteReader(bytes)
        guard try reader.uint64() == Self.magic else { throw Malformed("an entry", offset: 0) }
        identity = try reader.uint64()
        round = try reader.uint64()
        number = try reader.uint64()
        firstOfRound = try reader.uint64()
        firstTransaction = try reader.uint64()
        previousDigest = try Digest(reading: &reader)
        transactionsByteCount = Int(try reader.uint32())
        transactionCount = try reader.uint32()
        fileByteCount = try reader.uint64()
        guard firstTransaction > 0, firstTransaction < 1 << 60, transactionCount > 0 else {
            throw Malformed("transactions", offset: 40)
        }
    }
}

/// A part of an entry that the disk writes completely or not at all.
///
/// Each carries the stamp of its entry, and a checksum. So a part that was not written yet (it has
/// zeros, or the stamp of an entry that was there before) can be distinguished from one that was
/// changed later (its checksum is wrong): the first is an end, the second is damage.
enum JournalSector {
    static let byteCount = 512
    /// The part of it that belongs to the entry: the stamp and the checksum come after that.
    static let partByteCount = 500

    enum Look: Equatable {
        /// It was never written, or is beyond the end of the file.
        case blank
        case whole(stamp: UInt64)
        case damaged(stamp: UInt64)
    }

    /// The stamp in all sectors of the entry with this number: close numbers have stamps that are
    /// far apart (splitmix64).
    static func stamp(ofEntry number: UInt64) -> UInt64 {
        var word = number &* 0x9E37_79B9_7F4A_7C15
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    static func sectors(of entry: [UInt8], stamp: UInt64) -> [UInt8] {
        let sectorCount = (entry.count + partByteCount - 1) / partByteCount
        var sectors = ByteWriter(reserving: sectorCount * byteCount + Journal.alignment)
        for start in stride(from: 0, to: entry.count, by: partByteCount) {
            let end = min(start + partByteCount, entry.count)
            sectors.append(entry.rawSpan.extracting(start..<end))
            if end - start < partByteCount { sectors.appendZeros(partByteCount - (end - start)) }
            sectors.append(stamp)
            var sum = CRC32C()
            let written = sectors.count - partByteCount - 8
            sum.update(sectors.bytes.rawSpan.extracting(written..<sectors.count))
            sectors.append(sum.value)
        }
        let rest = sectors.count % Journal.alignment
        if rest > 0 { sectors.appendZeros(Journal.alignment - rest) }
        return sectors.bytes
    }

    /// The state of the sector at `offset`.
    static func look(_ bytes: RawSpan, at offset: Int) -> Look {
        guard let sector = try? bytes.slice(at: offset, count: byteCount),
            let stamp = try? sector.uint64(at: partByteCount),
            let checksum = try? sector.uint32(at: partByteCount + 8)
        else { return .blank }
        var sum = CRC32C()
        sum.update(sector.extracting(0..<(partByteCount + 8)))
        if sum.value == checksum { return stamp == 0 ? .blank : .whole(stamp: stamp) }
        return sector.isZero ? .blank : .damaged(stamp: stamp)
    }
}

extension RawSpan {
    fileprivate var isZero: Bool {
        var offset = 0
        while offset < byteCount {
            guard let byte = try? uint8(at: offset), byte == 0 else { return false }
            offset += 1
        }
        return true
    }
}
