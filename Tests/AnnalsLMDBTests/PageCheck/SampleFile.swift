import AnnalsTestSupport

/// The bytes of a data file, and where things are in it, read independently of the code under test.
struct Sample {
    var bytes: [UInt8]
    /// The number of entries that were put into each table.
    let tables: [String: Int]

    /// Four tables with two to four levels, long values, and three lists of free pages.
    static let shared: Sample = {
        let folder = Folder()
        let path = folder.path("sample")
        var random = SeededRandom(seed: 1)
        var kept = Set<Int>()
        do {
            let database = Database(path)
            database.write { transaction in
                for index in 0..<200 { transaction.put(key(index), count: 150, in: "log") }
                for index in 0..<8 { transaction.put(key(index), count: 9000, in: "values") }
                for index in 0..<90 {
                    transaction.put(key(index) + [UInt8](repeating: 1, count: 480), in: "deep")
                }
                _ = transaction.table("none")
            }
            for _ in 0..<4 {
                // A reader keeps freed pages from being used again.
                database.whileReading {
                    database.write { transaction in
                        for _ in 0..<60 {
                            let number = Int.random(in: 0..<1000, using: &random)
                            transaction.put(key(number), count: number % 40, in: "records")
                            kept.insert(number)
                        }
                        for number in kept.sorted().prefix(20) {
                            transaction.delete(key(number), in: "records")
                            kept.remove(number)
                        }
                    }
                    database.write { transaction in
                        transaction.put(key(9), count: 20_000, in: "values")
                        transaction.delete(key(9), in: "values")
                        transaction.put(key(8), count: 5000, in: "values")
                    }
                }
            }
        }
        let tables = ["deep": 90, "log": 200, "none": 0, "records": kept.count, "values": 9]
        return Sample(bytes: contents(path), tables: tables)
    }()

    func u16(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
    func u32(_ offset: Int) -> UInt32 { UInt32(u16(offset)) | UInt32(u16(offset + 2)) << 16 }
    func u64(_ offset: Int) -> UInt64 { UInt64(u32(offset)) | UInt64(u32(offset + 4)) << 32 }

    mutating func edit16(_ offset: Int, _ change: (UInt16) -> UInt16) {
        let value = change(u16(offset))
        for index in 0..<2 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
        }
    }

    mutating func edit32(_ offset: Int, _ change: (UInt32) -> UInt32) {
        let value = change(u32(offset))
        for index in 0..<4 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
        }
    }

    mutating func edit64(_ offset: Int, _ change: (UInt64) -> UInt64) {
        let value = change(u64(offset))
        for index in 0..<8 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
        }
    }

    // From here on, offsets are relative to the whole file.

    var newestMeta: Int { u64(144) < u64(4096 + 144) ? 4096 : 0 }
    var olderMeta: Int { 4096 - newestMeta }

    func nodeCount(_ page: Int) -> Int { (Int(u16(page + 12)) - 16) / 2 }
    func node(_ page: Int, _ index: Int) -> Int { page + Int(u16(page + 16 + 2 * index)) }
    func lowestNode(_ page: Int) -> Int { page + Int(u16(page + 14)) }
    func data(_ node: Int) -> Int { node + 8 + Int(u16(node + 6)) }
    func child(_ node: Int) -> UInt64 { u64(node) & 0xFFFF_FFFF_FFFF }
    func overflow(_ node: Int) -> Int { Int(u64(data(node))) * 4096 }

    mutating func setChild(_ node: Int, _ page: UInt64) {
        edit64(node) { $0 & ~0xFFFF_FFFF_FFFF | page }
    }

    func nodes(_ page: Int) -> [Int] { (0..<nodeCount(page)).map { node(page, $0) } }

    func tableNode(_ name: String) -> Int {
        let root = Int(u64(newestMeta + 88 + 40)) * 4096
        return nodes(root).first { Array(bytes[$0 + 8..<data($0)]) == Array(name.utf8) }!
    }

    func root(of table: String) -> Int { Int(u64(data(tableNode(table)) + 40)) * 4096 }

    func leaf(of table: String) -> Int {
        var page = root(of: table)
        while u16(page + 10) == 1 { page = Int(child(node(page, 0))) * 4096 }
        return page
    }

    func longValue(in table: String) -> Int {
        nodes(leaf(of: table)).first { u16($0 + 4) == 1 }!
    }

    /// The entries of the free list, which fits into one leaf.
    var freeLists: [Int] { nodes(Int(u64(newestMeta + 40 + 40)) * 4096) }

    var freePages: Set<Int> {
        var pages = Set<Int>()
        for list in freeLists {
            let start = data(list)
            for index in 0..<Int(u64(start)) { pages.insert(Int(u64(start + 8 + 8 * index))) }
        }
        return pages
    }

    /// The pages of trees, without those of long values.
    var treePages: Set<Int> {
        var pages = Set<Int>()
        func visit(_ root: UInt64) {
            if root == .max { return }
            let page = Int(root) * 4096
            pages.insert(Int(root))
            if u16(page + 10) == 1 { for node in nodes(page) { visit(child(node)) } }
        }
        visit(u64(newestMeta + 40 + 40))
        visit(u64(newestMeta + 88 + 40))
        for table in tables.keys { visit(u64(data(tableNode(table)) + 40)) }
        return pages
    }

    /// A byte of a page's header, of a node's header, or of the offsets of nodes.
    func structuralByte(using random: inout SeededRandom) -> Int {
        let pages = Array(0..<bytes.count / 4096)
        let page = pages.randomElement(using: &random)! * 4096
        if page < 8192 { return page + Int.random(in: 0..<152, using: &random) }
        let lower = Int(u16(page + 12))
        let isTreePage = [1, 2].contains(u16(page + 10)) && (18...4096).contains(lower)
        switch Int.random(in: 0..<3, using: &random) {
        case 0 where isTreePage: return page + Int.random(in: 16..<lower, using: &random)
        case 1 where isTreePage:
            let node = node(page, Int.random(in: 0..<nodeCount(page), using: &random))
            return min(node + Int.random(in: 0..<8, using: &random), bytes.count - 1)
        case 2 where isTreePage && page / 4096 == Int(u64(newestMeta + 128)):
            return data(nodes(page).randomElement(using: &random)!)
                + Int.random(in: 0..<48, using: &random)
        default: return page + Int.random(in: 0..<16, using: &random)
        }
    }

    func damaged(_ byte: UInt8, using random: inout SeededRandom) -> UInt8 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: byte ^ 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: 0xFF
        case 2: 0
        default: UInt8.random(in: 0...255, using: &random)
        }
    }
}
