internal import AnnalsBytes
internal import AnnalsLMDB
package import AnnalsLog

/// A part of a log in a file of its own, which is written once and never changed, except by
/// erasure.
package struct Segment: Sendable, Hashable {
    package let path: String
    package let header: SegmentHeader

    init(path: String, header: SegmentHeader) {
        self.path = path
        self.header = header
    }

    /// Reads the header of the file that `name` names.
    init(reading name: SegmentName, in folder: String) throws(RecoveryError) {
        path = folder + "/" + name.text
        let (bytes, length) = try Self.read(path, first: SegmentHeader.byteCount)
        do throws(Malformed) {
            header = try SegmentHeader(decoding: bytes)
        } catch {
            throw .damaged(file: path, finding: "not \(error.finding)")
        }
        guard header.name == name else {
            throw .damaged(file: path, finding: "it holds other transactions than its name says")
        }
        guard length == SegmentHeader.byteCount + header.storedByteCount else {
            throw .damaged(file: path, finding: "it is not as long as it says")
        }
    }

    private static func read(
        _ path: String,
        first count: Int
    ) throws(RecoveryError) -> (bytes: [UInt8], length: Int) {
        try recovering { () throws(StorageError) in
            try FileSystem.readFile(path, first: count)
        }
    }

    /// Its transactions, each checked against the digest of the segment, not yet against one
    /// another.
    package func transactions() throws(RecoveryError) -> [StoredTransaction] {
        let count = SegmentHeader.byteCount + header.storedByteCount
        let (bytes, length) = try Self.read(path, first: count)
        do throws(Malformed) {
            guard bytes.count == count, length == count,
                try SegmentHeader(
                    decoding: Array(bytes.prefix(SegmentHeader.byteCount))
                ) == header
            else { throw Malformed("the file that it was", offset: 0) }
            return try decode(bytes.rawSpan.extracting(droppingFirst: SegmentHeader.byteCount))
        } catch {
            throw .damaged(file: path, finding: "not \(error.finding)")
        }
    }

    private func decode(_ stored: RawSpan) throws(Malformed) -> [StoredTransaction] {
        guard Digest(of: stored) == header.storedDigest else {
            throw Malformed("the digest that its header names", offset: 176)
        }
        let raw = try unfold(stored)
        var transactions: [StoredTransaction] = []
        var reader = ByteReader(raw.rawSpan)
        while !reader.isAtEnd {
            let count = Int(try reader.uint32())
            let bytes = [UInt8](copying: try reader.span(count: count))
            let transaction = try StoredTransaction(decoding: bytes)
            guard transaction.number == header.first + UInt64(transactions.count) else {
                throw Malformed("transactions in their order", offset: reader.offset)
            }
            transactions.append(transaction)
        }
        guard let first = transactions.first, let last = transactions.last,
            last.number == header.last, last.digest == header.after.digest
        else { throw Malformed("the transactions that its header names", offset: 0) }
        // What restores and erasures go by must be what the transactions say.
        let events = transactions.reduce(0) { count, transaction in
            count + transaction.events.count { $0.kind.takesValues }
        }
        guard first.firstPosition.ordinal == header.before.lastPosition.ordinal + 1,
            last.lastPosition == header.after.lastPosition, first.time == header.firstTime,
            last.time == header.after.time, first.epoch == header.firstEpoch,
            last.epoch == header.after.epoch, events == header.erasureCount
        else { throw Malformed("what its header says of its transactions", offset: 0) }
        return transactions
    }

    private func unfold(_ stored: RawSpan) throws(Malformed) -> [UInt8] {
        switch header.method {
        case .plain: [UInt8](copying: stored)
        case .zstandard: try Compression.decompress(stored, count: header.rawByteCount)
        }
    }
}
