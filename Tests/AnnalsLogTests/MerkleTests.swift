import AnnalsBytes
import AnnalsLog
import AnnalsTestSupport
import Testing

struct `A Merkle tree` {
    private static let naive = NaiveTree(empty: Digest(of: [UInt8]().rawSpan)) {
        Digest(left: $0, right: $1)
    }

    /// The eight leaves that implementations of RFC 6962 are tested with.
    private static let leaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
        [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57], Array(0x60...0x6f),
    ]

    /// The roots of the first leaf, the first two, and so on.
    private static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func `has the published roots`() {
        var frontier = MerkleFrontier()
        #expect(
            frontier.root.description
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
        for (leaf, root) in zip(Self.leaves, Self.roots) {
            frontier.append(Digest(of: leaf.rawSpan, prefix: 0))
            #expect(frontier.root.description == root)
        }
        #expect(frontier.count == 8)
    }

    @Test func `has the root of its definition at every size`() {
        let leaves = Self.leaves(700)
        var frontier = MerkleFrontier()
        for size in 0...leaves.count {
            #expect(frontier.root == Self.naive.root(leaves.prefix(size)), "of \(size)")
            #expect(frontier.count == UInt64(size))
            if size < leaves.count { frontier.append(leaves[size]) }
        }
    }

    @Test func `proves its leaves by the ranges of the definition`() throws {
        let leaves = Self.leaves(70)
        for size in 0...leaves.count {
            for leaf in 0..<size {
                let ranges = try #require(
                    MerkleRange.inclusion(of: UInt64(leaf), in: UInt64(size))
                )
                #expect(
                    ranges.map { Self.root(of: $0, leaves) }
                        == Self.naive.inclusion(leaf, leaves.prefix(size))
                )
            }
            #expect(MerkleRange.inclusion(of: UInt64(size), in: UInt64(size)) == nil)
        }
    }

    @Test func `proves its beginnings by the ranges of the definition`() throws {
        let leaves = Self.leaves(70)
        for size in 0...leaves.count {
            for earlier in 0...size {
                let ranges = try #require(
                    MerkleRange.consistency(from: UInt64(earlier), to: UInt64(size))
                )
                #expect(
                    ranges.map { Self.root(of: $0, leaves) }
                        == Self.naive.consistency(earlier, leaves.prefix(size))
                )
            }
            #expect(MerkleRange.consistency(from: UInt64(size) + 1, to: UInt64(size)) == nil)
        }
    }

    private static func leaves(_ count: Int) -> ArraySlice<Digest> {
        (0..<count).map { number in
            var bytes = ByteWriter()
            bytes.append(UInt64(number))
            return Digest(of: bytes.bytes.rawSpan, prefix: 0)
        }[...]
    }

    /// The root, computed from the whole subtrees that the range names.
    private static func root(of range: MerkleRange, _ leaves: ArraySlice<Digest>) -> Digest {
        MerkleRange.fold(
            range.nodes.map { node in
                let start = Int(node.index) << node.level
                return Self.naive.root(leaves[start..<(start + (1 << node.level))])
            }
        )
    }
}
