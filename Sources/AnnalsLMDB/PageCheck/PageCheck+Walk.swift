internal import AnnalsBytes

/// One walk through all trees of a file: first the tables, then the free list.
struct PageWalk: ~Copyable {
    private static let tableCountMax = 4096

    private let file: DataFile
    private let byteCount: Int
    private let header: FileHeader
    private let progress: ((Double) -> Bool)?

    private var used = PageSet()
    private var free = PageSet()
    private var tables: [String: Int] = [:]
    private var nextReport = 0
    // Buffers of one page each, as many as the walk is deep.
    private var spare: [[UInt8]] = []
    // A bit for each place in a page where a node may begin.
    private var starts: [UInt64]

    init(
        of file: consuming DataFile,
        byteCount: Int,
        header: FileHeader,
        progress: ((Double) -> Bool)?
    ) {
        self.file = file
        self.byteCount = byteCount
        self.header = header
        self.progress = progress
        starts = [UInt64](repeating: 0, count: header.pageByteCount / 128)
    }

    private var lastPage: UInt64 { header.newest.lastPage }

    mutating func run() throws(PageFinding) -> PageSummary {
        do throws(PageFinding) {
            try walk(header.newest.tables, .tables)
            try walk(header.newest.freeList, .freeList)
        } catch {
            throw cause(of: error)
        }
        _ = progress?(1)
        return PageSummary(
            pages: Int(lastPage) + 1,
            tables: tables,
            freePages: free.count,
            leakedPages: Int(lastPage) - 1 - used.count - free.count,
            bytes: byteCount
        )
    }

    /// Checks the root pages of LMDB's own two trees.
    mutating func checkRoots() throws(PageFinding) {
        var page = [UInt8](repeating: 0, count: header.pageByteCount)
        for tree in [
            TreeWalk(header.newest.tables, .tables), TreeWalk(header.newest.freeList, .freeList),
        ] where !tree.record.isEmpty {
            do throws(PageFinding) {
                _ = try read(tree.record.root, level: 1, of: tree, into: &page)
            } catch {
                throw cause(of: error)
            }
        }
    }

    /// Checks that the pages that the file lacks at its end are free.
    mutating func checkEnd() throws(PageFinding) {
        let missing = UInt64(byteCount / header.pageByteCount)...lastPage
        if (try? walk(header.newest.freeList, .freeList)) != nil,
            missing.allSatisfy({ free.contains($0) })
        {
            return
        }
        // Leaked pages may be missing as well; otherwise this shows which one is in use.
        used = PageSet()
        free = PageSet()
        _ = try run()
    }

    /// The finding, or that a process was writing: before its next commit, a writer may reuse what
    /// the last one freed.
    private func cause(of finding: PageFinding) -> PageFinding {
        let now = try? FileHeader(reading: file).newest.transaction
        let isSame = now == nil || now == header.newest.transaction
        return isSame || finding == PageFinding(.stopped) ? finding : PageFinding(.changed)
    }

    private mutating func walk(
        _ record: TreeRecord,
        _ kind: TreeWalk.Kind
    ) throws(PageFinding) {
        if record.isEmpty { return }
        var tree = TreeWalk(record, kind)
        try visit(record.root, level: 1, of: &tree)
        guard tree.entries == record.entries else { throw tree.finding(.entryCount, record.root) }
        guard
            tree.branchPages == record.branchPages, tree.leafPages == record.leafPages,
            tree.overflowPages == record.overflowPages
        else {
            throw tree.finding(.treeCounts, record.root)
        }
    }

    private mutating func visit(
        _ number: UInt64,
        level: Int,
        of tree: inout TreeWalk
    ) throws(PageFinding) {
        guard number >= 2, number <= lastPage else { throw tree.finding(.childRange, number) }
        try claim(number, for: tree)
        try report()
        var page = spare.popLast() ?? [UInt8](repeating: 0, count: header.pageByteCount)
        let count = try read(number, level: level, of: tree, into: &page)
        if level == tree.record.depth {
            tree.leafPages += 1
            tree.entries += UInt64(count)
            try visitLeaf(page.rawSpan, number, count: count, of: &tree)
        } else {
            tree.branchPages += 1
            announce(page.rawSpan, count: count) { $0.child }
            for index in 0..<count {
                let node = PageNode(page.rawSpan, index: index)
                if index == 0 {
                    // LMDB neither reads nor keeps the original key: its child has no lower end.
                    guard node.keyCount <= PageNode.keyCountMax else {
                        throw tree.finding(.keySize, number)
                    }
                } else {
                    try tree.step(to: node, of: page.rawSpan, number, isSeparator: true)
                }
                try visit(node.child, level: level + 1, of: &tree)
            }
        }
        spare.append(page)
    }

