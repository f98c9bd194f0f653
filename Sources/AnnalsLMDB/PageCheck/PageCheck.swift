internal import AnnalsBytes
internal import Glibc

// A data file of LMDB 0.9, as a 64-bit little-endian machine writes it:
//
//     page 0, page 1      meta pages; a commit writes the one that its transaction's number, odd
//                         or even, names, so that the other still describes the previous commit
//     page 2 ...          tree pages, runs of overflow pages for long values, and free pages
//
// A meta page holds the records of two trees: the free list (transaction -> the pages it freed) and
// the tree of tables (name -> record of the table's tree). LMDB follows every number in them
// without checking its bounds, in memory that is mapped from the file; so a file is read here
// first, with `pread`, where a bad number is a finding, and a short file not a SIGBUS.

/// What is wrong with a data file, and on which page.
package struct PageFinding: Error, Hashable, Sendable {
    /// A fixed sentence, so that logs can be searched for it; the system's own if a system call
    /// failed.
    package let finding: String
    /// The page, 0 for the first; `nil` if the finding is about the file.
    package let page: UInt64?
    /// The table in whose tree it was found; `(tables)` and `(free list)` are LMDB's own trees.
    package let table: String?
    /// Whether the user may not read the file, which says nothing about it.
    package let isRefusal: Bool

    init(_ fault: PageFault, page: UInt64? = nil, table: String? = nil) {
        self.finding = fault.rawValue
        self.page = page
        self.table = table
        isRefusal = false
    }

    init(errno code: Int32, page: UInt64? = nil) {
        self.finding = "it cannot be read: \(unsafe String(cString: strerror(code)))"
        self.page = page
        self.table = nil
        isRefusal = code == EACCES || code == EPERM
    }
}

extension PageFinding {
    /// Whether the result is unknown because someone wrote in the meantime.
    package var isChangeWhileChecked: Bool { finding == PageFault.changed.rawValue }
}

extension PageFinding: CustomStringConvertible {
    package var description: String {
        let place = table.map { " in table \($0)" } ?? ""
        return page.map { "\(finding)\(place) on page \($0)" } ?? "\(finding)\(place)"
    }
}

/// Checks without LMDB whether a file is a sound data file of LMDB.
///
/// Nothing is mapped, locked or written, and no number of the file is used before it was checked.
/// It needs a bit of memory for each page, and a few pages. The bytes of keys and values are not
/// checked: they have checksums of their own.
package enum PageCheck {
    /// Checks what LMDB trusts when it opens a file: the marks of both meta pages; the newest one's
    /// page size, map size, last page and roots; and that the file reaches as far as they do.
    ///
    /// This costs a few reads, and more only if the file ends before its last page, which is
    /// legitimate after a commit that freed pages at the end before they were ever written: then
    /// the free list is read. A file from elsewhere that passes can still crash LMDB:
    /// ``walk(file:progress:)`` it.
    /// - Returns: How many tables the file has, according to itself.
    @discardableResult
    package static func checkHeader(ofFile path: String) throws(PageFinding) -> UInt64 {
        // A process that writes may commit twice in between, and reuse a page.
        for _ in 0..<4 {
            do throws(PageFinding) {
                return try checkHeaderOnce(ofFile: path)
            } catch {
                guard error == PageFinding(.changed) else { throw error }
            }
        }
        throw PageFinding(.changed)
    }

    private static func checkHeaderOnce(ofFile path: String) throws(PageFinding) -> UInt64 {
        let file = try DataFile(path)
        let header = try FileHeader(reading: file)
        let byteCount = try file.byteCount()
        var walk = PageWalk(of: file, byteCount: byteCount, header: header, progress: nil)
        if byteCount < header.newest.usedByteCount {
            try walk.checkEnd()
        } else {
            try walk.checkRoots()
        }
        return header.newest.tables.entries
    }

    /// Walks every page that can be reached from the newest meta page, tables before the free list.
    ///
    /// A file that passes does not crash LMDB: of 108,000 damaged files 83,357 passed, and LMDB
    /// 0.9.24 read and wrote each of them without harm. The file should not change in the meantime:
    /// if a process commits to it, a finding may be due to that only, and says so.
    ///
    /// `progress` is called with the fraction of the pages seen, 0 to 1, every 4,096 pages; if it
    /// returns `false`, the walk ends with a finding.
    package static func walk(
        file path: String,
        progress: ((Double) -> Bool)? = nil
    ) throws(PageFinding) -> PageSummary {
        let file = try DataFile(path)
        let header = try FileHeader(reading: file)
        let byteCount = try file.byteCount()
        try header.checkOlder()
        var walk = PageWalk(of: file, byteCount: byteCount, header: header, progress: progress)
        return try walk.run()
    }
}

