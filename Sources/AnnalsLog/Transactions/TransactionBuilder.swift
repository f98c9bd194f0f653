package import AnnalsBytes
package import AnnalsSchema

/// Builds one transaction of the log, event by event, in the bytes that are kept.
///
/// The sealed part contains what is hashed into the chain: who, when, and for each event its kind,
/// its record and the digest of its values. The open part contains the values themselves, each
/// event's with a salt of its own, so that they can be erased without breaking the chain. The
/// layout is in Format.md.
package struct TransactionBuilder {
    package static let version: UInt8 = 1
    /// Where the sealed part has the digest of the preceding transaction.
    static let previousDigestRange = 48..<(48 + Digest.byteCount)

    package let firstPosition: Position
    package let actor: RecordKey
    package private(set) var eventCount = 0
    /// The end of the log after it, as far as it is known.
    private var end = LogHead()
    private let hasResults: Bool
    private var sealed: ByteWriter
    private var open: ByteWriter
    private var eventStart = 0

    package init(
        number: UInt64,
        firstPosition: Position,
        epoch: UInt32,
        time: Timestamp,
        actor: RecordKey,
        previousDigest: Digest,
        origin: String,
        idempotencyKey: [UInt8]?,
        eventCountHint: Int
    ) {
        end.number = number
        end.time = time
        end.epoch = epoch
        self.firstPosition = firstPosition
        self.actor = actor
        hasResults = idempotencyKey != nil
        sealed = ByteWriter(reserving: 200 + eventCountHint * EventHeader.byteCount)
        open = ByteWriter(reserving: eventCountHint * 400)
        sealed.append(Self.version)
        sealed.append(UInt8(hasResults ? 1 : 0))
        sealed.append(UInt16(0))
        sealed.append(UInt32(0))  //  The length of this part, once it is known.
        sealed.append(number)
        sealed.append(firstPosition.ordinal)
        sealed.append(UInt32(0))  //  The number of events, once it is known.
        sealed.append(epoch)
        sealed.append(time.milliseconds)
        sealed.append(actor.packed)
        sealed.append(previousDigest)
        let origin = Self.shortened(origin)
        sealed.append(UInt16(origin.count))
        sealed.append(origin)
        let key = idempotencyKey ?? []
        sealed.append(UInt16(key.count))
        sealed.append(key)
    }

    /// Bytes of an origin that are kept.
    package static let originByteCountMax = 1000

    /// The UTF-8 of the text, without the characters that do not fit.
    private static func shortened(_ text: String) -> [UInt8] {
        if text.utf8.count <= originByteCountMax { return Array(text.utf8) }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let utf8 = String(scalar).utf8
            if bytes.count + utf8.count > originByteCountMax { break }
            bytes.append(contentsOf: utf8)
        }
        return bytes
    }

    package var number: UInt64 { end.number }
    package var time: Timestamp { end.time }

    /// The position that the next event gets.
    package var nextPosition: Position { firstPosition.advanced(by: eventCount) }

    /// Begins the values of an event; write them with ``payload``'s methods, then end it.
    package mutating func beginEvent(salt: ArraySlice<UInt8>) {
        eventStart = open.count
        open.append(UInt32(0))
        open.bytes.append(contentsOf: salt)
    }

    /// Where the values of the current event are written.
    package var payload: ByteWriter {
        get { open }
        _modify { yield &open }
    }

    /// The values of the current or last event.
    package var payloadSpan: RawSpan {
        @_lifetime(borrow self)
        get { open.bytes.rawSpan.extracting(payloadRange) }
    }

    /// Where they lie in ``FinishedTransaction/tail``.
    package var payloadRange: Range<Int> {
        (eventStart + 4 + Self.saltByteCount)..<open.count
    }

    /// Ends the current event.
    ///
    /// - Returns: Its position.
    package mutating func endEvent(
        _ kind: EventKind,
        of key: RecordKey,
        previous: Position
    ) -> Position {
        let saltStart = eventStart + 4
        let payloadCount = open.count - saltStart - Self.saltByteCount
        open.patch(UInt32(payloadCount), at: eventStart)
        let digest = Digest(of: open.bytes.rawSpan.extracting(saltStart..<open.count))
        sealed.append(UInt16(kind.rawValue) << 8)
        sealed.append(key.packed, previous.ordinal)
        sealed.append(digest)
        eventCount += 1
        return firstPosition.advanced(by: eventCount - 1)
    }

    package static let saltByteCount = 16
    /// Replaces the length of an event's values: neither salt nor values follow.
    static let erasedMark = UInt32.max

    /// The complete transaction and its digest.
    ///
    /// - Parameter results: What a repeated call with the same idempotency key returns; needed if
    ///   the transaction has a key.
    package consuming func finish(
        results: [UInt8] = [],
        salt: ArraySlice<UInt8> = []
    ) -> FinishedTransaction {
        var resultsPart = ByteWriter()
        if hasResults {
            resultsPart.append(UInt32(results.count))
            resultsPart.bytes.append(contentsOf: salt)
            resultsPart.append(results)
            sealed.append(Digest(of: resultsPart.bytes.rawSpan.extracting(4..<resultsPart.count)))
        }
        sealed.patch(UInt32(sealed.count), at: 4)
        sealed.patch(UInt32(eventCount), at: 24)
        // A leading 0, as RFC 6962 requires for a leaf.
        end.digest = Digest(of: sealed.bytes.rawSpan, prefix: 0)
        end.lastPosition = Position(nextPosition.ordinal - 1)
        sealed.append(resultsPart.bytes)
        return FinishedTransaction(head: sealed.bytes, tail: open.bytes, end: end)
    }
}

/// A transaction as it goes into the log: two parts that follow one another.
package struct FinishedTransaction: Sendable {
    /// The sealed part, and the results if there are any.
    package let head: [UInt8]
    /// The values of the events.
    package let tail: [UInt8]
    /// The end of the log after it.
    package let end: LogHead

    /// What the next transaction names as its predecessor.
    package var digest: Digest { end.digest }
}
