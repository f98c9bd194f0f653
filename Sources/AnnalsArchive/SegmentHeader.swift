internal import AnnalsBytes
package import AnnalsLog
package import AnnalsSchema

/// The first 240 bytes of a segment: which part of which log it contains, and how its bytes are
/// verified.
package struct SegmentHeader: Sendable, Hashable {
    package static let byteCount = 240
    static let magic = Array("annalseg".utf8)
    static let version: UInt16 = 1
    /// No segment decompresses to more, whatever it claims.
    package static let rawByteCountMax = 1 << 30
    /// Nor to more than this many times its own length: more repetitive contents are stored
    /// uncompressed.
    static let ratioMax = 100

    enum Method: UInt16 {
        case plain = 0
        case zstandard = 1
    }

    package let storeID: String
    /// The time from which the store's history is known.
    package let created: Timestamp
    /// The end of the log before the first transaction: its number, position and digest.
    package let before: LogHead
    /// The end of the log with the last transaction.
    package let after: LogHead
    package let firstTime: Timestamp
    package let firstEpoch: UInt32
    /// Events that removed a record's values: these must be gone from earlier segments.
    package let erasureCount: UInt32
    /// How often values were removed from an earlier file of the same transactions: a file never
    /// changes, so one without the values has another name.
    package let generation: UInt32
    package let rawByteCount: Int
    let method: Method
    package let storedByteCount: Int
    let storedDigest: Digest

    package var first: UInt64 { before.number + 1 }
    package var last: UInt64 { after.number }
    var name: SegmentName { SegmentName(first: first, last: last, generation: generation) }

    /// The bytes of the header.
    var bytes: [UInt8] {
        var writer = ByteWriter(reserving: Self.byteCount)
        writer.append(Self.magic)
        writer.append(Self.version)
        writer.append(method.rawValue)
        writer.append(erasureCount)
        writer.append([UInt8](hexadecimal: storeID) ?? [])
        writer.append(created.milliseconds)
        writer.append(first)
        writer.append(last)
        writer.append(before.lastPosition.ordinal + 1)
        writer.append(after.lastPosition.ordinal)
        writer.append(firstTime.milliseconds)
        writer.append(after.time.milliseconds)
        writer.append(firstEpoch)
        writer.append(after.epoch)
        writer.append(before.digest)
        writer.append(after.digest)
        writer.append(generation)
        writer.append(UInt32(rawByteCount))
        writer.append(UInt64(storedByteCount))
        writer.append(storedDigest)
        writer.append(Digest(of: writer.bytes.rawSpan))
        return writer.bytes
    }

    init(
        _ contents: SegmentContents,
        method: Method,
        stored: [UInt8]
    ) {
        storeID = contents.storeID
        created = contents.created
        // Of the preceding transaction only what the chain needs is kept.
        var before = contents.before
        before.time = contents.firstTime
        before.epoch = contents.firstEpoch
        self.before = before
        after = contents.after
        firstTime = contents.firstTime
        firstEpoch = contents.firstEpoch
        erasureCount = contents.erasureCount
        generation = contents.generation
        rawByteCount = contents.raw.count
        self.method = method
        storedByteCount = stored.count
        storedDigest = Digest(of: stored.rawSpan)
    }

    /// Reads a header, and checks all its lengths against their limits.
    init(decoding bytes: [UInt8]) throws(Malformed) {
        guard bytes.count == Self.byteCount else { throw Malformed("a header", offset: 0) }
        let sealed = bytes.rawSpan.extracting(0..<(Self.byteCount - Digest.byteCount))
        var reader = ByteReader(bytes.rawSpan)
        guard [UInt8](copying: try reader.span(count: 8)) == Self.magic else {
            throw Malformed("a segment", offset: 0)
        }
        guard try reader.uint16() == Self.version else {
            throw Malformed("a segment of this version", offset: 8)
        }
        guard let method = Method(rawValue: try reader.uint16()) else {
            throw Malformed("a known compression", offset: 10)
        }
        self.method = method
        erasureCount = try reader.uint32()
        storeID = [UInt8](copying: try reader.span(count: 16)).hexadecimal
        created = Timestamp(milliseconds: try reader.int64())
        var (before, after) = (LogHead(), LogHead())
        let first = try reader.uint64()
        after.number = try reader.uint64()
        let firstPosition = try reader.uint64()
        after.lastPosition = Position(try reader.uint64())
        firstTime = Timestamp(milliseconds: try reader.int64())
        after.time = Timestamp(milliseconds: try reader.int64())
        firstEpoch = try reader.uint32()
        after.epoch = try reader.uint32()
        before.digest = try Digest(reading: &reader)
        after.digest = try Digest(reading: &reader)
        generation = try reader.uint32()
        let rawByteCount = try reader.uint32()
        let storedByteCount = try reader.uint64()
        storedDigest = try Digest(reading: &reader)
        guard try Digest(reading: &reader) == Digest(of: sealed) else {
            throw Malformed("the digest of the header", offset: 208)
        }
        guard first > 0, first <= after.number, firstPosition > 0,
            firstPosition - 1 <= after.lastPosition.ordinal,
            // As in the log: values counted on from these cannot overflow.
            after.number < 1 << 60, after.lastPosition.ordinal < 1 << 60
        else { throw Malformed("numbers that ascend", offset: 40) }
        let times = [created, firstTime, after.time].map(\.milliseconds)
        guard times.allSatisfy({ $0.magnitude < 1 << 53 }), firstTime <= after.time,
            firstEpoch <= after.epoch
        else { throw Malformed("times that ascend", offset: 72) }
        before.number = first - 1
        before.lastPosition = Position(firstPosition - 1)
        before.time = firstTime
        before.epoch = firstEpoch
        guard rawByteCount <= UInt32(Self.rawByteCountMax), storedByteCount <= UInt64(rawByteCount),
            UInt64(rawByteCount) <= storedByteCount * UInt64(Self.ratioMax),
            method == .zstandard || UInt64(rawByteCount) == storedByteCount
        else { throw Malformed("lengths within their limits", offset: 160) }
        self.before = before
        self.after = after
        self.rawByteCount = Int(rawByteCount)
        self.storedByteCount = Int(storedByteCount)
    }
}
