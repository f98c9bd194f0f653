package import AnnalsLMDB
package import AnnalsLog

/// The Merkle tree in one view of the store: digests and proofs of it and of all its earlier
/// states.
///
/// Leaves are counted from 0: that of transaction 1 is the first.
package struct TreeReader: Sendable {
    /// How many leaves the tree has.
    package let size: UInt64
    private let head: LogHead
    private let table: TreeTable
    private let log: Log
    /// The digests of transactions that are in no full tile, once they were needed.
    private var lastLeaves: [Digest]?

    package init(
        _ tables: StoreTables,
        in transaction: borrowing ReadTransaction
    ) throws(StorageError) {
        head = try tables.log.head(in: transaction)
        size = head.number
        table = tables.tree
        log = tables.log
    }

    /// The digest of the tree of the first `size` transactions; `nil` if there are fewer.
    package mutating func root(
        ofSize size: UInt64,
        in transaction: borrowing ReadTransaction
    ) throws(StorageError) -> Digest? {
        guard size <= self.size else { return nil }
        return try digest(of: MerkleRange(0, size), transaction)
    }

    /// The proof that `leaf` is in the tree of `size` leaves; `nil` if it is not.
    package mutating func inclusionPath(
        leaf: UInt64,
        size: UInt64,
        in transaction: borrowing ReadTransaction
    ) throws(StorageError) -> [Digest]? {
        guard size <= self.size else { return nil }
        guard let ranges = MerkleRange.inclusion(of: leaf, in: size) else { return nil }
        return try digests(of: ranges, transaction)
    }

    /// The proof that the tree of `size` leaves begins with that of `earlier`; `nil` if one of them
    /// does not exist.
    package mutating func consistencyPath(
        from earlier: UInt64,
        to size: UInt64,
        in transaction: borrowing ReadTransaction
    ) throws(StorageError) -> [Digest]? {
        guard size <= self.size else { return nil }
        guard let ranges = MerkleRange.consistency(from: earlier, to: size) else { return nil }
        return try digests(of: ranges, transaction)
    }

    private mutating func digests(
        of ranges: [MerkleRange],
        _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> [Digest] {
        var digests: [Digest] = []
        for range in ranges { digests.append(try digest(of: range, transaction)) }
        return digests
    }

    private mutating func digest(
        of range: MerkleRange,
        _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> Digest {
        var roots: [Digest] = []
        for node in range.nodes { roots.append(try digest(of: node, transaction)) }
        return MerkleRange.fold(roots)
    }

    private mutating func digest(
        of node: MerkleRange.Node,
        _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> Digest {
        let level = node.level / TreeTile.levelBits
        let count = 1 << (node.level % TreeTile.levelBits)
        let first = node.index * UInt64(count)
        let index = first >> UInt64(TreeTile.levelBits)
        if index < TreeEdge.fullTiles(of: size, level: level) {
            let start = Int(first & UInt64(TreeTile.width - 1))
            let range = start..<(start + count)
            let digests = try table.digests(range, level: level, index: index, in: transaction)
            return TreeTile.root(of: digests[...])
        }
        if level == 0 {
            let leaves = try edgeLeaves(transaction)
            let start = Int(first & UInt64(TreeTile.width - 1))
            return TreeTile.root(of: leaves[start..<(start + count)])
        }
        var digests: [Digest] = []
        for index in first..<(first + UInt64(count)) {
            digests.append(try table.root(level: level - 1, index: index, in: transaction))
        }
        return TreeTile.root(of: digests[...])
    }

    private mutating func edgeLeaves(
        _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> [Digest] {
        if let lastLeaves { return lastLeaves }
        let first = TreeEdge.fullTiles(of: size, level: 0) << UInt64(TreeTile.levelBits)
        let leaves = try log.digests(of: (first + 1)..<(size + 1), upTo: head, in: transaction)
        lastLeaves = leaves
        return leaves
    }
}
