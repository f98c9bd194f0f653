/// The digests of a growing Merkle tree that are in no full tile yet: its right edge.
///
/// A tile contains 256 adjacent digests: one of level 0 those of 256 transactions, one of level 1
/// the roots of 256 tiles of level 0, and so on. Full tiles never change, so each is written once;
/// with them and the edge any digest of the tree is computed from few others.
package struct TreeEdge: Sendable, Equatable {
    /// How many leaves the tree has.
    package private(set) var count: UInt64 = 0
    /// Fewer than 256 by level.
    package private(set) var levels: [[Digest]] = []

    package init() {}

    /// - Parameter levels: As ``levels``.
    package init(count: UInt64, levels: [[Digest]]) {
        self.count = count
        self.levels = levels
    }

    /// Appends a leaf.
    ///
    /// - Returns: The tiles that it has filled, in the order of their levels: for 255 leaves of 256
    ///   there is none.
    package mutating func append(_ leaf: Digest) -> [TreeTile] {
        var full: [TreeTile] = []
        var next: Digest? = leaf
        var level = 0
        while let digest = next {
            next = nil
            if level == levels.count { levels.append([]) }
            levels[level].append(digest)
            if levels[level].count == TreeTile.width {
                let index = count >> UInt64(TreeTile.levelBits * (level + 1))
                let tile = TreeTile(level: level, index: index, digests: levels[level])
                levels[level].removeAll(keepingCapacity: true)
                full.append(tile)
                next = tile.root
            }
            level += 1
        }
        count += 1
        return full
    }

    /// The digest of the whole tree; of an empty one that of no bytes.
    package var root: Digest {
        var peaks: [Digest] = []
        for level in levels.reversed() {
            var rest = level[...]
            while !rest.isEmpty {
                let count = 1 << (Int.bitWidth - 1 - rest.count.leadingZeroBitCount)
                peaks.append(TreeTile.root(of: rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
        }
        return MerkleRange.fold(peaks)
    }

    /// How many tiles of `level` a tree of `count` leaves has filled.
    package static func fullTiles(of count: UInt64, level: Int) -> UInt64 {
        let shift = TreeTile.levelBits * (level + 1)
        return shift < 64 ? count >> UInt64(shift) : 0
    }
}

/// 256 adjacent digests in a tree, and the one above them.
package struct TreeTile: Sendable, Equatable {
    package static let width = 1 << levelBits
    package static let levelBits = 8

    package let level: Int
    /// How many tiles of its level come before it.
    package let index: UInt64
    package let digests: [Digest]
    package let root: Digest

    package init(level: Int, index: UInt64, digests: [Digest]) {
        self.level = level
        self.index = index
        self.digests = digests
        root = Self.root(of: digests[...])
    }

    /// The digest above a complete subtree; the number of digests is a power of two.
    package static func root(of digests: ArraySlice<Digest>) -> Digest {
        var row = Array(digests)
        while row.count > 1 {
            row = stride(from: 0, to: row.count - 1, by: 2).map {
                Digest(left: row[$0], right: row[$0 + 1])
            }
        }
        return MerkleRange.fold(row)
    }
}
