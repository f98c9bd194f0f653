import Glibc
import Testing

@testable import AnnalsLMDB

extension Folder {
    /// Makes a file that has the fault, and if necessary what has to happen while it is walked.
    func provoke(
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
            // One node that fills the whole page.
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
