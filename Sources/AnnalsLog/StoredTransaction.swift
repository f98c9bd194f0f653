package import AnnalsBytes
package import AnnalsSchema

/// What the sealed part of a transaction tells of one event.
package struct EventHeader: Sendable {
    package static let byteCount = 50

    package let kind: EventKind
    package let key: RecordKey
    /// The position of the same record's event before; ``Position/beforeFirst`` for its first.
    package let previous: Position
    /// The digest of the salt and the values.
    package let digest: Digest
    /// Where salt and values lie in the transaction's bytes.
    let openRange: Range<Int>
    /// Whether salt and values were taken out; the digest stays, and says nothing about them.
    package var isErased: Bool { openRange.isEmpty }
}

/// A transaction as it was read from the log: its frames joined, its layout checked.
package struct StoredTransaction: Sendable {
    package let bytes: [UInt8]
    package let number: UInt64
    package let firstPosition: Position
    package let epoch: UInt32
    package let time: Timestamp
    package let actor: RecordKey
    package let previousDigest: Digest
    package let origin: String
    package let idempotencyKey: [UInt8]?
    package let events: [EventHeader]
    private let sealedCount: Int
    private let resultsDigest: Digest?
    private let resultsRange: Range<Int>

    /// The position of the last event, or of the one before where there is none.
    package var lastPosition: Position {
        Position(firstPosition.ordinal + UInt64(events.count) - 1)
    }

    package func position(ofEvent index: Int) -> Position { firstPosition.advanced(by: index) }

    /// The values of an event; nothing where they were erased.
    @_lifetime(borrow self)
    package func payload(ofEvent index: Int) -> RawSpan {
        let range = events[index].openRange
        if range.isEmpty { return bytes.rawSpan.extracting(range) }
        return bytes.rawSpan.extracting(
            (range.lowerBound + TransactionBuilder.saltByteCount)..<range.upperBound
        )
    }

    /// What a repeated call with the same idempotency key is answered.
    package var results: [UInt8] {
        Array(bytes[resultsRange].dropFirst(TransactionBuilder.saltByteCount))
    }

    /// What the next transaction names as the one before it.
    package var digest: Digest { Digest(of: bytes.rawSpan.extracting(0..<sealedCount), prefix: 0) }

    /// What the log's end is after this transaction, from its first bytes alone.
    static func end(in bytes: RawSpan) throws(Malformed) -> LogEnd {
        guard try bytes.uint8(at: 0) == TransactionBuilder.version else {
            throw Malformed("format version 1", offset: 0)
        }
        let count = UInt64(try bytes.uint32(at: 24))
        let first = try bytes.uint64(at: 16)
        guard first > 0, first < 1 << 60 else { throw Malformed("a position from 1", offset: 16) }
        var end = LogEnd()
        end.number = try bytes.uint64(at: 8)
        end.lastPosition = Position(first + count - 1)
        end.time = Timestamp(milliseconds: try bytes.int64(at: 32))
        return end
    }

    /// Reads the bytes of a whole transaction.
    package init(decoding bytes: [UInt8]) throws(Malformed) {
        var reader = ByteReader(bytes.rawSpan)
        let sealed = try SealedPart(reading: &reader)
        sealedCount = sealed.byteCount
        number = sealed.number
        firstPosition = sealed.firstPosition
        epoch = sealed.epoch
        time = sealed.time
        actor = sealed.actor
        previousDigest = sealed.previousDigest
        origin = sealed.origin
        idempotencyKey = sealed.idempotencyKey
        resultsDigest = sealed.resultsDigest
        resultsRange = resultsDigest != nil ? try Self.openPart(&reader) : 0..<0
        var events: [EventHeader] = []
        events.reserveCapacity(sealed.events.count)
        for header in sealed.events {
            events.append(
                EventHeader(
                    kind: header.kind,
                    key: header.key,
                    previous: header.previous,
                    digest: header.digest,
                    openRange: try Self.openPart(&reader, of: header.kind)
                )
            )
        }
        guard reader.isAtEnd else { throw Malformed("the end", offset: reader.offset) }
        self.events = events
        self.bytes = bytes
    }

    /// The range of a salt and what follows it; an empty one where they were erased.
    private static func openPart(
        _ reader: inout ByteReader,
        of kind: EventKind? = nil
    ) throws(Malformed) -> Range<Int> {
        let count = try reader.uint32()
        let start = reader.offset
        if count == TransactionBuilder.erasedMark {
            guard let kind, kind.carriesValues else {
                throw Malformed("values, which an event of this kind keeps", offset: start)
            }
            return start..<start
        }
        guard count > 0 || kind?.carriesValues != true else {
            throw Malformed("values, which an event of this kind has", offset: start)
        }
        _ = try reader.span(count: TransactionBuilder.saltByteCount)
        _ = try reader.span(count: Int(count))
        return start..<reader.offset
    }

    /// The first event whose values do not have their digest, or `nil`; -1 for the results.
    package func firstAlteredEvent() -> Int? {
        for (index, event) in events.enumerated()
        where !event.isErased
            && Digest(of: bytes.rawSpan.extracting(event.openRange)) != event.digest
        {
            return index
        }
        if let resultsDigest,
            Digest(of: bytes.rawSpan.extracting(resultsRange)) != resultsDigest
        {
            return -1
        }
        return nil
    }

    /// The bytes of the transaction without the values of some events.
    ///
    /// What is sealed stays as it is, and with it the digest.
    ///
    /// - Parameter isErased: Chooses the events; those that carry no values keep what they have.
    package func erasing(_ isErased: (EventHeader, Position) -> Bool) -> [UInt8] {
        guard let first = events.first else { return bytes }
        var writer = ByteWriter(reserving: bytes.count)
        writer.append(bytes.rawSpan.extracting(0..<(first.openRange.lowerBound - 4)))
        for (index, event) in events.enumerated() {
            if event.isErased
                || event.kind.carriesValues && isErased(event, position(ofEvent: index))
            {
                writer.append(TransactionBuilder.erasedMark)
            } else {
                let range = (event.openRange.lowerBound - 4)..<event.openRange.upperBound
                writer.append(bytes.rawSpan.extracting(range))
            }
        }
        return writer.bytes
    }
}

extension StoredTransaction {
    /// What the digest is made of.
    package var sealedBytes: [UInt8] { Array(bytes[..<sealedCount]) }

    /// Salt and values of an event; `nil` where they were erased.
    package func opening(ofEvent index: Int) -> [UInt8]? {
        events[index].isErased ? nil : Array(bytes[events[index].openRange])
    }
}
