import Annals
import AnnalsTestSupport
import Foundation
import Testing

/// A closed store with every kind of page, its bytes, and everything it returns.
struct RottingStore {
    enum Kind: CaseIterable { case meta, branch, leaf, overflow, freeList }

    /// What a store returns about its records and its past.
    struct Contents: Equatable {
        var records: [RecordID: [String]] = [:]
        var events: [HistoryEvent] = []
    }

    static let pageByteCount = 4096

    let lived: LivedInStore
    let bytes: [UInt8]
    let contents: Contents
    let pages: [Kind: [Int]]

    init() async throws {
        lived = try await LivedInStore()
        do {
            let store = try RecordStore(at: lived.path)
            let session = store.session()
            for batch in 0..<3 {
                let records = (0..<30).map { index in
                    SObject("Contact", ["LastName": .text("Ng \(batch) \(index)")])
                }
                _ = try await session.create(records)
            }
        }
        // By now nearly all pages are in use: a flip in an unused one is harmless.
        try waitUntilClosed(lived.path)
        _ = try await RecordStore.compact(at: lived.path)
        do {
            let store = try RecordStore(at: lived.path)
            let session = store.session()
            let long = SObject(
                "ContactRequest",
                ["RequestDescription": .text(String(repeating: "call me back ", count: 900))]
            )
            _ = try await session.create([long])
            contents = try await Self.told(by: store)
        }
        bytes = Array(try Data(contentsOf: URL(filePath: lived.path + "/data.mdb")))
        pages = Self.pages(of: bytes)
    }

    private static func number(_ bytes: [UInt8], at offset: Int, count: Int) -> Int {
        bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func pages(of bytes: [UInt8]) -> [Kind: [Int]] {
        let newest = [0, pageByteCount].max {
            number(bytes, at: $0 + 144, count: 8) < number(bytes, at: $1 + 144, count: 8)
        }
        let freeList = number(bytes, at: (newest ?? 0) + 80, count: 8)
        var pages: [Kind: [Int]] = [:]
        var page = 0
        while page < bytes.count / pageByteCount {
            let start = page * pageByteCount
            switch number(bytes, at: start + 10, count: 2) {
            case 1: pages[.branch, default: []].append(page)
            case 2: pages[page == freeList ? .freeList : .leaf, default: []].append(page)
            case 4:
                let count = number(bytes, at: start + 12, count: 4)
                pages[.overflow, default: []] += page..<(page + count)
                page += count - 1
            case 8: pages[.meta, default: []].append(page)
            default: break
            }
            page += 1
        }
        return pages
    }

    /// Everything, or the error that prevents it.
    static func told(by store: RecordStore) async throws(StoreError) -> Contents {
        var contents = Contents()
        for object in store.schema.objects {
            let selection = try store.session().selection(of: object.name)
            for record in try await store.session().records(selection, includingDeleted: true) {
                contents.records[record.id] = values(of: record)
            }
        }
        contents.events = try await store.session().events(limit: .max)
        return contents
    }

    static func values(of record: Record) -> [String] {
        // When somebody viewed a record is stored elsewhere, and a salvage does not find it.
        record.fields.filter { !["LastViewedDate", "LastReferencedDate"].contains($0.name) }
            .map { "\($0.name): \($0.value)" }
    }

    /// A byte of a page: where there is something, and in the pages of trees more often at the
    /// beginning, because all of LMDB's own data is there.
    func rottingByte(of page: Int, _ kind: Kind, _ random: inout SeededRandom) -> Int {
        switch kind {
        case .meta: return random.below(152)
        case .overflow: return random.below(Self.pageByteCount)
        case .branch, .leaf, .freeList: break
        }
        let lower = Self.number(bytes, at: page * Self.pageByteCount + 12, count: 2)
        let upper = Self.number(bytes, at: page * Self.pageByteCount + 14, count: 2)
        return random.chance(30)
            ? random.below(lower) : upper + random.below(Self.pageByteCount - upper)
    }

    /// A folder with these bytes as its data file.
    func place(_ bytes: [UInt8], _ name: String) throws -> String {
        let path = lived.scratch(name)
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try Data(bytes).write(to: URL(filePath: path + "/data.mdb"))
        return path
    }

    /// Salvages the store at `path`, and checks what always holds: a prefix of the history, and
    /// values that were once true.
    func salvage(_ path: String) async throws -> Salvaged {
        let target = lived.scratch("new")
        try? FileManager.default.removeItem(atPath: target)
        var events: [HistoryEvent] = []
        var told: [SalvagedRecord] = []
        let report = try RecordStore.salvage(
            from: path,
            to: target,
            tell: { item in
                switch item {
                case .event(let event): events.append(event)
                case .record(let record): told.append(record)
                case .row: Issue.record("every object is known")
                }
                return true
            }
        )
        var salvaged = Salvaged(report: report, events: events, told: told)
        if salvaged.report.store != nil {
            var reading = RecordStore.Configuration()
            reading.isReadOnly = true
            let store = try RecordStore(at: target, configuration: reading)
            salvaged.contents = try await Self.told(by: store)
            // A part of a history is consistent, too.
            await #expect(try store.verify().findings == [])
            #expect(try RecordStore.checkFile(at: target).isClean)
            salvaged.path = target
        }
        // Records whose erasure was lost are erased again.
        let old = salvaged.contents.events.prefix { $0.origin != "annals/salvage" }
        #expect(contents.events.starts(with: old))
        #expect(
            salvaged.contents.events.dropFirst(old.count).allSatisfy {
                $0.origin == "annals/salvage" && $0.changes.isEmpty
            }
        )
        for event in salvaged.events { #expect(contents.events.contains(event)) }
        return salvaged
    }

    /// The offsets of a transaction's frames in the file, including old ones and copies.
    func places(ofTransaction number: UInt8) -> [Int] {
        let key: [UInt8] = [0, 0, 0, 0, 0, 0, 0, number, 0, 0]
        return bytes.indices.dropLast(key.count).filter { offset in
            bytes[offset] == 0 && bytes[offset + 7] == number
                && bytes[offset..<(offset + key.count)].elementsEqual(key)
        }
    }
}

/// What a salvage has made.
struct Salvaged {
    let report: SalvageReport
    var path: String?
    /// The contents of the new store.
    var contents = RottingStore.Contents()
    var events: [HistoryEvent] = []
    var told: [SalvagedRecord] = []

    /// The newest values of each record, wherever they were found.
    var records: [RecordID: [String]] {
        var records = contents.records
        for salvaged in told {
            records[salvaged.record.id] = RottingStore.values(of: salvaged.record)
        }
        return records
    }
}
