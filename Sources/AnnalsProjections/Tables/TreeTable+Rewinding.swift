package import AnnalsLMDB
internal import AnnalsLog

extension TreeTable {
    /// Takes the tree back to its state with `size` leaves: tiles that were not full then are
    /// removed from the table.
    ///
    /// - Parameter edge: The current right edge of the tree.
    /// - Returns: That of the smaller tree.
    func rewind(
        _ edge: TreeEdge,
        to size: UInt64,
        in transaction: inout WriteTransaction
    ) throws(StorageError) -> TreeEdge {
        guard size < edge.count else { return edge }
        var levels: [[Digest]] = []
        var filled = size
        for level in edge.levels.indices {
            let fullBefore = TreeEdge.fullTiles(of: edge.count, level: level)
            let full = TreeEdge.fullTiles(of: size, level: level)
            if filled > 0 {
                let count = Int(filled - full << UInt64(TreeTile.levelBits))
                let tile = full < fullBefore
                levels.append(
                    tile
                        ? try digests(0..<count, level: level, index: full, in: transaction)
                        : Array(edge.levels[level].prefix(count))
                )
            }
            for index in full..<fullBefore {
                try remove(level: level, index: index, in: &transaction)
            }
            filled = full
        }
        return TreeEdge(count: size, levels: levels)
    }
}

extension ProjectionWriter {
    /// Takes the Merkle tree back to the first `size` transactions.
    package mutating func rewindTree(to size: UInt64) throws(StorageError) {
        edge = try tables.tree.rewind(edge, to: size, in: &transaction)
    }
}
