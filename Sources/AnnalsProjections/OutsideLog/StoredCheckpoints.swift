internal import AnnalsBytes
package import AnnalsLMDB

// Checkpoints that were issued, by the size of the tree and the id of the key; kept outside the
// log, about which they make a statement.

extension ProjectionReader {
    /// The checkpoints that were issued, the smallest tree first.
    package func checkpoints() throws(StorageError) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var cursor = try transaction.cursor(in: tables.checkpoints)
        while let entry = try cursor.next() {
            found.append(try note(in: entry.value, entry.key))
        }
        return found
    }

    /// The one of the largest tree, or `nil`.
    package func lastCheckpoint() throws(StorageError) -> [UInt8]? {
        var cursor = try transaction.cursor(in: tables.checkpoints)
        guard let entry = try cursor.previous() else { return nil }
        return try note(in: entry.value, entry.key)
    }

    private func note(in value: RawSpan, _ key: RawSpan) throws(StorageError) -> [UInt8] {
        do throws(Malformed) {
            return [UInt8](copying: try KeptValue.opened(value, key: key))
        } catch {
            throw .corrupted(
                Corruption(
                    "a checkpoint is malformed: not \(error.finding)",
                    table: tables.checkpoints.name,
                    key: [UInt8](copying: key)
                )
            )
        }
    }
}

extension ProjectionWriter {
    package mutating func put(
        checkpoint: [UInt8],
        size: UInt64,
        keyID: UInt32
    ) throws(StorageError) {
        var key = ByteWriter(reserving: 12)
        key.append(size)
        key.append(keyID)
        try transaction.put(
            KeptValue.sealed(checkpoint, key: key.bytes).rawSpan,
            forKey: key.bytes.rawSpan,
            in: tables.checkpoints
        )
    }
}
