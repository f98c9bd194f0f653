import CLMDB
import Glibc
import Testing

@testable import AnnalsLMDB

struct `A data file that LMDB wrote` {
    @Test func `is walked page by page`() throws {
        let folder = Folder()

        let path = folder.file(Sample.shared.bytes)
        let summary = try PageCheck.walk(file: path)

        #expect(summary.tables == Sample.shared.tables)
        #expect(summary.freePages == Sample.shared.freePages.count)
        #expect(summary.leakedPages == 0)
        #expect(summary.bytes == Sample.shared.bytes.count)
        #expect(summary.pages == Int(Sample.shared.u64(Sample.shared.newestMeta + 136)) + 1)
        try PageCheck.checkHeader(ofFile: path)
    }

    @Test func `is sound when it is new`() throws {
        let folder = Folder()
        let path = folder.path("new")

        do { _ = Database(path) }

        try PageCheck.checkHeader(ofFile: path)
        let summary = try PageCheck.walk(file: path)
        #expect(summary.pages == 2)
        #expect(summary.tables.isEmpty)
    }

    @Test func `is sound after each of many random transactions`() throws {
        for seed in UInt64(0)..<6 {
            let folder = Folder()
            try RandomHistory(seed: seed, path: folder.path("data")).run(transactions: 30)
        }
    }

    @Test func `is sound as a copy, compacted or not`() throws {
        let folder = Folder()
        let path = folder.file(Sample.shared.bytes)
        let database = Database(path)

        for (name, flags) in [("plain", 0), ("compact", MDB_CP_COMPACT)] {
            let copy = folder.path(name)
            try #require(mdb_env_copy2(database.environment, copy, UInt32(flags)) == 0)

            try PageCheck.checkHeader(ofFile: copy)
            let summary = try PageCheck.walk(file: copy)
            #expect(summary.tables == Sample.shared.tables)
            #expect(summary.leakedPages == 0)
            #expect((summary.freePages == 0) == (name == "compact"))
        }
    }

    @Test func `may list more free pages than fit into one`() throws {
        let folder = Folder()
        let path = folder.path("data")
        do {
            let database = Database(path)
            database.write { transaction in
                for index in 0..<1200 {
                    transaction.put(key(index), count: 3000, in: "many")
                }
            }
            database.write { $0.drop("many") }
        }

        let summary = try PageCheck.walk(file: path)

        #expect(summary.freePages > 1200)
        #expect(summary.leakedPages == 0)
        #expect(summary.tables == ["many": 0])
    }

    /// LMDB does not write a page that was taken and given back by one transaction.
    @Test func `may end before its last page when that is free`() throws {
        let folder = Folder()
        let path = folder.path("data")
        do {
            let database = Database(path)
            // Only where it has read the free list does it give pages back at once.
            for _ in 0..<4 { database.write { $0.put(key(0), count: 10, in: "log") } }
            database.write { transaction in
                transaction.put(key(1), count: 100_000, in: "log")
                transaction.delete(key(1), in: "log")
            }
        }

        let summary = try PageCheck.walk(file: path)

        #expect(summary.bytes < summary.pages * 4096)
        #expect(summary.tables == ["log": 1])
        try PageCheck.checkHeader(ofFile: path)
    }

    @Test func `may have lost pages, which are counted`() throws {
        let folder = Folder()
        var image = Sample.shared
        image.edit64(image.newestMeta + 136) { $0 + 3 }

        // The header alone does not tell whether these pages are in use: all others are walked.
        let path = folder.file(image.bytes)
        try PageCheck.checkHeader(ofFile: path)

        let summary = try PageCheck.walk(file: path)
        #expect(summary.leakedPages == 3)
    }

    @Test func `is opened although a torn write left the older meta page contradictory`() throws {
        let folder = Folder()
        var image = Sample.shared
        image.edit64(image.olderMeta + 128) { _ in 1 << 60 }

        let path = folder.file(image.bytes)
        try PageCheck.checkHeader(ofFile: path)

        let finding = #expect(throws: PageFinding.self) { try PageCheck.walk(file: path) }
        #expect(finding == PageFinding(.root, page: UInt64(image.olderMeta / 4096)))
    }