    private mutating func visitLeaf(
        _ page: RawSpan,
        _ number: UInt64,
        count: Int,
        of tree: inout TreeWalk
    ) throws(PageFinding) {
        announce(page, count: count) { node in
            node.flags & PageNode.isLong == 0 ? nil : page.littleUInt64(at: node.dataStart)
        }
        for index in 0..<count {
            let node = PageNode(page, index: index)
            try tree.step(to: node, of: page, number, isSeparator: false)
            if node.flags & PageNode.isLong != 0 { try visitRun(of: node, page, number, &tree) }
            switch tree.kind {
            case .table:
                guard node.flags & PageNode.isTable == 0 else {
                    throw tree.finding(.foreignNode, number)
                }
            case .tables: try visitTable(node, page, number, of: tree)
            case .freeList: try visitFreePages(node, page, number, of: tree)
            }
        }
    }

    /// The pages of a value that lies outside its leaf.
    private mutating func visitRun(
        of node: PageNode,
        _ page: RawSpan,
        _ number: UInt64,
        _ tree: inout TreeWalk
    ) throws(PageFinding) {
        let first = page.littleUInt64(at: node.dataStart)
        guard first >= 2, first <= lastPage else { throw tree.finding(.overflowRange, number) }
        var start = [UInt8](repeating: 0, count: PageNode.pageHeaderByteCount)
        let offset = Int(first) * header.pageByteCount
        guard try file.read(&start, at: offset, page: first) == start.count else {
            throw tree.finding(.pastEnd, first)
        }
        guard start.rawSpan.littleUInt64(at: 0) == first else {
            throw tree.finding(.pageNumber, first)
        }
        guard start.rawSpan.littleUInt16(at: 10) == PageFlags.overflow else {
            throw tree.finding(.overflowPage, first)
        }
        let count = UInt64(start.rawSpan.littleUInt32(at: 12))
        // A value that was replaced by a shorter one in the same transaction keeps its pages; none
        // is longer than 4 GiB.
        let countMax = UInt64(1 << 32 / header.pageByteCount + 1)
        guard count >= 1, count <= countMax, count - 1 <= lastPage - first else {
            throw tree.finding(.overflowRange, first)
        }
        let room = Int(count) * header.pageByteCount - PageNode.pageHeaderByteCount
        guard node.dataCount <= room else { throw tree.finding(.overflowSize, first) }
        guard offset + Int(count) * header.pageByteCount <= byteCount else {
            throw tree.finding(.pastEnd, first)
        }
        for page in first..<(first + count) { try claim(page, for: tree) }
        tree.overflowPages += count
        try report()
    }

