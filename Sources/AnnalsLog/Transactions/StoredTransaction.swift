package import AnnalsBytes
package import AnnalsSchema

/// What the sealed part of a transaction says about one event.
package struct EventHeader: Sendable {
    package static let byteCount = 50

    package let kind: EventKind
    package let key: RecordKey
    /// The position of the same record's preceding event; ``Position/beforeFirst`` for its first.
    package let previous: Position
    /// The digest of the salt and the values.
    package let digest: Digest
    /// The range of salt and values in the transaction's bytes.
    let openRange: Range<Int>
    /// Whether salt and values were removed; the digest stays, and reveals nothing about them.
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
    /// Where the first event's values begin, with their length.
    private let eventsStart: Int

    /// The position of the last event, or of the preceding one if there is none.
    package var lastPosition: Position {
        Position(firstPosition.ordinal + UInt64(events.count) - 1)
    }

    package func position(ofEvent index: Int) -> Position { firstPosition.advanced(by: index) }

    /// The values of an event; empty if they were erased.
    @_lifetime(borrow self)
    package func payload(ofEvent index: Int) -> RawSpan {
        let range = events[index].openRange
        if range.isEmpty { return bytes.rawSpan.extracting(range) }
        return bytes.rawSpan.extracting(
            (range.lowerBound + TransactionBuilder.saltByteCount)..<range.upperBound
        )
    }

    /// What a repeated call with the same idempotency key returns; empty if that was erased.
    package var results: [UInt8] {
        Array(bytes[resultsRange].dropFirst(TransactionBuilder.saltByteCount))
    }

    /// What was hashed with the results; empty if they were erased.
    package var resultsSalt: ArraySlice<UInt8> {
        bytes[resultsRange].prefix(TransactionBuilder.saltByteCount)
    }

    /// Whether there are results for a repeated call.
    package var hasResults: Bool { !resultsRange.isEmpty }

    /// Whether the results were removed; the digest stays, and reveals nothing about them.
    package var isAnswerErased: Bool { resultsDigest != nil && resultsRange.isEmpty }

    /// What the next transaction names as its predecessor.
    package var digest: Digest { Digest(of: bytes.rawSpan.extracting(0..<sealedCount), prefix: 0) }

    /// The end of the log after this transaction, from its first bytes alone.
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
        resultsRange =
            resultsDigest != nil
            ? try Self.openPart(&reader, isErasable: true, isFilled: false) : 0..<0
        eventsStart = reader.offset
        var events: [EventHeader] = []
        events.reserveCapacity(sealed.events.count)
        for header in sealed.events {
            events.append(
                EventHeader(
                    kind: header.kind,
                    key: header.key,
                    previous: header.previous,
                    digest: header.digest,
                    openRange: try Self.openPart(
                        &reader,
                        isErasable: header.kind.carriesValues,
                        isFilled: header.kind.carriesValues
                    )
                )
            )
        }
        guard reader.isAtEnd else { throw Malformed("the end", offset: reader.offset) }
        self.events = events
        self.bytes = bytes
    }

    /// The range of a salt and what follows it; empty if they were erased.
    ///
    /// - Parameters:
    ///   - isErasable: Whether an erasure removes them.
    ///   - isFilled: Whether there must be something after the salt.
    private static func openPart(
        _ reader: inout ByteReader,
        isErasable: Bool,
        isFilled: Bool
    ) throws(Malformed) -> Range<Int> {
        let count = try reader.uint32()
        let start = reader.offset
        if count == TransactionBuilder.erasedMark {
            guard isErasable else {
                throw Malformed("values, which an event of this kind keeps", offset: start)
            }
            return start..<start
        }
        guard count > 0 || !isFilled else {
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
        if let resultsDigest, !isAnswerErased,
            Digest(of: bytes.rawSpan.extracting(resultsRange)) != resultsDigest
        {
            return -1
        }
        return nil
    }

    /// The bytes of the transaction without the values of some events, and without its results if
    /// requested.
    ///
    /// The sealed part is unchanged, and so is the digest.
    ///
    /// - Parameter isErased: Selects the events; those that carry no values keep what they have.
    package func erasing(
        answer: Bool = false,
        _ isErased: (EventHeader, Position) -> Bool
    ) -> [UInt8] {
        var writer = ByteWriter(reserving: bytes.count)
        if resultsDigest != nil, answer || isAnswerErased {
            writer.append(bytes.rawSpan.extracting(0..<sealedCount))
            writer.append(TransactionBuilder.erasedMark)
        } else {
            writer.append(bytes.rawSpan.extracting(0..<eventsStart))
        }
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

    /// The bytes of the transaction without what a later one erases of it: the values of the erased
    /// records, and the results if one of those records has any event here.
    ///
    /// The results contain a digest of the request for all the call's records together, so they are
    /// removed with the first of them.
    ///
    /// - Parameter isErased: Selects the events, of every kind.
    package func obeying(_ isErased: (EventHeader, Position) -> Bool) -> [UInt8] {
        let isConcerned = events.indices.contains { isErased(events[$0], position(ofEvent: $0)) }
        return isConcerned ? erasing(answer: true, isErased) : bytes
    }
}

extension StoredTransaction {
    /// The input of the digest.
    package var sealedBytes: [UInt8] { Array(bytes[..<sealedCount]) }

    /// Salt and values of an event; `nil` if they were erased.
    package func opening(ofEvent index: Int) -> [UInt8]? {
        events[index].isErased ? nil : Array(bytes[events[index].openRange])
    }
}