    @Test func `is sound, or known to be changing, beside a process that writes`() async throws {
        let folder = Folder()
        let path = folder.path("data")
        func grow(by transactions: Int) {
            let database = Database(path)
            var random = SplitMix(state: 7)
            for _ in 0..<transactions {
                database.write { transaction in
                    for _ in 0..<40 {
                        let number = Int.random(in: 0..<5000, using: &random)
                        transaction.put(key(number), count: number % 3000, in: "records")
                        transaction.delete(key(number / 2), in: "records")
                    }
                }
            }
        }
        grow(by: 3)

        let writer = Task.detached { grow(by: 500) }
        for _ in 0..<100 {
            try PageCheck.checkHeader(ofFile: path)
            do throws(PageFinding) {
                _ = try PageCheck.walk(file: path)
            } catch {
                #expect(error == PageFinding(.changed))
            }
        }
        await writer.value
    }

    @Test func `is walked with word of how far`() throws {
        let folder = Folder()
        var shares: [Double] = []

        _ = try PageCheck.walk(file: folder.file(Sample.shared.bytes)) { share in
            shares.append(share)
            return true
        }

        #expect(shares.count >= 2)
        #expect(shares == shares.sorted())
        #expect(shares.last == 1)
    }
}

struct `A damaged data file` {
    /// The list of faults is the list of tests: a new one does not compile without an edit that
    /// provokes it.
    @Test(arguments: PageFault.allCases)
    func `is told what is wrong with it`(fault: PageFault) throws {
        let folder = Folder()
        let (path, progress) = try folder.provoke(fault)

        let finding = #expect(throws: PageFinding.self) {
            try PageCheck.walk(file: path, progress: progress)
        }

