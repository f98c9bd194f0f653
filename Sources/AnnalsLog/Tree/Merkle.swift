internal import AnnalsBytes

/// A Merkle tree of RFC 6962 that grows at its right end, as the roots of its complete subtrees.
///
/// These are at most 64 digests, whatever the size of the tree: enough to append leaves and to
/// compute the root, not enough to prove that a leaf is among them.
package struct MerkleFrontier: Sendable, Equatable {
    /// How many leaves the tree has.
    package private(set) var count: UInt64 = 0
    /// The roots of the subtrees that the ones in `count` stand for, the largest first.
    private var peaks: [Digest] = []

    package init() {}

    package mutating func append(_ leaf: Digest) {
        var node = leaf
        // As in counting: each 1 at the end of the number is a subtree that the new one completes.
        for _ in 0..<(~count).trailingZeroBitCount {
            guard let left = peaks.popLast() else { break }
            node = Digest(left: left, right: node)
        }
        peaks.append(node)
        count += 1
    }

    /// The digest of the whole tree; of an empty one that of no bytes.
    package var root: Digest { MerkleRange.fold(peaks) }
}

/// Adjacent leaves of a tree that have a node of their own above them: those of a complete subtree,
/// or those from a subtree's first to the tree's last.
package struct MerkleRange: Hashable, Sendable {
    package let start: UInt64
    package let end: UInt64

    package init(_ start: UInt64, _ end: UInt64) {
        self.start = start
        self.end = end
    }

    /// A subtree of `1 << level` leaves of which none is missing: the one after `index` others.
    package struct Node: Hashable, Sendable {
        package let level: Int
        package let index: UInt64
    }

    /// The complete subtrees that make up the range, the largest first.
    package var nodes: [Node] {
        var nodes: [Node] = []
        var start = start
        while start < end {
            let level = 63 - (end - start).leadingZeroBitCount
            nodes.append(Node(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
        return nodes
    }

    /// The digest above subtrees that follow one another, the largest first.
    package static func fold(_ roots: [Digest]) -> Digest {
        guard var node = roots.last else {
            let nothing: [UInt8] = []
            return Digest(of: nothing.rawSpan)
        }
        for left in roots.dropLast().reversed() { node = Digest(left: left, right: node) }
        return node
    }

    /// Where the left side of the range ends: the largest power of two below the number of leaves.
    private var middle: UInt64 { start + (1 << UInt64(63 - (end - start - 1).leadingZeroBitCount)) }

    /// The ranges whose digests prove that `leaf` is in a tree of `size` leaves, the leaf's sibling
    /// first (PATH of RFC 6962, 2.1.1); `nil` if there is no such leaf.
    package static func inclusion(of leaf: UInt64, in size: UInt64) -> [MerkleRange]? {
        guard leaf < size else { return nil }
        var path: [MerkleRange] = []
        var range = MerkleRange(0, size)
        while range.end - range.start > 1 {
            let (left, right) = range.sides
            if leaf < left.end {
                path.append(right)
                range = left
            } else {
                path.append(left)
                range = right
            }
        }
        return path.reversed()
    }

    /// The ranges whose digests prove that a tree of `size` leaves begins with all of one of
    /// `earlier` (PROOF of RFC 6962, 2.1.2); `nil` if that one is larger.
    ///
    /// For two trees of the same size, or an empty one, there is nothing to prove.
    package static func consistency(from earlier: UInt64, to size: UInt64) -> [MerkleRange]? {
        guard earlier <= size else { return nil }
        guard earlier > 0, earlier < size else { return [] }
        var path: [MerkleRange] = []
        var range = MerkleRange(0, size)
        while range.end != earlier {
            let (left, right) = range.sides
            if earlier <= left.end {
                path.append(right)
                range = left
            } else {
                path.append(left)
                range = right
            }
        }
        // The verifier of the proof has the root of the earlier tree, if that is what is left.
        if range.start > 0 { path.append(range) }
        return path.reversed()
    }

    private var sides: (MerkleRange, MerkleRange) {
        let middle = middle
        return (MerkleRange(start, middle), MerkleRange(middle, end))
    }
}