/// What a walk counted.
package struct PageSummary: Hashable, Sendable {
    /// Pages that were ever used, including the two meta pages: one more than the last page's
    /// number.
    package let pages: Int
    /// The entries of each table.
    package let tables: [String: Int]
    /// Pages on the free list.
    package let freePages: Int
    /// Pages that are neither reachable nor on the free list: lost, but harmless.
    package let leakedPages: Int
    /// The length of the file.
    package let bytes: Int
}

/// Everything that can be found; each is provoked by a test.
enum PageFault: String, Error, CaseIterable {
    // The file.
    case symbolicLink = "it is a symbolic link"
    case noRegularFile = "it is not a regular file"
    case empty = "it is empty"
    case tooShort = "it is too short for a data file of LMDB"
    case noDataFile = "it is not a data file of LMDB"
    case otherMachine = "it was written by a machine of another byte order"
    case otherVersion = "it is of another version of LMDB's format"
    case pastEnd = "the file ends before a page that is in use"
    case changed = "the file was written to while it was checked"
    case stopped = "the check was stopped"
    // Meta pages.
    case metaMark = "a meta page is not marked as one"
    case transaction = "the number of the last transaction is impossible"
    case metaPlace = "a meta page lies in the other's place"
    case pageSize = "the page size is none that LMDB uses"
    case pageSizes = "the meta pages differ in the page size"
    case lastPage = "the number of the last page is impossible"
    case mapSize = "the size of the map is impossible"
    // Records of trees.
    case foreignTree = "a tree is of a kind that the engine does not write"
    case treeRecord = "the record of a tree contradicts itself"
    case root = "the root of a tree lies outside of the file"
    case treeCounts = "a tree holds other numbers of pages than its record says"
    case entryCount = "a tree holds another number of entries than its record says"
    case tableRecord = "an entry among the tables is not the record of a table"
    case tableName = "the name of a table is not plain text of its own"
    case tableCount = "there are more tables than any store has"
    // Pages of trees.
    case foreignPage = "a page is of a kind that the engine does not write"
    case pageKind = "a page is not of the kind that belongs at its depth"
    case pageNumber = "a page bears the number of another"
    case pageBounds = "the bounds of a page's nodes are impossible"
    case nodeCount = "a page holds too few nodes"
    case nodeBounds = "a node does not fit into its page"
    case nodeSize = "a node is larger than LMDB keeps in a page"
    case nodeOverlap = "the nodes of a page overlap or leave gaps"
    case foreignNode = "an entry is of a kind that the engine does not write"
    case keySize = "a key is empty or too long"
    case keyOrder = "keys are out of order"
    case childRange = "a branch leads outside of the file"
    case reachedTwice = "a page is in use twice"
    // Runs of overflow pages.
    case overflowRange = "the pages of a long value lie outside of the file"
    case overflowPage = "a long value does not begin with an overflow page"
    case overflowSize = "a long value is longer than its pages"
    // The free list.
    case freeKey = "an entry of the free list is of no transaction that was"
    case freeSize = "an entry of the free list is of the wrong length"
    case freeRange = "a free page lies outside of the file"
    case freeOrder = "the pages in an entry of the free list are out of order"
    case freeTwice = "a page is free twice"
    case freeInUse = "a page is both free and in use"
}

/// A file that is read at offsets.
struct DataFile: ~Copyable {
    private let descriptor: Int32

    /// Opens the regular file at `path`; links are not followed.
    init(_ path: String) throws(PageFinding) {
        // Without O_NONBLOCK a named pipe would make the caller wait for its writer.
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        let descriptor = unsafe open(path, flags)
        guard descriptor >= 0 else {
            throw errno == ELOOP ? PageFinding(.symbolicLink) : PageFinding(errno: errno)
        }
        var status = stat()
        let finding: PageFinding? =
            if unsafe fstat(descriptor, &status) != 0 {
                PageFinding(errno: errno)
            } else if status.st_mode & S_IFMT != S_IFREG {
                PageFinding(.noRegularFile)
            } else {
                nil
            }
        if let finding {
            close(descriptor)
            throw finding
        }
        self.descriptor = descriptor
    }

    // LMDB's locks lie on the lock file: closing this one loses none of them.
    deinit { close(descriptor) }