        #expect(finding?.finding == fault.rawValue)
    }

    @Test(
        arguments: [
            .symbolicLink, .noRegularFile, .empty, .tooShort, .noDataFile, .otherMachine,
            .otherVersion, .pastEnd, .metaMark, .transaction, .metaPlace, .pageSize, .pageSizes,
            .lastPage,
            .mapSize, .root, .foreignTree, .treeRecord,
        ] as [PageFault]
    )
    func `is not opened where LMDB would trust it`(fault: PageFault) throws {
        let folder = Folder()
        let (path, _) = try folder.provoke(fault)

        let finding = #expect(throws: PageFinding.self) { try PageCheck.checkHeader(ofFile: path) }

        #expect(finding?.finding == fault.rawValue)
    }

    @Test func `is told where it is damaged`() throws {
        let folder = Folder()
        var image = Sample.shared
        let leaf = image.leaf(of: "log")
        image.edit16(leaf + 10) { _ in 0x22 }

        let finding = #expect(throws: PageFinding.self) {
            try PageCheck.walk(file: folder.file(image.bytes))
        }

        let page = UInt64(leaf / 4096)
        #expect(finding == PageFinding(.foreignPage, page: page, table: "log"))
        #expect(
            finding?.description
                == "a page is of a kind that the engine does not write in table log on page \(page)"
        )
    }

    @Test func `is found out of order across pages`() throws {
        let folder = Folder()
        var image = Sample.shared
        let branch = image.root(of: "log")
        let (left, right) = (image.node(branch, 0), image.node(branch, 1))
        let children = (image.child(left), image.child(right))
        image.setChild(left, children.1)
        image.setChild(right, children.0)

        let finding = #expect(throws: PageFinding.self) {
            try PageCheck.walk(file: folder.file(image.bytes))
        }

        #expect(finding?.finding == PageFault.keyOrder.rawValue)
    }

    @Test func `is found to lack the pages of a long value`() throws {
        let folder = Folder()
        var image = Sample.shared
        let pageCount = image.bytes.count / 4096
        let value = image.longValue(in: "values")
        let first = image.overflow(value)
        image.edit64(image.newestMeta + 136) { $0 + 100 }

        // It begins beyond the end, or ends there.
        for isWhole in [true, false] {
            var damaged = image
            if isWhole {
                damaged.edit64(image.data(value)) { _ in UInt64(pageCount) }
            } else {
                damaged.edit32(first + 12) { _ in UInt32(pageCount - first / 4096 + 1) }
            }

            let finding = #expect(throws: PageFinding.self) {
                try PageCheck.walk(file: folder.file(damaged.bytes))
            }

            #expect(finding?.finding == PageFault.pastEnd.rawValue)
            #expect(finding?.table == "values")
        }
    }

    @Test func `is not opened with a damaged root`() throws {
        let folder = Folder()
        for record in [40, 88] {
            var image = Sample.shared
            let root = image.u64(image.newestMeta + record + 40)
            image.edit64(Int(root) * 4096) { _ in 0 }

            let finding = #expect(throws: PageFinding.self) {
                try PageCheck.checkHeader(ofFile: folder.file(image.bytes))
            }

            #expect(finding?.finding == PageFault.pageNumber.rawValue)
            #expect(finding?.page == root)
        }
    }

    @Test func `is found out by a free list of half numbers`() throws {
        let folder = Folder()
        var image = Sample.shared
        // Of its list, the node keeps the size in which LMDB rounds it.
        let list = image.freeLists[0]
        image.edit16(list) { $0 - 1 }

        let finding = #expect(throws: PageFinding.self) {
            try PageCheck.walk(file: folder.file(image.bytes))
        }

        #expect(finding?.finding == PageFault.freeSize.rawValue)
    }

    @Test func `is found out by a table's name that would write to a terminal`() throws {
        let folder = Folder()
        var image = Sample.shared
        image.bytes[image.tableNode("values") + 9] = 0x1B

        let finding = #expect(throws: PageFinding.self) {
            try PageCheck.walk(file: folder.file(image.bytes))
        }

        #expect(finding?.finding == PageFault.tableName.rawValue)
    }

    @Test func `is one that is missing`() throws {
        let folder = Folder()
        let path = folder.path("missing")

        let finding = #expect(throws: PageFinding.self) { try PageCheck.checkHeader(ofFile: path) }
        #expect(finding?.finding == "it cannot be read: No such file or directory")
        #expect(throws: try #require(finding)) { try PageCheck.walk(file: path) }

        let below = folder.file([]) + "/data.mdb"
        #expect(throws: PageFinding.self) { try PageCheck.checkHeader(ofFile: below) }
    }

    @Test func `is a named pipe, and nobody is kept waiting`() throws {
        let folder = Folder()
        let path = folder.path("pipe")
        try #require(mkfifo(path, 0o600) == 0)

        let finding = #expect(throws: PageFinding.self) { try PageCheck.checkHeader(ofFile: path) }

        #expect(finding == PageFinding(.noRegularFile))
    }

    @Test func `is a file of something else`() throws {
        let folder = Folder()
        let text = Array(String(repeating: "Dear Sir or Madam, ", count: 1000).utf8)
        let sqlite = Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0x10, count: 8192)
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        let ones = [UInt8](repeating: 0xFF, count: 1 << 20)

        for bytes in [text, sqlite, zeros, ones] {
            let path = folder.file(bytes)
            #expect(throws: PageFinding(.noDataFile, page: 0)) {
                try PageCheck.checkHeader(ofFile: path)
            }
            #expect(throws: PageFinding(.noDataFile, page: 0)) { try PageCheck.walk(file: path) }
        }
    }

    @Test func `is found cut off, wherever it is cut`() throws {
        let folder = Folder()
        let bytes = Sample.shared.bytes
        let lastUsed = (0..<bytes.count / 4096).last { !Sample.shared.freePages.contains($0) }
        let needed = (try #require(lastUsed) + 1) * 4096
        let odd = [1, 15, 16, 151, 152, 153, 4095, 4097, 4096 + 152, 8191, 8193, bytes.count - 1]
        let lengths = Array(stride(from: 0, to: bytes.count, by: 4096)) + odd

        for length in lengths {
            let path = folder.file(Array(bytes.prefix(length)))
            if length < needed {
                #expect(throws: PageFinding.self, "\(length)") {
                    try PageCheck.checkHeader(ofFile: path)
                }
                #expect(throws: PageFinding.self, "\(length)") { try PageCheck.walk(file: path) }
            } else {
                try PageCheck.checkHeader(ofFile: path)
                _ = try PageCheck.walk(file: path)
            }
        }
    }

    @Test func `is found out when a page is zeroed, unless nothing on it is of LMDB`() throws {
        let folder = Folder()
        let image = Sample.shared

        var found = 0
        for page in 0..<image.bytes.count / 4096 {
            var damaged = image
            for offset in 0..<4096 { damaged.bytes[page * 4096 + offset] = 0 }
            let path = folder.file(damaged.bytes)
            do {
                let summary = try PageCheck.walk(file: path)

                let isTreePage = image.treePages.contains(page)
                #expect(!isTreePage && page >= 2)
                #expect(summary.tables == image.tables)
                #expect(Database.entries(ofFile: path, tables: image.tables.keys) == image.tables)
            } catch {
                found += 1
            }
        }

        #expect(found >= image.treePages.count + 2)
    }

    @Test func `is found out when one page lies in the place of another`() throws {
        let folder = Folder()
        let image = Sample.shared

        for page in image.treePages {
            var damaged = image
            let from = page == 2 ? 3 : page - 1
            for offset in 0..<4096 {
                damaged.bytes[page * 4096 + offset] = image.bytes[from * 4096 + offset]
            }
            let path = folder.file(damaged.bytes)
            #expect(throws: PageFinding.self, "\(page)") { try PageCheck.walk(file: path) }
        }
    }

    /// What the walk lets pass, LMDB reads to the end without harm: it would stop this process.
    @Test func `is walked to an end, however its structure was damaged`() throws {
        let folder = Folder()
        let image = Sample.shared
        let path = folder.file(image.bytes)
        let given = getenv("PAGE_CHECK_SEED").flatMap { UInt64(String(cString: $0)) }
        let seed = given ?? .random(in: 0 ... .max)
        print("PageCheckTests: structural damage with PAGE_CHECK_SEED=\(seed)")
        var random = SplitMix(state: seed)

        var findings: [String: Int] = [:]
        for _ in 0..<3000 {
            var damage: [Int: UInt8] = [:]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let offset = image.structuralByte(using: &random)
                damage[offset] = image.damaged(image.bytes[offset], using: &random)
            }
            overwrite(path, damage)
            do throws(PageFinding) {
                _ = try PageCheck.walk(file: path)
                try PageCheck.checkHeader(ofFile: path)
                let entries = Database.entries(ofFile: path, tables: image.tables.keys)
                #expect(entries.values.reduce(0, +) <= 2 * image.tables.values.reduce(0, +))
            } catch {
                findings[error.finding, default: 0] += 1
            }
            overwrite(path, damage.mapValues { _ in 0 }, from: image.bytes)
        }

        #expect(findings.count > 15)
        #expect(findings.values.reduce(0, +) > 1500)
    }
}

