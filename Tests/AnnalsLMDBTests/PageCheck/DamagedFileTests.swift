import AnnalsTestSupport
import Glibc
import Testing

@testable import AnnalsLMDB

struct `A damaged data file` {
    /// The list of faults is the list of tests: a new fault does not compile without an edit that
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

        // It begins beyond the end of the file, or extends beyond it.
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
        // One byte less of data; the node keeps its size, because LMDB rounds that up.
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

    /// LMDB must be able to read whatever passes the walk: otherwise it would crash this process.
    @Test func `is walked to an end, however its structure was damaged`() throws {
        let folder = Folder()
        let image = Sample.shared
        let path = folder.file(image.bytes)
        let given = getenv("PAGE_CHECK_SEED").flatMap { UInt64(String(cString: $0)) }
        let seed = given ?? .random(in: 0 ... .max)
        print("DamagedFileTests: structural damage with PAGE_CHECK_SEED=\(seed)")
        var random = SeededRandom(seed: seed)

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
