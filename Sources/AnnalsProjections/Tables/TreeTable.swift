internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsLog

/// The Merkle tree over the log's transactions, as far as it is in full tiles.
///
/// The digests of later transactions are in the log itself. When transactions are removed from the
/// log, those that are in no full tile of level 0 stay, and its last one.
package struct TreeTable: Sendable {
    package static let tableName = "tree"

    package let table: Table

    package init(table: Table) { self.table = table }

    fileprivate static func key(_ level: Int, _ index: UInt64) -> [UInt8] {
        var key = ByteWriter(reserving: 9)
        key.append(UInt8(level))
        key.append(index)
        return key.bytes
    }

    func put(_ tile: TreeTile, in transaction: inout WriteTransaction) throws(StorageError) {
        let (key, value) = Self.entry(tile)
        try transaction.put(value.rawSpan, forKey: key.rawSpan, in: table)
    }

    /// The key and the value of a tile.
    package static func entry(_ tile: TreeTile) -> (key: [UInt8], value: [UInt8]) {
        let key = Self.key(tile.level, tile.index)
        var value = ByteWriter(reserving: Self.byteCount)
        value.append(UInt32(0))
        value.append(UInt32(0))
        value.append(tile.root)
        for digest in tile.digests { value.append(digest) }
        value.patch(Self.checksum(key, value.bytes.rawSpan), at: 0)
        return (key, value.bytes)
    }

    func remove(
        level: Int,
        index: UInt64,
        in transaction: inout WriteTransaction
    ) throws(StorageError) {
        try transaction.delete(Self.key(level, index).rawSpan, in: table)
    }

    private static let headByteCount = 8 + Digest.byteCount
    private static let byteCount = headByteCount + TreeTile.width * Digest.byteCount

    private static func checksum(_ key: [UInt8], _ value: RawSpan) -> UInt32 {
        var crc = CRC32C()
        crc.update(key.rawSpan)
        crc.update(value.extracting(droppingFirst: 4))
        return crc.value
    }

    /// The digest above a full tile.
    func root(
        level: Int,
        index: UInt64,
        in transaction: borrowing ReadTransaction
    ) throws(StorageError) -> Digest {
        let key = Self.key(level, index)
        let value = try transaction.value(forKey: key.rawSpan, in: table)
        return try digests(0..<1, in: value, key, from: 8)[0]
    }

    /// The digests of the first transactions, all of which are in full tiles.
    package func leaves(
        before count: UInt64,
        in transaction: borrowing ReadTransaction
    ) throws(StorageError) -> [Digest] {
        var leaves: [Digest] = []
        leaves.reserveCapacity(Int(clamping: count))
        while UInt64(leaves.count) < count {
            let rest = count - UInt64(leaves.count)
            leaves += try digests(
                0..<Int(min(rest, UInt64(TreeTile.width))),
                level: 0,
                index: UInt64(leaves.count) >> UInt64(TreeTile.levelBits),
                in: transaction
            )
        }
        return leaves
    }

    /// Some of the digests of a full tile.
    func digests(
        _ range: Range<Int>,
        level: Int,
        index: UInt64,
        in transaction: borrowing ReadTransaction
    ) throws(StorageError) -> [Digest] {
        let key = Self.key(level, index)
        let value = try transaction.value(forKey: key.rawSpan, in: table)
        return try digests(range, in: value, key, from: Self.headByteCount)
    }

    /// The same as a writer sees them.
    func digests(
        _ range: Range<Int>,
        level: Int,
        index: UInt64,
        in transaction: borrowing WriteTransaction
    ) throws(StorageError) -> [Digest] {
        let key = Self.key(level, index)
        let value = try transaction.value(forKey: key.rawSpan, in: table)
        return try digests(range, in: value, key, from: Self.headByteCount)
    }

    /// Digests of a tile's value, which is checked against its checksum.
    private func digests(
        _ range: Range<Int>,
        in value: RawSpan?,
        _ key: [UInt8],
        from start: Int
    ) throws(StorageError) -> [Digest] {
        guard let value else {
            throw .corrupted(Corruption("a tile is missing", table: table.name, key: key))
        }
        do throws(Malformed) {
            guard value.byteCount == Self.byteCount, try value.uint32(at: 4) == 0,
                try value.uint32(at: 0) == Self.checksum(key, value)
            else { throw Malformed("the checksum that it names", offset: 0) }
            let bytes = try value.slice(
                at: start + range.lowerBound * Digest.byteCount,
                count: range.count * Digest.byteCount
            )
            var reader = ByteReader(bytes)
            var digests: [Digest] = []
            digests.reserveCapacity(range.count)
            for _ in range { digests.append(try Digest(reading: &reader)) }
            return digests
        } catch {
            throw .corrupted(Corruption("a tile is malformed", table: table.name, key: key))
        }
    }

    /// The right edge of the tree over a log that ends at `head`.
    package func edge(
        at head: LogHead,
        _ log: Log,
        in transaction: borrowing ReadTransaction
    ) throws(StorageError) -> TreeEdge {
        var levels: [[Digest]] = []
        var tileCount: UInt64 = 0
        var filled = head.number
        while filled > 0 {
            let level = levels.count
            let full = TreeEdge.fullTiles(of: head.number, level: level)
            let first = full << UInt64(TreeTile.levelBits)
            var digests: [Digest] = []
            if level == 0 {
                let numbers = (first + 1)..<(head.number + 1)
                digests = try log.digests(of: numbers, upTo: head, in: transaction)
            } else {
                for index in first..<filled {
                    digests.append(try root(level: level - 1, index: index, in: transaction))
                }
            }
            levels.append(digests)
            tileCount += full
            filled = full
        }
        guard UInt64(try transaction.count(of: table)) == tileCount else {
            throw .corrupted(Corruption("it has not as many tiles as the log", table: table.name))
        }
        return TreeEdge(count: head.number, levels: levels)
    }
}

extension ProjectionWriter {
    /// Removes the tiles that a tree of `count` leaves has not filled.
    mutating func removeTiles(beyond count: UInt64) throws(StorageError) {
        var level = 0
        while level <= UInt64.bitWidth / TreeTile.levelBits {
            var index = TreeEdge.fullTiles(of: count, level: level)
            let first = index
            while try tables.tree.remove(level, index, from: &transaction) { index += 1 }
            // A level without any has none above it.
            if first == 0, index == 0 { return }
            level += 1
        }
    }
}

extension TreeTable {
    fileprivate func remove(
        _ level: Int,
        _ index: UInt64,
        from transaction: inout WriteTransaction
    ) throws(StorageError) -> Bool {
        try transaction.delete(Self.key(level, index).rawSpan, in: table)
    }
}
