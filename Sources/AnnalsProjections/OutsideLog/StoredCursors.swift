internal import AnnalsBytes
package import AnnalsLMDB

// Queries to be continued later, by the id of their locator; kept outside the log.

extension ProjectionReader {
    /// The query of a locator, as it was stored.
    package func cursor(_ id: [UInt8]) throws(StorageError) -> [UInt8]? {
        guard let bytes = try transaction.value(forKey: id.rawSpan, in: tables.cursors) else {
            return nil
        }
        do throws(Malformed) {
            return [UInt8](copying: try KeptValue.opened(bytes, key: id.rawSpan))
        } catch {
            throw .corrupted(
                Corruption("a cursor is malformed", table: tables.cursors.name, key: id)
            )
        }
    }
}

extension ProjectionWriter {
    package mutating func put(cursor: [UInt8], forKey id: [UInt8]) throws(StorageError) {
        let value = KeptValue.sealed(cursor, key: id)
        try transaction.put(value.rawSpan, forKey: id.rawSpan, in: tables.cursors)
    }

    /// Removes the cursors whose ids sort below `id`, some at a time.
    ///
    /// - Returns: How many there were.
    @discardableResult
    package mutating func removeCursors(below id: [UInt8]) throws(StorageError) -> Int {
        let old = try oldCursors(below: id)
        for key in old { try transaction.delete(key.rawSpan, in: tables.cursors) }
        return old.count
    }

    private func oldCursors(below id: [UInt8]) throws(StorageError) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var cursor = try transaction.cursor(in: tables.cursors)
        while found.count < 100, let entry = try cursor.next(),
            entry.key.compare(to: id.rawSpan) < 0
        {
            found.append([UInt8](copying: entry.key))
        }
        return found
    }
}