    private mutating func visitTable(
        _ node: PageNode,
        _ page: RawSpan,
        _ number: UInt64,
        of tree: TreeWalk
    ) throws(PageFinding) {
        guard node.flags == PageNode.isTable, node.dataCount == TreeRecord.byteCount else {
            throw tree.finding(.tableRecord, number)
        }
        guard tables.count < Self.tableCountMax else { throw tree.finding(.tableCount, number) }
        let record = TreeRecord(page, at: node.dataStart)
        // Plain text, since a finding that names it may be printed on a terminal.
        guard let name = try? page.extracting(node.keyRange).text(), tables[name] == nil,
            name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw tree.finding(.tableName, number)
        }
        do throws(PageFault) {
            guard record.flags == 0 else { throw .foreignTree }
            try record.check(lastPage: lastPage)
        } catch {
            throw PageFinding(error, page: number, table: name)
        }
        try walk(record, .table(name))
        tables[name] = Int(record.entries)
    }

    /// The pages that one transaction freed: first their number, then each, the highest first.
    private mutating func visitFreePages(
        _ node: PageNode,
        _ page: RawSpan,
        _ number: UInt64,
        of tree: TreeWalk
    ) throws(PageFinding) {
        let transaction = page.littleUInt64(at: node.keyRange.lowerBound)
        guard transaction >= 1, transaction <= header.newest.transaction else {
            throw tree.finding(.freeKey, number)
        }
        guard node.flags & PageNode.isTable == 0 else { throw tree.finding(.foreignNode, number) }
        guard node.dataCount >= 8, node.dataCount % 8 == 0 else {
            throw tree.finding(.freeSize, number)
        }
        if node.flags & PageNode.isLong == 0 {
            var list = FreePages(byteCount: node.dataCount)
            let bytes = page.extracting(node.dataStart..<(node.dataStart + node.dataCount))
            try visit(bytes, &list, number, of: tree)
            return
        }
        // A list may name many thousands of pages: it is read in pieces.
        let first = page.littleUInt64(at: node.dataStart)
        let start = Int(first) * header.pageByteCount + PageNode.pageHeaderByteCount
        var list = FreePages(byteCount: node.dataCount)
        var offset = 0
        while offset < node.dataCount {
            let count = min(node.dataCount - offset, 1 << 16)
            var bytes = [UInt8](repeating: 0, count: count)
            guard try file.read(&bytes, at: start + offset, page: first) == count else {
                throw tree.finding(.pastEnd, first)
            }
            try visit(bytes.rawSpan, &list, first, of: tree)
            offset += count
        }
    }

    private mutating func visit(
        _ bytes: RawSpan,
        _ list: inout FreePages,
        _ number: UInt64,
        of tree: TreeWalk
    ) throws(PageFinding) {
        for offset in stride(from: 0, to: bytes.byteCount, by: 8) {
            let page: UInt64?
            do throws(PageFault) {
                page = try list.next(bytes.littleUInt64(at: offset), lastPage: lastPage)
            } catch {
                throw tree.finding(error, number)
            }
            guard let page else { continue }
            guard !used.contains(page) else { throw tree.finding(.freeInUse, page) }
            guard free.insert(page) else { throw tree.finding(.freeTwice, page) }
        }
        try report()
    }

    private mutating func claim(_ page: UInt64, for tree: TreeWalk) throws(PageFinding) {
        guard !free.contains(page) else { throw tree.finding(.freeInUse, page) }
        guard used.insert(page) else { throw tree.finding(.reachedTwice, page) }
    }

    /// Announces to the system which pages the nodes lead to, so that a disk reads them in
    /// parallel.
    private func announce(_ page: RawSpan, count: Int, pages: (PageNode) -> UInt64?) {
        var run: Range<UInt64> = 0..<0
        for index in 0..<count {
            guard let next = pages(PageNode(page, index: index)), next <= lastPage else { continue }
            if next == run.upperBound {
                run = run.lowerBound..<(next + 1)
            } else {
                file.announce(run, pageByteCount: header.pageByteCount)
                run = next..<(next + 1)
            }
        }
        file.announce(run, pageByteCount: header.pageByteCount)
    }

    private mutating func report() throws(PageFinding) {
        guard let progress else { return }
        let seen = used.count + free.count
        guard seen >= nextReport else { return }
        nextReport = seen + 4096
        guard progress(Double(seen) / Double(lastPage)) else { throw PageFinding(.stopped) }
    }

    /// Reads a page of a tree, and checks its header and where its nodes lie.
    ///
    /// - Returns: How many nodes there are, each of which lies completely inside the page.
    private mutating func read(
        _ number: UInt64,
        level: Int,
        of tree: TreeWalk,
        into page: inout [UInt8]
    ) throws(PageFinding) -> Int {
        let offset = Int(number) * header.pageByteCount
        guard try file.read(&page, at: offset, page: number) == page.count else {
            throw tree.finding(.pastEnd, number)
        }
        do throws(PageFault) {
            return try nodeCount(page.rawSpan, number, level: level, of: tree)
        } catch {
            throw tree.finding(error, number)
        }
    }

    private mutating func nodeCount(
        _ page: RawSpan,
        _ number: UInt64,
        level: Int,
        of tree: TreeWalk
    ) throws(PageFault) -> Int {
        let isLeaf = level == tree.record.depth
        let flags = page.littleUInt16(at: 10)
        guard flags & PageFlags.foreign == 0 else { throw .foreignPage }
        guard flags == (isLeaf ? PageFlags.leaf : PageFlags.branch) else { throw .pageKind }
        guard page.littleUInt64(at: 0) == number else { throw .pageNumber }
        // The offsets of the nodes grow upwards to `lower`, the nodes downwards to `upper`.
        let lower = Int(page.littleUInt16(at: 12))
        let upper = Int(page.littleUInt16(at: 14))
        let head = PageNode.pageHeaderByteCount
        guard lower >= head, lower <= upper, upper <= page.byteCount, (lower | upper) & 1 == 0
        else {
            throw .pageBounds
        }
        let count = (lower - head) / 2
        // LMDB asserts that a branch has two.
        guard count >= (isLeaf ? 1 : 2) else { throw .nodeCount }
        // Nodes fill the page from `upper` to its end. LMDB moves them by their sizes, so a gap or
        // an overlap would make it write out of place.
        var found = 0
        var start = upper
        while start < page.byteCount {
            let size = try PageNode.size(in: page, at: start, isLeaf: isLeaf)
            starts[start >> 7] |= 1 << UInt64(start >> 1 & 63)
            found += 1
            start += size
        }
        var isWhole = found == count
        for index in 0..<count where isWhole {
            let start = Int(page.littleUInt16(at: head + 2 * index))
            let bit: UInt64 = 1 << UInt64(start >> 1 & 63)
            guard start & 1 == 0, start < page.byteCount, starts[start >> 7] & bit != 0 else {
                isWhole = false
                break
            }
            starts[start >> 7] &= ~bit
        }
        guard isWhole else { throw .nodeOverlap }
        return count
    }
}

