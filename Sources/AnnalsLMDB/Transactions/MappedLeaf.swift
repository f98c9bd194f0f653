internal import CLMDB

/// A leaf of a tree, where it lies in the map: all of its nodes at once.
///
/// LMDB shows an entry at a time. For counting, or for loading many entries into the processor's
/// cache, the page as a whole is better. Only for a reader's pages: a writer's are not in the map.
///
/// The page's header is trusted no further than the page's end.
@safe struct MappedLeaf {
    /// What LMDB uses on machines whose own pages have this size.
    static let byteCount: UInt = 4096
    private static let headerByteCount = 16

    private let page: UnsafeRawPointer
    /// How many nodes it has.
    let count: Int

    /// Where the page of a key begins.
    @unsafe static func start(ofPageWith key: UnsafeMutableRawPointer?) -> UInt {
        UInt(bitPattern: key) & ~(byteCount - 1)
    }

    /// The leaf that a key lies on, as LMDB has shown it.
    @unsafe init?(with key: UnsafeMutableRawPointer?) {
        let start = unsafe Self.start(ofPageWith: key)
        guard let page = unsafe UnsafeRawPointer(bitPattern: start) else { return nil }
        // mp_flags and mp_lower: a leaf of a table with one value per key, and nothing else.
        let flags = unsafe page.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
        let lower = Int(unsafe page.loadUnaligned(fromByteOffset: 12, as: UInt16.self))
        guard flags == PageFlags.leaf, lower > Self.headerByteCount,
            lower <= Int(Self.byteCount)
        else { return nil }
        unsafe self.page = page
        count = (lower - Self.headerByteCount) / 2
    }

    private func offset(ofNode index: Int) -> Int {
        let place = Self.headerByteCount + 2 * index
        return unsafe Int(page.loadUnaligned(fromByteOffset: place, as: UInt16.self))
    }

    /// The key of a node: after a header of eight bytes that ends with its length.
    func key(_ index: Int) -> MDB_val? {
        let end = Int(Self.byteCount)
        guard index >= 0, index < count else { return nil }
        let node = offset(ofNode: index)
        guard node <= end - 8 else { return nil }
        let length = unsafe Int(page.loadUnaligned(fromByteOffset: node + 6, as: UInt16.self))
        guard length <= end - 8 - node else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: page + node + 8, count: length)
        return unsafe MDB_val(bytes)
    }

    /// Reads the first bytes of every node, and does nothing with them.
    ///
    /// Memory serves many reads at once, but one after the other if each is waited for.
    ///
    /// - Returns: Something that the compiler cannot optimize away.
    func touchNodes(byteCount: Int) -> UInt8 {
        var touched: UInt8 = 0
        for index in 0..<count {
            let node = offset(ofNode: index)
            var offset = node
            while offset < min(node + byteCount, Int(Self.byteCount)) {
                touched &+= unsafe page.load(fromByteOffset: offset, as: UInt8.self)
                offset += 64
            }
        }
        return touched
    }
}
