/// A Merkle tree that follows the definitions of RFC 6962, 2.1, word by word: slow, and independent
/// of the code under test.
public struct NaiveTree<Hash: Sendable>: Sendable {
    private let empty: Hash
    private let node: @Sendable (Hash, Hash) -> Hash

    /// - Parameters:
    ///   - empty: The digest of no bytes.
    ///   - node: The digest of two digests below it.
    public init(empty: Hash, node: @escaping @Sendable (Hash, Hash) -> Hash) {
        self.empty = empty
        self.node = node
    }

    public func root(_ leaves: ArraySlice<Hash>) -> Hash {
        guard leaves.count > 1 else { return leaves.first ?? empty }
        let half = half(leaves.count)
        return node(root(leaves.prefix(half)), root(leaves.dropFirst(half)))
    }

    public func inclusion(_ leaf: Int, _ leaves: ArraySlice<Hash>) -> [Hash] {
        guard leaves.count > 1 else { return [] }
        let half = half(leaves.count)
        let (left, right) = (leaves.prefix(half), leaves.dropFirst(half))
        return leaf < half
            ? inclusion(leaf, left) + [root(right)] : inclusion(leaf - half, right) + [root(left)]
    }

    public func consistency(_ earlier: Int, _ leaves: ArraySlice<Hash>) -> [Hash] {
        earlier == 0 ? [] : subproof(earlier, leaves, isWhole: true)
    }

    private func subproof(_ earlier: Int, _ leaves: ArraySlice<Hash>, isWhole: Bool) -> [Hash] {
        if earlier == leaves.count { return isWhole ? [] : [root(leaves)] }
        let half = half(leaves.count)
        let (left, right) = (leaves.prefix(half), leaves.dropFirst(half))
        return earlier <= half
            ? subproof(earlier, left, isWhole: isWhole) + [root(right)]
            : subproof(earlier - half, right, isWhole: false) + [root(left)]
    }

    /// The largest power of two below `count`.
    private func half(_ count: Int) -> Int {
        var half = 1
        while half * 2 < count { half *= 2 }
        return half
    }
}