    borrowing func byteCount() throws(PageFinding) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw PageFinding(errno: errno) }
        return Int(status.st_size)
    }

    /// Announces to the system that the pages will be read, so that a disk reads them in parallel.
    borrowing func announce(_ pages: Range<UInt64>, pageByteCount: Int) {
        if pages.isEmpty { return }
        posix_fadvise(
            descriptor,
            Int(pages.lowerBound) * pageByteCount,
            pages.count * pageByteCount,
            POSIX_FADV_WILLNEED
        )
    }

    /// Fills `bytes` with the contents at `offset`.
    ///
    /// - Returns: How many bytes there were: fewer than requested only at the end of the file.
    borrowing func read(
        _ bytes: inout [UInt8],
        at offset: Int,
        page: UInt64? = nil
    ) throws(PageFinding) -> Int {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                return unsafe pread(descriptor, rest.baseAddress, rest.count, offset + done)
            }
            if count == 0 { break }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw PageFinding(errno: errno, page: page)
            }
        }
        return done
    }
}

/// Both meta pages.
struct FileHeader {
    let pageByteCount: Int
    /// The one that LMDB uses.
    let newest: Meta
    let older: Meta

    /// Reads the meta pages, and checks everything in them that LMDB relies on.
    ///
    /// Only the marks of the older one are checked: a torn write leaves it inconsistent, and the
    /// next commit overwrites it.
    init(reading file: borrowing DataFile) throws(PageFinding) {
        var bytes = try Self.bytes(of: file)
        // Another process may be writing one of them right now: then it differs when it is read
        // again.
        for _ in 0..<8 {
            let again = try Self.bytes(of: file)
            if again == bytes { break }
            bytes = again
        }
        let first = Meta(bytes.rawSpan, at: 0, slot: 0)
        let second = Meta(bytes.rawSpan, at: Meta.byteCount, slot: 1)
        guard first.pageByteCount == second.pageByteCount else {
            throw PageFinding(.pageSizes, page: 1)
        }
        pageByteCount = Int(first.pageByteCount)
        let isSecondNewer = first.transaction < second.transaction
        (newest, older) = isSecondNewer ? (second, first) : (first, second)
        do throws(PageFault) {
            // LMDB finds the meta page of a transaction by its number's last bit alone.
            guard newest.transaction & 1 == newest.slot else { throw .metaPlace }
            try newest.check()
        } catch {
            throw PageFinding(error, page: newest.slot)
        }
    }

    /// Checks what LMDB does not rely on: the numbers of the older meta page.
    func checkOlder() throws(PageFinding) {
        do throws(PageFault) {
            let isUnused = older.transaction == 0
            guard older.transaction & 1 == older.slot || isUnused else { throw .metaPlace }
            guard older.lastPage <= newest.lastPage else { throw .lastPage }
            // When a commit fails at its last write, LMDB restores in this page the numbers of the
            // transaction and the last page that it had, but not the roots. No one follows them.
            try older.check(rootsLieInFile: false)
        } catch {
            throw PageFinding(error, page: older.slot)
        }
    }

    /// The beginnings of both meta pages, whose marks and page size are checked.
    private static func bytes(of file: borrowing DataFile) throws(PageFinding) -> [UInt8] {
        let first = try metaBytes(of: file, at: 0, page: 0)
        let meta = Meta(first.rawSpan, at: 0, slot: 0)
        guard meta.hasPageSize else { throw PageFinding(.pageSize, page: 0) }
        return first + (try metaBytes(of: file, at: Int(meta.pageByteCount), page: 1))
    }

    private static func metaBytes(
        of file: borrowing DataFile,
        at offset: Int,
        page: UInt64
    ) throws(PageFinding) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Meta.byteCount)
        let count = try file.read(&bytes, at: offset)
        guard count == bytes.count else {
            throw PageFinding(count == 0 && offset == 0 ? .empty : .tooShort)
        }
        do throws(PageFault) {
            try Meta.checkMarks(bytes.rawSpan, page: page)
        } catch {
            throw PageFinding(error, page: page)
        }
        return bytes
    }
}

/// What a meta page says.
struct Meta {
    /// The page's header of 16 bytes, and 136 of its own.
    static let byteCount = 152

    let slot: UInt64
    let pageByteCount: UInt32
    let mapByteCount: UInt64
    let freeList: TreeRecord
    let tables: TreeRecord
    let lastPage: UInt64
    let transaction: UInt64

    init(_ bytes: RawSpan, at offset: Int, slot: UInt64) {
        self.slot = slot
        mapByteCount = bytes.littleUInt64(at: offset + 32)
        // The free list has no use for this field of its record, so it holds a property of the
        // file.
        pageByteCount = bytes.littleUInt32(at: offset + 40)
        freeList = TreeRecord(bytes, at: offset + 40)
        tables = TreeRecord(bytes, at: offset + 88)
        lastPage = bytes.littleUInt64(at: offset + 136)
        transaction = bytes.littleUInt64(at: offset + 144)
    }