/// A tree that is walked from its first key to its last.
struct TreeWalk {
    enum Kind: Equatable {
        case tables
        case table(String)
        case freeList
    }

    let record: TreeRecord
    let kind: Kind
    let isFreeList: Bool
    var branchPages: UInt64 = 0
    var leafPages: UInt64 = 0
    var overflowPages: UInt64 = 0
    var entries: UInt64 = 0
    // The previous key, of a leaf or between two branches.
    private var last: [UInt8] = []
    private var isSeparator = false

    init(_ record: TreeRecord, _ kind: Kind) {
        self.record = record
        self.kind = kind
        isFreeList = kind == .freeList
    }

    var name: String {
        switch kind {
        case .tables: "(tables)"
        case .table(let name): name
        case .freeList: "(free list)"
        }
    }

    func finding(_ fault: PageFault, _ page: UInt64) -> PageFinding {
        PageFinding(fault, page: page, table: name)
    }

    /// Checks that the node's key comes after all before it.
    ///
    /// A key between two branches is above every key of the left one, and at most the first of the
    /// right one.
    mutating func step(
        to node: PageNode,
        of page: RawSpan,
        _ number: UInt64,
        isSeparator: Bool
    ) throws(PageFinding) {
        let sizes = isFreeList ? 8...8 : 1...PageNode.keyCountMax
        guard sizes.contains(node.keyCount) else { throw finding(.keySize, number) }
        let key = page.extracting(node.keyRange)
        if !last.isEmpty {
            let order = order(of: last.rawSpan, and: key)
            guard order < 0 || (order == 0 && self.isSeparator && !isSeparator) else {
                throw finding(.keyOrder, number)
            }
        }
        last.removeAll(keepingCapacity: true)
        last.append(copying: key)
        self.isSeparator = isSeparator
    }

    /// Transactions are numbers of the machine's own byte order, keys of tables are bytes.
    private func order(of left: RawSpan, and right: RawSpan) -> Int {
        guard isFreeList else { return left.compare(to: right) }
        let (left, right) = (left.littleUInt64(at: 0), right.littleUInt64(at: 0))
        return left < right ? -1 : left == right ? 0 : 1
    }
}

