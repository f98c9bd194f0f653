package import AnnalsBytes
package import AnnalsLMDB
internal import AnnalsSchema

/// Where a log begins whose earlier transactions have left the store for an archive.
package struct LogBase: Sendable, Hashable {
    /// The end of what is no longer in the log.
    package let head: LogHead
    /// The folder of the archive, as named when they left.
    package let archive: String

    /// The key under which the table `meta` keeps it.
    package static let metaKey = "log base"

    package init(_ head: LogHead, archive: String) {
        self.head = head
        self.archive = archive
    }

    package init(decoding bytes: [UInt8]) throws(Malformed) {
        var reader = ByteReader(bytes.rawSpan)
        var head = LogHead()
        head.number = try reader.uint64()
        head.lastPosition = Position(try reader.uint64())
        head.time = Timestamp(milliseconds: try reader.int64())
        head.epoch = try reader.uint32()
        head.digest = try Digest(reading: &reader)
        // Values counted on from these cannot overflow.
        guard head.number > 0, head.number < 1 << 60, head.lastPosition.ordinal < 1 << 60 else {
            throw Malformed("the end of a log", offset: 0)
        }
        self.head = head
        archive = try reader.span(count: reader.remaining).text()
    }

    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(head.number)
        writer.append(head.lastPosition.ordinal)
        writer.append(head.time.milliseconds)
        writer.append(head.epoch)
        writer.append(head.digest)
        writer.append(Array(archive.utf8))
        return writer.bytes
    }
}

/// The transactions that have left a log, wherever they are now.
package protocol EarlierTransactions: Sendable {
    /// Fails if the transactions that end with `base` are incomplete, or are others.
    func requireAll(through base: LogHead) throws(StorageError)

    /// The transaction `number`, which is not beyond the log's base.
    func transaction(_ number: UInt64) throws(StorageError) -> StoredTransaction

    /// The number of the first transaction for which `isBehind` is true, as it is for all later
    /// ones, and for the log's base.
    func firstNumber(
        where isBehind: (LogEnd) -> Bool
    ) throws(StorageError) -> UInt64
}