// MARK: - Edits that provoke each finding

extension Folder {
    /// A file that has the fault, and where it takes one, what happens while it is walked.
    fileprivate func provoke(
        _ fault: PageFault
    ) throws -> (path: String, progress: ((Double) -> Bool)?) {
        let sample = Sample.shared
        var image = sample
        let meta = image.newestMeta
        let (record, free) = (meta + 88, meta + 40)
        let (leaf, branch) = (image.leaf(of: "log"), image.root(of: "log"))
        let (node, value) = (image.node(leaf, 0), image.longValue(in: "values"))
        let lists = image.freeLists
        switch fault {
        case .symbolicLink:
            let link = path("link")
            try #require(symlink(file(image.bytes), link) == 0)
            return (link, nil)
        case .noRegularFile: return (folder, nil)
        case .empty: image.bytes = []
        case .tooShort: image.bytes = Array(image.bytes.prefix(4096 + 100))
        case .noDataFile: image.edit64(16) { _ in 0 }
        case .otherMachine: image.edit32(16) { $0.byteSwapped }
        case .otherVersion: image.edit32(20) { _ in 2 }
        case .pastEnd: image.bytes.removeLast(image.bytes.count / 2)
        case .changed:
            let path = file(image.bytes)
            return (
                path,
                { _ in
                    // As if a process had committed twice.
                    var later = image
                    later.edit64(meta + 144) { $0 + 2 }
                    for offset in image.bytes.indices where offset >= 8192 {
                        later.bytes[offset] = 0
                    }
                    self.replace(path, later.bytes)
                    return true
                }
            )
        case .stopped: return (file(image.bytes), { _ in false })
        case .metaMark: image.edit16(10) { _ in 0 }
        case .transaction: image.edit64(meta + 144) { $0 + 1 << 56 }
        case .metaPlace: image.edit64(meta + 144) { $0 + 1 }
        case .pageSize: image.edit32(40) { _ in 5000 }
        case .pageSizes: image.edit32(4096 + 40) { $0 * 2 }
        case .lastPage: image.edit64(meta + 136) { _ in 1 << 35 }
        case .mapSize: image.edit64(meta + 32) { _ in 8192 }
        case .foreignTree: image.edit16(record + 4) { _ in 0x04 }
        case .treeRecord: image.edit16(record + 6) { _ in 0 }
        case .root: image.edit64(record + 40) { _ in 1 << 60 }
        case .treeCounts: image.edit64(free + 16) { $0 + 1 }
        case .entryCount: image.edit64(record + 32) { $0 + 1 }
        case .tableRecord: image.edit16(image.tableNode("log") + 4) { _ in 0 }
        case .tableName: image.bytes[image.tableNode("values") + 8] = 0xFF
        case .tableCount: return (tooManyTables(), nil)
        case .foreignPage: image.edit16(leaf + 10) { $0 | 0x20 }
        case .pageKind: image.edit16(leaf + 10) { _ in 0x01 }
        case .pageNumber: image.edit64(leaf) { $0 + 1 }
        case .pageBounds: image.edit16(leaf + 14) { _ in 5000 }
        case .nodeCount: image.edit16(branch + 12) { _ in 18 }
        case .nodeBounds: image.edit16(image.lowestNode(leaf) + 6) { _ in 0xFFFF }
        case .nodeSize:
            // One node that fills the page.
            for offset in [12, 14, 16] { image.edit16(leaf + offset) { _ in 18 } }
            image.edit64(leaf + 18) { _ in 4 << 48 | 4096 - 18 - 8 - 4 }
        case .nodeOverlap: image.edit16(leaf + 16) { _ in sample.u16(leaf + 18) }
        case .foreignNode: image.edit16(node + 4) { _ in 0x02 }
        case .keySize:
            // The key's bytes are added to the value's, so that the node keeps its size.
            let count = image.u16(node + 6)
            image.edit16(node + 6) { _ in 0 }
            image.edit16(node) { $0 + count }
        case .keyOrder:
            let offsets = (image.u16(leaf + 16), image.u16(leaf + 18))
            image.edit16(leaf + 16) { _ in offsets.1 }
            image.edit16(leaf + 18) { _ in offsets.0 }
        case .childRange: image.setChild(image.node(branch, 0), 1 << 40)
        case .reachedTwice:
            image.setChild(image.node(branch, 1), image.child(image.node(branch, 0)))
        case .overflowRange: image.edit64(image.data(value)) { _ in 1 << 40 }
        case .overflowPage: image.edit16(image.overflow(value) + 10) { _ in 0x02 }
        case .overflowSize: image.edit32(value) { _ in 1 << 31 }
        case .freeKey: image.edit64(lists[0] + 8) { _ in 0 }
        case .freeSize: image.edit64(image.data(lists[0])) { _ in 1 << 20 }
        case .freeRange: image.edit64(image.data(lists[0]) + 8) { _ in 1 << 20 }
        case .freeOrder:
            let list = image.data(lists[0])
            image.edit64(list + 8) { _ in sample.u64(list + 16) }
        case .freeTwice:
            image.edit64(image.data(lists[1])) { _ in 1 }
            image.edit64(image.data(lists[1]) + 8) { _ in sample.u64(sample.data(lists[0]) + 8) }
        case .freeInUse:
            image.edit64(image.data(lists[0])) { _ in 1 }
            image.edit64(image.data(lists[0]) + 8) { _ in UInt64(leaf / 4096) }
        }
        return (file(image.bytes), nil)
    }