/// A node of a tree page: eight bytes, the key, and in a leaf the value.
struct PageNode {
    static let pageHeaderByteCount = 16
    static let keyCountMax = 511
    // At least two nodes, and their offsets, fit into a page: otherwise the value is stored
    // elsewhere.
    private static func byteCountMax(ofPage count: Int) -> Int { (((count - 16) / 2) & ~1) - 2 }
    private static let headerByteCount = 8
    static let isLong: UInt16 = 0x01
    static let isTable: UInt16 = 0x02

    let flags: UInt16
    let keyCount: Int
    /// The value's length, even if the value lies elsewhere.
    let dataCount: Int
    /// In a branch, the page below.
    let child: UInt64
    private let start: Int

    init(_ page: RawSpan, index: Int) {
        self.init(page, start: Int(page.littleUInt16(at: Self.pageHeaderByteCount + 2 * index)))
    }

    /// The node that begins there; only after ``size(in:at:isLeaf:)`` has found that it fits.
    init(_ page: RawSpan, start: Int) {
        self.start = start
        let head = page.littleUInt64(at: start)
        flags = UInt16(truncatingIfNeeded: head >> 32)
        keyCount = Int(head >> 48)
        dataCount = Int(head & 0xFFFF_FFFF)
        child = head & 0xFFFF_FFFF_FFFF
    }

    var dataStart: Int { start + Self.headerByteCount + keyCount }
    var keyRange: Range<Int> { start + Self.headerByteCount..<dataStart }

    /// How many bytes the node takes, including the padding byte that makes them even.
    static func size(in page: RawSpan, at start: Int, isLeaf: Bool) throws(PageFault) -> Int {
        guard start <= page.byteCount - headerByteCount else { throw .nodeBounds }
        let head = page.littleUInt64(at: start)
        var size = headerByteCount + Int(head >> 48)
        if isLeaf {
            let flags = UInt16(truncatingIfNeeded: head >> 32)
            switch flags {
            case 0, isTable: size += Int(head & 0xFFFF_FFFF)
            case isLong: size += 8
            default: throw .foreignNode
            }
        }
        guard size <= page.byteCount - start else { throw .nodeBounds }
        guard size <= byteCountMax(ofPage: page.byteCount) else { throw .nodeSize }
        return (size + 1) & ~1
    }
}

/// The pages of an entry of the free list, which are checked as they are read.
struct FreePages {
    private let room: UInt64
    private var rest: UInt64?
    private var last = UInt64.max

    init(byteCount: Int) { room = UInt64(byteCount / 8) - 1 }

    /// The page that `number` names; `nil` for the first number, which is their count, and after
    /// the last one.
    mutating func next(_ number: UInt64, lastPage: UInt64) throws(PageFault) -> UInt64? {
        guard let rest else {
            guard number <= room else { throw .freeSize }
            self.rest = number
            return nil
        }
        if rest == 0 { return nil }
        guard number >= 2, number <= lastPage else { throw .freeRange }
        guard number < last else { throw .freeOrder }
        self.rest = rest - 1
        last = number
        return number
    }
}

/// A set of pages, a bit each; memory is allocated where pages are, in pieces for 32,768.
struct PageSet {
    private(set) var count = 0
    private var pieces: [[UInt64]] = []

    func contains(_ page: UInt64) -> Bool {
        let piece = Int(page >> 15)
        guard piece < pieces.count, !pieces[piece].isEmpty else { return false }
        return pieces[piece][Int(page >> 6 & 511)] & 1 << (page & 63) != 0
    }

    /// - Returns: Whether it is new.
    mutating func insert(_ page: UInt64) -> Bool {
        let piece = Int(page >> 15)
        while piece >= pieces.count { pieces.append([]) }
        if pieces[piece].isEmpty { pieces[piece] = [UInt64](repeating: 0, count: 512) }
        let word = Int(page >> 6 & 511)
        let bit: UInt64 = 1 << (page & 63)
        guard pieces[piece][word] & bit == 0 else { return false }
        pieces[piece][word] |= bit
        count += 1
        return true
    }
}
