internal import AnnalsBytes

/// Where an entry lies in a data file.
package struct EntryPlace: Hashable, Sendable {
    fileprivate let page: UInt32
    fileprivate let start: UInt16
}

/// A tree that the newest meta page leads to.
package struct ScannedTree: Sendable, Hashable {
    package let name: String
    /// As the tree's record says, which may be damaged itself.
    package let entryCount: UInt64
    /// Pages that its branches name and that are invalid.
    package fileprivate(set) var damagedPageCount = 0
}

/// Reads everything that is left of a data file, page by page, whether or not a tree still leads
/// there.
///
/// Nothing is mapped, and no number of the file is used before it was checked against its bounds.
/// The contents of a page are passed on as found: entries of the engine have checksums, by which
/// their reader recognizes them. Pages that belong to a long value in use are not examined, since
/// whoever wrote the value could make them look like anything.
package final class PageScan {
    /// Longer ones are not read: a frame of the log has half a mebibyte, a row a few bytes to
    /// kilobytes.
    private static let valueByteCountMax = 64 << 20
    private static let tableCountMax = 4096

    package let pageCount: Int
    package private(set) var unreadablePageCount = 0
    package private(set) var trees: [ScannedTree] = []
    /// Pages of the tree that names all others, as of ``ScannedTree/damagedPageCount``.
    package private(set) var damagedListPageCount = 0

    private let file: DataFile
    private let byteCount: Int
    private let pageByteCount: Int
    private var reached = PageSet()
    private var ofLongValues = PageSet()
    // Bytes of long values that may still be read: in a hostile file all nodes may name the same
    // one.
    private var longByteRoom = 0
    private var knownLongValues: Set<LongValue> = []

    private struct LongValue: Hashable {
        let page: UInt64
        let byteCount: Int
        let keyHash: Int
        let isCurrent: Bool
    }

    /// Opens the file and determines the size of its pages: the one for which most carry their own
    /// number.
    package init(file path: String) throws(PageFinding) {
        let file = try DataFile(path)
        byteCount = min(try file.byteCount(), Int(UInt32.max) << 12)
        guard byteCount > 0 else { throw PageFinding(.empty) }
        var best = (size: 4096, count: 0)
        for shift in 12...15 {
            let size = 1 << shift
            var count = 0
            for page in 0..<min(byteCount / size, 4096) {
                var number = [UInt8](repeating: 0, count: 8)
                guard (try? file.read(&number, at: page * size)) == 8 else { continue }
                if number.rawSpan.littleUInt64(at: 0) == UInt64(page) { count += 1 }
            }
            if count > best.count { best = (size, count) }
        }
        pageByteCount = best.size
        pageCount = (byteCount + best.size - 1) / best.size
        self.file = file
    }

    // MARK: Trees

    /// Follows the trees of the newest meta page as far as they lead.
    ///
    /// - Returns: `false` if `progress` has returned that.
    package func findTrees(progress: (Double) -> Bool = { _ in true }) -> Bool {
        // 0 and up: the table's tree; `nil`: the tree of tables.
        var pending: [(page: UInt64, tree: Int?)] = []
        guard let root = newestMeta()?.tables.root else { return true }
        pending.append((root, nil))
        var page = [UInt8](repeating: 0, count: pageByteCount)
        var markRoom = 4 * pageCount
        while let next = pending.popLast() {
            if reached.count % 4096 == 0,
                !progress(Double(reached.count) / Double(pageCount))
            {
                return false
            }
            guard next.page >= 2, next.page < pageCount, !reached.contains(next.page),
                read(next.page, into: &page)
            else {
                noteDamage(of: next.tree)
                continue
            }
            _ = reached.insert(next.page)
            let flags = page.rawSpan.littleUInt16(at: 10)
            let isBranch = flags == PageFlags.branch
            if page.rawSpan.littleUInt64(at: 0) != next.page || !isBranch && flags != PageFlags.leaf
            {
                noteDamage(of: next.tree)
            }
            for start in nodes(in: page.rawSpan, isLeaf: !isBranch) {
                let node = PageNode(page.rawSpan, start: start)
                if isBranch {
                    pending.append((node.child, next.tree))
                } else if node.flags & PageNode.isLong != 0 {
                    markLongValue(node, page.rawSpan, room: &markRoom)
                } else if next.tree == nil, let tree = tree(node, page.rawSpan) {
                    trees.append(tree.tree)
                    if let root = tree.root { pending.append((root, trees.count - 1)) }
                }
            }
        }
        return true
    }

    private func noteDamage(of tree: Int?) {
        if let tree { trees[tree].damagedPageCount += 1 } else { damagedListPageCount += 1 }
    }

    private func newestMeta() -> Meta? {
        let metas = [UInt64(0), 1].compactMap { slot -> Meta? in
            var bytes = [UInt8](repeating: 0, count: Meta.byteCount)
            let offset = Int(slot) * pageByteCount
            guard (try? file.read(&bytes, at: offset)) == bytes.count,
                (try? Meta.checkMarks(bytes.rawSpan, page: slot)) != nil
            else { return nil }
            let meta = Meta(bytes.rawSpan, at: 0, slot: slot)
            guard meta.transaction & 1 == slot || meta.transaction == 0 else { return nil }
            return meta
        }
        let sound = metas.filter { (try? $0.check()) != nil }
        return (sound.isEmpty ? metas : sound).max { $0.transaction < $1.transaction }
    }

    private func tree(
        _ node: PageNode,
        _ page: RawSpan
    ) -> (tree: ScannedTree, root: UInt64?)? {
        guard node.flags == PageNode.isTable, node.dataCount == TreeRecord.byteCount,
            trees.count < Self.tableCountMax,
            let name = try? page.extracting(node.keyRange).text(),
            name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return nil }
        let record = TreeRecord(page, at: node.dataStart)
        return (
            ScannedTree(name: name, entryCount: record.entries),
            record.isEmpty ? nil : record.root
        )
    }

    private func markLongValue(_ node: PageNode, _ page: RawSpan, room: inout Int) {
        let first = page.littleUInt64(at: node.dataStart)
        let count = (node.dataCount + PageNode.pageHeaderByteCount - 1) / pageByteCount + 1
        guard first >= 2, first < pageCount, count <= pageCount - Int(first), count <= room,
            !ofLongValues.contains(first)
        else { return }
        room -= count
        for page in first..<(first + UInt64(count)) { _ = ofLongValues.insert(page) }
    }

    // MARK: Entries

    /// Passes on every entry of every page that is a leaf or may have been one.
    ///
    /// - Parameter body: Also receives whether the newest meta page leads to the entry. `false`
    ///   ends it.
    /// - Returns: Whether all were passed on.
    package func forEachEntry<E: Error>(
        _ body: (
            _ place: EntryPlace, _ isCurrent: Bool, _ key: RawSpan, _ value: RawSpan
        ) throws(E) -> Void,
        progress: (Double) -> Bool = { _ in true }
    ) throws(E) -> Bool {
        unreadablePageCount = 0
        longByteRoom = 8 * byteCount + Self.valueByteCountMax
        knownLongValues = []
        var page = [UInt8](repeating: 0, count: pageByteCount)
        for number in UInt64(0)..<UInt64(pageCount) {
            if number % 1024 == 0, !progress(Double(number) / Double(pageCount)) { return false }
            let isCurrent = reached.contains(number)
            if ofLongValues.contains(number), !isCurrent { continue }
            guard read(number, into: &page) else {
                unreadablePageCount += 1
                continue
            }
            guard isCurrent || mayBeLeaf(page.rawSpan, number) else { continue }
            for start in nodes(in: page.rawSpan, isLeaf: true) {
                let place = EntryPlace(page: UInt32(number), start: UInt16(start))
                let node = PageNode(page.rawSpan, start: start)
                let key = page.rawSpan.extracting(node.keyRange)
                if node.flags & PageNode.isLong == 0 {
                    let end = node.dataStart + node.dataCount
                    try body(place, isCurrent, key, page.rawSpan.extracting(node.dataStart..<end))
                    continue
                }
                let long = LongValue(
                    page: page.rawSpan.littleUInt64(at: node.dataStart),
                    byteCount: node.dataCount,
                    keyHash: [UInt8](copying: key).hashValue,
                    isCurrent: isCurrent
                )
                guard node.dataCount <= longByteRoom, knownLongValues.insert(long).inserted,
                    let value = longValue(of: node, page.rawSpan)
                else { continue }
                longByteRoom -= node.dataCount
                try body(place, isCurrent, key, value.rawSpan)
            }
        }
        return true
    }

    /// Passes on an entry again, if it can still be read.
    package func withEntry<T>(
        at place: EntryPlace,
        _ body: (_ key: RawSpan, _ value: RawSpan) -> T?
    ) -> T? {
        var page = [UInt8](repeating: 0, count: pageByteCount)
        let start = Int(place.start)
        guard read(UInt64(place.page), into: &page),
            (try? PageNode.size(in: page.rawSpan, at: start, isLeaf: true)) != nil
        else { return nil }
        let node = PageNode(page.rawSpan, start: start)
        let key = page.rawSpan.extracting(node.keyRange)
        if node.flags & PageNode.isLong == 0 {
            let end = node.dataStart + node.dataCount
            return body(key, page.rawSpan.extracting(node.dataStart..<end))
        }
        guard let value = longValue(of: node, page.rawSpan) else { return nil }
        return body(key, value.rawSpan)
    }

    /// Whether a page to which nothing leads was a leaf; one of the two marks may be damaged.
    private func mayBeLeaf(_ page: RawSpan, _ number: UInt64) -> Bool {
        let flags = page.littleUInt16(at: 10)
        if page.littleUInt64(at: 0) == number {
            return ![PageFlags.branch, PageFlags.overflow, PageFlags.meta].contains(flags)
        }
        return flags == PageFlags.leaf
    }

    private func longValue(of node: PageNode, _ page: RawSpan) -> [UInt8]? {
        let first = page.littleUInt64(at: node.dataStart)
        guard first >= 2, first < pageCount, node.dataCount <= Self.valueByteCountMax else {
            return nil
        }
        let start = Int(first) * pageByteCount + PageNode.pageHeaderByteCount
        guard start <= byteCount - node.dataCount else { return nil }
        var value = [UInt8](repeating: 0, count: node.dataCount)
        guard (try? file.read(&value, at: start)) == value.count else { return nil }
        return value
    }

    /// Reads a page; the last of a truncated file ends in zeros.
    private func read(_ number: UInt64, into page: inout [UInt8]) -> Bool {
        guard let count = try? file.read(&page, at: Int(number) * pageByteCount), count > 0 else {
            return false
        }
        for index in count..<page.count { page[index] = 0 }
        return true
    }

    /// The beginnings of nodes that fit into the page: those named in its header, at both ends.
    ///
    /// If the header is inconsistent, every possible place of a node is tried.
    private func nodes(in page: RawSpan, isLeaf: Bool) -> [Int] {
        let head = PageNode.pageHeaderByteCount
        let lower = Int(page.littleUInt16(at: 12))
        let upper = Int(page.littleUInt16(at: 14))
        let isSound =
            lower >= head && lower <= upper && upper <= page.byteCount && (lower | upper) & 1 == 0
        var starts: [Int] = []
        var seen = [UInt64](repeating: 0, count: page.byteCount / 128)
        func size(_ start: Int) -> Int? {
            guard start & 1 == 0, start >= head else { return nil }
            return try? PageNode.size(in: page, at: start, isLeaf: isLeaf)
        }
        func add(_ start: Int) {
            let bit: UInt64 = 1 << UInt64(start >> 1 & 63)
            if seen[start >> 7] & bit == 0 { starts.append(start) }
            seen[start >> 7] |= bit
        }
        for offset in stride(from: head, to: isSound ? lower : page.byteCount, by: 2) {
            let start = Int(page.littleUInt16(at: offset))
            if size(start) != nil { add(start) }
        }
        // Nodes fill a page from `upper` to its end.
        var start = upper
        while isSound, start < page.byteCount, let size = size(start) {
            add(start)
            start += size
        }
        return starts
    }
}