    private func tooManyTables() -> String {
        let path = path("tables")
        for batch in 0..<5 {
            let database = Database(path)
            database.write { transaction in
                for table in 0..<900 { _ = transaction.table("\(batch).\(table)") }
            }
        }
        return path
    }
}

// MARK: - A file whose every structure is known

/// The bytes of a data file, and where things lie in it; read here apart from what is tested.
private struct Sample {
    var bytes: [UInt8]
    /// What was put in, by count.
    let tables: [String: Int]

    /// Four tables with two to four levels, long values, and three lists of free pages.
    static let shared: Sample = {
        let folder = Folder()
        let path = folder.path("sample")
        var random = SplitMix(state: 1)
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
                // A reader keeps the freed pages from being used again.
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

    // Offsets, from here on, are of the whole file.

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

    /// The entries of the free list, which is one leaf.
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

    /// A byte of a page's header, of a node's header, or of where nodes begin.
    func structuralByte(using random: inout SplitMix) -> Int {
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

    func damaged(_ byte: UInt8, using random: inout SplitMix) -> UInt8 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: byte ^ 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: 0xFF
        case 2: 0
        default: UInt8.random(in: 0...255, using: &random)
        }
    }
}

/// Random puts, overwrites, deletes and aborts, with a reader now and then; after each commit the
/// file is walked, and its counts are compared with LMDB's.
private struct RandomHistory {
    let seed: UInt64
    let path: String

