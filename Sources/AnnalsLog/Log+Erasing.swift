internal import AnnalsBytes
package import AnnalsLMDB

extension Log {
    /// Removes the values from some events of the transaction, in place, and with them the recorded
    /// answer, unless the transaction is the one that erases.
    ///
    /// - Parameters:
    ///   - number: The transaction that erases.
    ///   - isErased: Chooses the events.
    package func erase(
        in stored: StoredTransaction,
        by number: UInt64,
        _ transaction: inout WriteTransaction,
        _ isErased: (EventHeader, Position) -> Bool
    ) throws(StorageError) {
        let bytes =
            stored.number < number ? stored.obeying(isErased) : stored.erasing(isErased)
        guard bytes.count < stored.bytes.count else { return }
        // Not overwritten: LMDB would leave the end of a longer value where it was.
        var frame = 0
        while try transaction.delete(Self.key(stored.number, frame: frame).rawSpan, in: table) {
            frame += 1
        }
        let frameCount = Self.frameCount(ofBytes: bytes.count)
        let nothing: [UInt8] = []
        for frame in 0..<frameCount {
            let start = frame * Self.frameBytes
            let part = start..<min(bytes.count, start + Self.frameBytes)
            let key = Self.key(stored.number, frame: frame)
            var value = ByteWriter(reserving: 8 + part.count)
            value.append(
                Self.header(
                    of: key,
                    frameCount,
                    bytes.rawSpan.extracting(part),
                    nothing.rawSpan
                )
            )
            value.append(bytes.rawSpan.extracting(part))
            try transaction.put(value.bytes.rawSpan, forKey: key.rawSpan, in: table)
        }
    }
}
