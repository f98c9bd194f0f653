internal import AnnalsLog

/// The algorithms by which proofs are verified: RFC 9162, 2.1.3.2 and 2.1.4.2.
enum MerkleProof {
    /// The root that follows from a leaf and the sibling digests along its path, or `nil` if there
    /// are too many of them or too few.
    static func root(
        leaf: Digest,
        index: UInt64,
        size: UInt64,
        path: [Digest]
    ) -> Digest? {
        guard index < size else { return nil }
        var node = leaf
        var (index, last) = (index, size - 1)
        for sibling in path {
            guard last > 0 else { return nil }
            if index & 1 == 1 || index == last {
                node = Digest(left: sibling, right: node)
                // A node at the right end has no sibling if the row has an odd number of nodes.
                while index & 1 == 0, index > 0 {
                    index >>= 1
                    last >>= 1
                }
            } else {
                node = Digest(left: node, right: sibling)
            }
            index >>= 1
            last >>= 1
        }
        return last == 0 ? node : nil
    }

    /// Whether the tree of `size` leaves with this root begins with the earlier one.
    static func isConsistent(
        from earlier: UInt64,
        _ earlierRoot: Digest,
        to size: UInt64,
        _ root: Digest,
        path: [Digest]
    ) -> Bool {
        guard earlier < size else {
            return earlier == size && earlierRoot == root && path.isEmpty
        }
        if earlier == 0 { return earlierRoot == MerkleFrontier().root && path.isEmpty }
        var (index, last) = (earlier - 1, size - 1)
        while index & 1 == 1 {
            index >>= 1
            last >>= 1
        }
        // If the earlier tree is a complete subtree of the later one, its root begins the path.
        var path = path[...]
        var node = earlierRoot
        if index > 0 {
            guard let first = path.popFirst() else { return false }
            node = first
        }
        var (earlierNode, laterNode) = (node, node)
        for sibling in path {
            guard last > 0 else { return false }
            if index & 1 == 1 || index == last {
                earlierNode = Digest(left: sibling, right: earlierNode)
                laterNode = Digest(left: sibling, right: laterNode)
                while index & 1 == 0, index > 0 {
                    index >>= 1
                    last >>= 1
                }
            } else {
                laterNode = Digest(left: laterNode, right: sibling)
            }
            index >>= 1
            last >>= 1
        }
        return last == 0 && earlierNode == earlierRoot && laterNode == root
    }
}