    func run(transactions: Int) throws {
        var random = SplitMix(state: seed)
        let sizeMax = [100, 1500, 20_000].randomElement(using: &random)!
        let keyCount = [20, 2000].randomElement(using: &random)!
        let database = Database(path)
        for _ in 0..<transactions {
            let share = Int.random(in: 0...100, using: &random)
            let work: (borrowing RawWrite) -> Void = { transaction in
                for _ in 0..<[1, 10, 300].randomElement(using: &random)! {
                    let table = ["a", "b", "c"].randomElement(using: &random)!
                    let number = Int.random(in: 0..<keyCount, using: &random)
                    let long = number % 7 == 0 ? [UInt8](repeating: 65, count: 300) : []
                    if Int.random(in: 0..<100, using: &random) < share {
                        transaction.delete(key(number) + long, in: table)
                    } else {
                        let size = Int.random(in: 0...sizeMax, using: &random)
                        transaction.put(key(number) + long, count: size, in: table)
                    }
                }
            }
            let isRead = Int.random(in: 0..<3, using: &random) == 0
            let isAborted = Int.random(in: 0..<8, using: &random) == 0
            let write = { database.write(aborting: isAborted, work) }
            if isRead { database.whileReading(write) } else { write() }

            try PageCheck.checkHeader(ofFile: path)
            let summary = try PageCheck.walk(file: path)
            #expect(summary.leakedPages == 0)
            #expect(
                Database.entries(in: database.environment, tables: summary.tables.keys)
                    == summary.tables
            )
        }
    }
}

// MARK: - LMDB itself, and files

private final class Database {
    let environment: OpaquePointer

    init(_ path: String) {
        var environment: OpaquePointer?
        mdb_env_create(&environment)
        mdb_env_set_mapsize(environment, 1 << 28)
        mdb_env_set_maxdbs(environment, 1000)
        let flags = UInt32(MDB_NOSUBDIR | MDB_NOSYNC | MDB_NOTLS)
        precondition(mdb_env_open(environment, path, flags, 0o600) == 0)
        self.environment = environment!
    }

    deinit { mdb_env_close(environment) }

    func write(aborting: Bool = false, _ work: (borrowing RawWrite) -> Void) {
        var raw: OpaquePointer?
        precondition(mdb_txn_begin(environment, nil, 0, &raw) == 0)
        work(RawWrite(raw: raw!))
        if aborting { mdb_txn_abort(raw) } else { precondition(mdb_txn_commit(raw) == 0) }
    }

