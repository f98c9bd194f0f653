internal import AnnalsBytes
package import AnnalsLMDB

// Checkpoints that were given, by the size of the tree and the id of the key; kept beside the log,
// which they say something about.

extension ProjectionReader {
    /// The checkpoints that were given, the smallest tree first.
    package func checkpoints() throws(StorageError) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var cursor = try transaction.cursor(in: tables.checkpoints)
        while let entry = try cursor.next() { found.append([UInt8](copying: entry.value)) }
        return found
    }

    /// The one of the largest tree, or `nil`.
    package func lastCheckpoint() throws(StorageError) -> [UInt8]? {
        var cursor = try transaction.cursor(in: tables.checkpoints)
        guard let entry = try cursor.previous() else { return nil }
        return [UInt8](copying: entry.value)
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
            checkpoint.rawSpan,
            forKey: key.bytes.rawSpan,
            in: tables.checkpoints
        )
    }
}
