internal import AnnalsBytes
package import AnnalsLog

/// A transaction as carried in a proof: its sealed part, and the values of the events that are
/// shown.
package struct CarriedTransaction: Hashable, Sendable {
    package let sealed: [UInt8]
    /// Salt and values, by the events' places in the transaction, which ascend.
    package let openings: [Opening]

    package struct Opening: Hashable, Sendable {
        package let event: Int
        package let bytes: [UInt8]
    }

    /// - Parameter isOpened: Selects the events whose values are carried; erased ones have none.
    package init(_ stored: StoredTransaction, opening isOpened: (Int) -> Bool) {
        sealed = stored.sealedBytes
        openings = stored.events.indices.filter(isOpened).compactMap { index in
            stored.opening(ofEvent: index).map { Opening(event: index, bytes: $0) }
        }
    }

    init(reading reader: inout ByteReader) throws(Malformed) {
        sealed = try Self.bytes(&reader)
        var openings: [Opening] = []
        for _ in 0..<(try reader.uint32()) {
            let event = Int(try reader.uint32())
            guard event > openings.last?.event ?? -1 else {
                throw Malformed("events that ascend", offset: reader.offset)
            }
            openings.append(Opening(event: event, bytes: try Self.bytes(&reader)))
        }
        self.openings = openings
    }

    private static func bytes(_ reader: inout ByteReader) throws(Malformed) -> [UInt8] {
        let count = Int(try reader.uint32())
        return [UInt8](copying: try reader.span(count: count))
    }

    func append(to writer: inout ByteWriter) {
        writer.append(UInt32(clamping: sealed.count))
        writer.append(sealed)
        writer.append(UInt32(clamping: openings.count))
        for opening in openings {
            writer.append(UInt32(clamping: opening.event))
            writer.append(UInt32(clamping: opening.bytes.count))
            writer.append(opening.bytes)
        }
    }

    /// The leaf that stands for it in the tree.
    var leaf: Digest { Digest(of: sealed.rawSpan, prefix: 0) }

    /// Checks everything in it against the sealed part, whose digest is checked against the tree.
    func opened() throws(ProofError) -> ProvenTransaction {
        let part: SealedPart
        do throws(Malformed) {
            var reader = ByteReader(sealed.rawSpan)
            part = try SealedPart(reading: &reader)
            guard reader.isAtEnd else { throw Malformed("the end", offset: reader.offset) }
        } catch {
            throw .wrongTransaction("it is malformed")
        }
        var values: [Int: [UInt8]] = [:]
        for opening in openings {
            guard opening.event < part.events.count else {
                throw .wrongTransaction("it has not as many events")
            }
            let event = part.events[opening.event]
            guard Digest(of: opening.bytes.rawSpan) == event.digest,
                opening.bytes.count >= TransactionBuilder.saltByteCount
            else {
                let position = part.firstPosition.advanced(by: opening.event)
                throw .wrongTransaction("the values of event \(position) do not have their digest")
            }
            values[opening.event] = Array(
                opening.bytes.dropFirst(TransactionBuilder.saltByteCount)
            )
        }
        return ProvenTransaction(part, values: values, digest: leaf)
    }
}
