import AnnalsBytes
import AnnalsLMDB
import AnnalsTestSupport
import Foundation
import Testing

struct `A scan of pages` {
    private let scratch = Scratch()
    private let path: String

    init() throws {
        path = scratch("store")
        try FileSystem.makeFolder(path)
        let environment = try Environment(path: path)
        for round in 0..<3 {
            var writer = try WriteTransaction(in: environment)
            let table = try writer.openTable("table")
            for index in 0..<200 {
                let key = Array("key \(1000 + index)".utf8)
                let value = Array("value \(round) \(index)".utf8)
                try writer.put(value.rawSpan, forKey: key.rawSpan, in: table)
            }
            try writer.commit()
        }
        // A long value that contains a leaf page with an entry of its own, at a page boundary.
        var page = [UInt8](repeating: 0, count: 4096)
        page[10] = 2
        page[12] = 18
        let node: [UInt8] = [2, 0, 0, 0, 0, 0, 4, 0] + Array("evil".utf8) + [1, 2]
        page.replaceSubrange((4096 - node.count)..<4096, with: node)
        page[14] = UInt8((4096 - node.count) & 0xFF)
        page[15] = UInt8((4096 - node.count) >> 8)
        page[16] = page[14]
        page[17] = page[15]
        let value = [UInt8](repeating: 7, count: 4080) + page + page
        var writer = try WriteTransaction(in: environment)
        let table = try writer.openTable("table")
        try writer.put(value.rawSpan, forKey: Array("long".utf8).rawSpan, in: table)
        try writer.commit()
    }

    private func entries(_ scan: PageScan) -> [String: Set<String>] {
        var entries: [String: Set<String>] = [:]
        _ = scan.forEachEntry { place, isCurrent, key, value in
            let name = String(decoding: [UInt8](copying: key), as: UTF8.self)
            let text = String(decoding: [UInt8](copying: value).prefix(20), as: UTF8.self)
            entries[name, default: []].insert((isCurrent ? "" : "old ") + text)
            let again = scan.withEntry(at: place) { [UInt8](copying: $1) }
            #expect(again == [UInt8](copying: value))
        }
        return entries
    }

    @Test func `gives every entry, and none that a value pretends to be`() throws {
        let scan = try PageScan(file: path + "/data.mdb")
        #expect(scan.findTrees())
        #expect(scan.trees.map(\.name) == ["table"])
        #expect(scan.trees.first?.entryCount == 201)
        #expect(scan.trees.first?.damagedPageCount == 0)
        let entries = entries(scan)
        for index in 0..<200 {
            #expect(entries["key \(1000 + index)"]?.contains("value 2 \(index)") == true)
        }
        #expect(entries["long"]?.count == 1)
        #expect(entries["evil"] == nil)
    }

    @Test func `gives entries to which nothing leads any more`() throws {
        var bytes = Array(try Data(contentsOf: URL(filePath: path + "/data.mdb")))
        for offset in 0..<8192 { bytes[offset] = 0 }
        let file = scratch("headless")
        try Data(bytes).write(to: URL(filePath: file))
        let scan = try PageScan(file: file)
        #expect(scan.findTrees())
        #expect(scan.trees == [])
        let entries = entries(scan)
        for index in 0..<200 {
            #expect(entries["key \(1000 + index)"]?.contains("old value 2 \(index)") == true)
        }
    }

    @Test(arguments: [0, 1, 0xFFFF_FFFF] as [UInt32])
    func `follows the trees from meta pages that name an impossible page size`(
        size: UInt32
    ) throws {
        var bytes = Array(try Data(contentsOf: URL(filePath: path + "/data.mdb")))
        for page in 0...1 {
            for index in 0..<4 {
                bytes[4096 * page + 40 + index] = UInt8(size >> UInt32(8 * index) & 0xFF)
            }
        }
        let file = scratch("sizeless")
        try Data(bytes).write(to: URL(filePath: file))
        let scan = try PageScan(file: file)
        #expect(scan.findTrees())
        #expect(scan.trees.map(\.entryCount) == [201])
        #expect(entries(scan)["evil"] == nil)
    }

    @Test func `finds a node in a page whose header or whose list of nodes is damaged`() throws {
        let whole = Array(try Data(contentsOf: URL(filePath: path + "/data.mdb")))
        let leaves = (2..<(whole.count / 4096)).filter { page in
            let bytes = whole[(4096 * page)..<(4096 * page + 4096)]
            return bytes[4096 * page + 10] == 2 && bytes[4096 * page + 12] > 60
        }
        for leaf in leaves { try damage(leaf, of: whole) }
    }

    private func damage(_ leaf: Int, of whole: [UInt8]) throws {
        for offset in [0, 10, 12, 13, 14, 15, 16, 18] {
            var bytes = whole
            bytes[4096 * leaf + offset] ^= 0x40
            let file = scratch("damaged \(leaf) \(offset)")
            try Data(bytes).write(to: URL(filePath: file))
            let scan = try PageScan(file: file)
            #expect(scan.findTrees())
            let entries = entries(scan)
            for index in 0..<200 {
                #expect(
                    entries["key \(1000 + index)"]?.contains { $0.hasSuffix("value 2 \(index)") }
                        == true,
                    "page \(leaf), offset \(offset), key \(index)"
                )
            }
        }
    }
}
