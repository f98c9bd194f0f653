internal import AnnalsBytes
package import AnnalsLMDB

extension Log {
    /// The digests of the transactions `numbers`, of which the last may be the log's.
    ///
    /// Each is named in the following transaction: it is read from the first frame of that one,
    /// whatever its length.
    package func digests(
        of numbers: Range<UInt64>,
        upTo head: LogHead,
        in transaction: borrowing ReadTransaction
    ) throws(StorageError) -> [Digest] {
        var digests: [Digest] = []
        digests.reserveCapacity(numbers.count)
        for number in numbers {
            if number == head.number {
                digests.append(head.digest)
            } else {
                digests.append(try previousDigest(in: number + 1, transaction))
            }
        }
        return digests
    }

    private func previousDigest(
        in number: UInt64,
        _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> Digest {
        let key = Self.key(number)
        guard let frame = try transaction.value(forKey: key.rawSpan, in: table) else {
            throw .corrupted(Corruption("a transaction is missing", table: table.name, key: key))
        }
        do throws(Malformed) {
            guard try frame.uint32(at: 0) == Self.checksum(key: key.rawSpan, value: frame) else {
                throw Malformed("the checksum that it names", offset: 0)
            }
            let sealed = try frame.slice(at: 8, count: frame.byteCount - 8)
            guard try sealed.uint8(at: 0) == TransactionBuilder.version else {
                throw Malformed("format version 1", offset: 0)
            }
            var reader = ByteReader(try sealed.slice(at: 48, count: Digest.byteCount))
            return try Digest(reading: &reader)
        } catch {
            let finding = "a frame is malformed: not \(error.finding)"
            throw .corrupted(Corruption(finding, table: table.name, key: key))
        }
    }
}
