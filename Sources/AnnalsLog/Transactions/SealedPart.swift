package import AnnalsBytes
package import AnnalsSchema

/// The part of a transaction that its digest covers: who, when, and everything about each event
/// except its values.
package struct SealedPart: Sendable {
    package struct Event: Sendable {
        package let kind: EventKind
        package let key: RecordKey
        package let previous: Position
        /// The digest of salt and values.
        package let digest: Digest
    }

    package let byteCount: Int
    package let number: UInt64
    package let firstPosition: Position
    package let epoch: UInt32
    package let time: Timestamp
    package let actor: RecordKey
    package let previousDigest: Digest
    package let origin: String
    package let idempotencyKey: [UInt8]?
    package let events: [Event]
    package let resultsDigest: Digest?

    /// Reads a sealed part; what follows it is left unread.
    package init(reading reader: inout ByteReader) throws(Malformed) {
        guard try reader.uint8() == TransactionBuilder.version else {
            throw Malformed("format version 1", offset: 0)
        }
        let flags = try reader.uint8()
        guard flags & ~1 == 0, try reader.uint16() == 0 else {
            throw Malformed("no unknown flags", offset: 1)
        }
        byteCount = Int(try reader.uint32())
        number = try reader.uint64()
        firstPosition = Position(try reader.uint64())
        let count = Int(try reader.uint32())
        epoch = try reader.uint32()
        time = Timestamp(milliseconds: try reader.int64())
        actor = RecordKey(packed: try reader.uint64())
        previousDigest = try Digest(reading: &reader)
        origin = try reader.text(count: Int(try reader.uint16()))
        let keyCount = Int(try reader.uint16())
        let key = [UInt8](copying: try reader.span(count: keyCount))
        let hasResults = flags & 1 == 1
        idempotencyKey = hasResults ? key : nil
        guard firstPosition.ordinal > 0, number > 0, time >= Timestamp.earliest,
            firstPosition.ordinal < UInt64(1) << 60
        else { throw Malformed("a number and a position from 1", offset: 8) }
        // Nothing is allocated for events that the bytes cannot hold.
        guard count <= reader.remaining / EventHeader.byteCount else {
            throw Malformed("as many events as it says", offset: 24)
        }
        var events: [Event] = []
        events.reserveCapacity(count)
        for _ in 0..<count {
            let start = reader.offset
            guard let kind = EventKind(rawValue: try reader.uint8()) else {
                throw Malformed("a known kind of event", offset: start)
            }
            guard try reader.uint8() == 0 else { throw Malformed("zero", offset: start + 1) }
            let key = RecordKey(packed: try reader.uint64())
            let previous = Position(try reader.uint64())
            let digest = try Digest(reading: &reader)
            events.append(Event(kind: kind, key: key, previous: previous, digest: digest))
        }
        self.events = events
        resultsDigest = hasResults ? try Digest(reading: &reader) : nil
        guard reader.offset == byteCount else {
            throw Malformed("the sealed part as long as it says", offset: 4)
        }
    }
}