    func whileReading(_ work: () -> Void) {
        var raw: OpaquePointer?
        precondition(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &raw) == 0)
        work()
        mdb_txn_abort(raw)
    }

    /// What LMDB counts when it steps through the tables of a file.
    static func entries(ofFile path: String, tables: some Sequence<String>) -> [String: Int] {
        var environment: OpaquePointer?
        mdb_env_create(&environment)
        mdb_env_set_maxdbs(environment, 1000)
        let flags = UInt32(MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK)
        defer { mdb_env_close(environment) }
        guard mdb_env_open(environment, path, flags, 0o600) == 0 else { return [:] }
        return entries(in: environment!, tables: tables)
    }

    static func entries(
        in environment: OpaquePointer,
        tables: some Sequence<String>
    ) -> [String: Int] {
        var counts: [String: Int] = [:]
        var raw: OpaquePointer?
        guard mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &raw) == 0 else { return [:] }
        defer { mdb_txn_abort(raw) }
        for table in tables {
            var handle: MDB_dbi = 0
            var cursor: OpaquePointer?
            guard mdb_dbi_open(raw, table, 0, &handle) == 0 else { continue }
            guard mdb_cursor_open(raw, handle, &cursor) == 0 else { continue }
            defer { mdb_cursor_close(cursor) }
            var (key, value) = (MDB_val(), MDB_val())
            var count = 0
            while mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0 {
                count += 1
                // Touches the ends of what LMDB hands out.
                for part in [key, value] where part.mv_size > 0 {
                    let bytes = UnsafeRawBufferPointer(start: part.mv_data, count: part.mv_size)
                    withExtendedLifetime(bytes[0] &+ bytes[part.mv_size - 1]) {}
                }
            }
            counts[table] = count
        }
        return counts
    }
}

private struct RawWrite: ~Copyable {
    let raw: OpaquePointer

    func table(_ name: String) -> MDB_dbi {
        var handle: MDB_dbi = 0
        precondition(mdb_dbi_open(raw, name, UInt32(MDB_CREATE), &handle) == 0)
        return handle
    }

    func put(_ key: [UInt8], count: Int = 0, in table: String) {
        var key = key
        var value = [UInt8](repeating: 0x76, count: count)
        let code = key.withUnsafeMutableBytes { key in
            value.withUnsafeMutableBytes { value in
                var key = MDB_val(mv_size: key.count, mv_data: key.baseAddress)
                var value = MDB_val(mv_size: value.count, mv_data: value.baseAddress)
                return mdb_put(raw, self.table(table), &key, &value, 0)
            }
        }
        precondition(code == 0)
    }

    func delete(_ key: [UInt8], in table: String) {
        var key = key
        key.withUnsafeMutableBytes { key in
            var key = MDB_val(mv_size: key.count, mv_data: key.baseAddress)
            _ = mdb_del(raw, self.table(table), &key, nil)
        }
    }

    func drop(_ table: String) { precondition(mdb_drop(raw, self.table(table), 0) == 0) }
}

private func key(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
}

/// A folder of a test's own, which is gone after it.
private final class Folder: Sendable {
    let folder: String

    init() {
        var template = Array(
            "\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/annals-XXXXXX\0".utf8CString
        )
        precondition(mkdtemp(&template) != nil)
        folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit {
        guard let entries = opendir(folder) else { return }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink(folder + "/" + name)
        }
        closedir(entries)
        rmdir(folder)
    }

    func path(_ name: String) -> String { folder + "/" + name }

    /// A file of these bytes, in the place of the one before.
    func file(_ bytes: [UInt8]) -> String {
        let path = path("data.mdb")
        replace(path, bytes)
        return path
    }

    func replace(_ path: String, _ bytes: [UInt8]) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
    }
}

private func contents(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
    precondition(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
    close(descriptor)
    return bytes
}

/// Writes single bytes in place: those given, or those of `source` at the same offsets.
private func overwrite(_ path: String, _ bytes: [Int: UInt8], from source: [UInt8]? = nil) {
    let descriptor = open(path, O_WRONLY)
    for (offset, byte) in bytes {
        var byte = source?[offset] ?? byte
        precondition(pwrite(descriptor, &byte, 1, offset) == 1)
    }
    close(descriptor)
}

/// Random numbers that a seed decides (Steele, Lea and Flood, 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