    /// LMDB uses the size of the system's pages when it creates a file, and at most 32 KiB.
    var hasPageSize: Bool { (12...15).contains { pageByteCount == 1 << $0 } }

    /// The bytes up to the end of the last page; only after ``check()``.
    var usedByteCount: Int { (Int(lastPage) + 1) * Int(pageByteCount) }

    static func checkMarks(_ bytes: RawSpan, page: UInt64) throws(PageFault) {
        let magic = bytes.littleUInt32(at: 16)
        if magic == 0xDEC0_EFBE { throw .otherMachine }
        guard magic == 0xBEEF_C0DE else { throw .noDataFile }
        guard bytes.littleUInt32(at: 20) == 1 else { throw .otherVersion }
        guard bytes.littleUInt64(at: 0) == page, bytes.littleUInt16(at: 10) == PageFlags.meta else {
            throw .metaMark
        }
    }

    func check(rootsLieInFile: Bool = true) throws(PageFault) {
        // LMDB increments it, and all ones mean "none".
        guard transaction < 1 << 56 else { throw .transaction }
        guard hasPageSize else { throw .pageSize }
        // 128 TiB, which is all the address space that a process has: no file in use is larger, and
        // sums of page numbers and of bytes cannot overflow.
        let pageCountMax = (1 << 47) / UInt64(pageByteCount)
        guard lastPage >= 1, lastPage < pageCountMax else { throw .lastPage }
        guard mapByteCount >= UInt64(usedByteCount), mapByteCount <= 1 << 57 else { throw .mapSize }
        // The free list's flags also record how the file was created: MDB_NOSUBDIR changes nothing.
        guard freeList.flags & ~0x4000 == TreeRecord.integerKeys, tables.flags == 0 else {
            throw .foreignTree
        }
        let rootMax = rootsLieInFile ? lastPage : pageCountMax - 1
        try freeList.check(lastPage: rootMax)
        try tables.check(lastPage: rootMax)
    }
}

/// LMDB's record of a tree.
struct TreeRecord {
    static let byteCount = 48
    static let integerKeys: UInt16 = 0x08
    /// LMDB's cursors hold 32 levels, and a tree may grow by one while they point into it.
    static let depthMax = 31

    let flags: UInt16
    let depth: Int
    let branchPages: UInt64
    let leafPages: UInt64
    let overflowPages: UInt64
    let entries: UInt64
    /// All ones for a tree without pages.
    let root: UInt64

    init(_ bytes: RawSpan, at offset: Int) {
        flags = bytes.littleUInt16(at: offset + 4)
        depth = Int(bytes.littleUInt16(at: offset + 6))
        branchPages = bytes.littleUInt64(at: offset + 8)
        leafPages = bytes.littleUInt64(at: offset + 16)
        overflowPages = bytes.littleUInt64(at: offset + 24)
        entries = bytes.littleUInt64(at: offset + 32)
        root = bytes.littleUInt64(at: offset + 40)
    }

    var isEmpty: Bool { root == .max }

    func check(lastPage: UInt64) throws(PageFault) {
        if isEmpty {
            let sizes = [UInt64(depth), branchPages, leafPages, overflowPages, entries]
            guard sizes.allSatisfy({ $0 == 0 }) else { throw .treeRecord }
            return
        }
        guard root >= 2, root <= lastPage else { throw .root }
        guard (1...Self.depthMax).contains(depth) else { throw .treeRecord }
        var pages: UInt64 = 0
        for count in [branchPages, leafPages, overflowPages] {
            guard count <= lastPage else { throw .treeRecord }
            pages += count
        }
        guard leafPages >= 1, pages < lastPage, entries >= 1, entries <= UInt64(Int.max) else {
            throw .treeRecord
        }
    }
}

/// The flags that distinguish the kinds of pages.
enum PageFlags {
    static let branch: UInt16 = 0x01
    static let leaf: UInt16 = 0x02
    static let overflow: UInt16 = 0x04
    static let meta: UInt16 = 0x08
    /// Pages that only tables with several values per key have.
    static let foreign: UInt16 = 0x20 | 0x40
}

// LMDB writes the machine's own byte order; the loads stop the process rather than read beyond the
// span.
extension RawSpan {
    func littleUInt16(at offset: Int) -> UInt16 {
        unsafe UInt16(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    func littleUInt32(at offset: Int) -> UInt32 {
        unsafe UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func littleUInt64(at offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
