import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A salvage` {
    @Test func `of a sound file makes the same store`() async throws {
        let store = try await RottingStore()
        let salvaged = try await store.salvage(store.lived.path)
        #expect(salvaged.report.isWhole)
        #expect(salvaged.report.strayTransactions == 0)
        #expect(salvaged.report.store?.epoch == 2)
        #expect(salvaged.contents == store.contents)
        let made = try RecordStore(at: #require(salvaged.path))
        let whole = try RecordStore(at: store.lived.path)
        #expect(made.storeID == whole.storeID)
        #expect(made.created == whole.created)
        await #expect(try made.info().digest == whole.info().digest)
        await #expect(try made.verify().findings == [])
        let seen = "SELECT Id FROM ContactRequest WHERE LastViewedDate != null"
        let expected = try await whole.session().query(text: seen).records.count
        #expect(expected > 0)
        #expect(try await made.session().query(text: seen).records.count == expected)
        try await made.session().create("Contact", ["LastName": "Ng"])
    }

    @Test func `loses nothing with the meta pages`() async throws {
        let store = try await RottingStore()
        var bytes = store.bytes
        for page in 0...1 {
            for offset in 0..<4096 { bytes[4096 * page + offset] = 0xFF }
        }
        let salvaged = try await store.salvage(store.place(bytes, "damaged"))
        #expect(salvaged.report.isWhole)
        #expect(salvaged.report.strayTransactions == salvaged.report.store?.transactions)
        #expect(salvaged.contents == store.contents)
    }

    @Test func `loses nothing with every branch and the free list`() async throws {
        let store = try await RottingStore()
        var bytes = store.bytes
        for page in [store.pages[.branch], store.pages[.freeList]].compactMap(\.self).joined() {
            for offset in 8..<4096 { bytes[4096 * page + offset] = 0x5A }
        }
        let salvaged = try await store.salvage(store.place(bytes, "damaged"))
        #expect(salvaged.report.isWhole)
        #expect(!salvaged.report.damagedTables.isEmpty)
        #expect(salvaged.contents == store.contents)
    }

    @Test(arguments: [2, 5, 8] as [UInt8])
    func `ends the chain at a lost transaction, tells what comes after it, and names it`(
        number: UInt8
    ) async throws {
        let store = try await RottingStore()
        var bytes = store.bytes
        let places = store.places(ofTransaction: number)
        #expect(!places.isEmpty)
        for place in places { bytes[place + 20] ^= 1 }
        let salvaged = try await store.salvage(store.place(bytes, "damaged"))
        let report = salvaged.report
        let lost = UInt64(number)
        #expect(report.store?.transactions == lost - 1)
        #expect(report.gap == "transaction \(number) was not found")
        #expect(report.lostTransactions.map { [$0.first, $0.last] } == [[lost, lost]])
        let missing = store.contents.events.filter { $0.transaction == lost }.map(\.position)
        let ends = [missing.first, missing.last].compactMap { $0?.ordinal }
        #expect(report.lostPositions.map { [$0.first, $0.last] } == [ends])
        #expect(salvaged.events == store.contents.events.filter { $0.transaction > lost })
        #expect(report.lostRecords == [])
        #expect(!report.isWhole)
        // No current value is lost, whatever happened to the log.
        for (id, values) in store.contents.records { #expect(salvaged.records[id] == values) }
        let made = try RecordStore(at: #require(salvaged.path))
        try await made.session().create("Contact", ["LastName": "Ng"])
    }

    @Test func `of a log without a beginning makes no store, and tells every record`() async throws
    {
        let store = try await RottingStore()
        var bytes = store.bytes
        for place in store.places(ofTransaction: 1) { bytes[place + 20] ^= 1 }
        let salvaged = try await store.salvage(store.place(bytes, "damaged"))
        #expect(salvaged.report.store == nil)
        #expect(!FileManager.default.fileExists(atPath: store.lived.scratch("new")))
        for (id, values) in store.contents.records { #expect(salvaged.records[id] == values) }
    }

    @Test func `names the records of which nothing is left`() async throws {
        let store = try await RottingStore()
        var bytes = Data(store.bytes)
        // The last batch of contacts: its transaction and the rows.
        let last = try #require(store.contents.events.last { $0.object == "Contact" })
        let lost = store.contents.events.filter { $0.transaction == last.transaction }
        for event in lost {
            let values = store.contents.records[try #require(event.record)] ?? []
            let name = try #require(values.first { $0.hasPrefix("LastName: ") })
            let text = Data(name.dropFirst("LastName: ".count).utf8)
            var from = bytes.startIndex
            while let found = bytes.range(of: text, in: from..<bytes.endIndex) {
                bytes[found.lowerBound] = 0x58
                from = found.upperBound
            }
        }
        let salvaged = try await store.salvage(store.place(Array(bytes), "damaged"))
        #expect(salvaged.report.lostRecords.map(\.object) == ["Contact"])
        #expect(salvaged.report.lostRecords.map(\.count) == [UInt64(lost.count)])
        #expect(salvaged.report.lostRecords.first?.first == lost.first?.record)
        #expect(salvaged.report.lostRecords.first?.last == lost.last?.record)
    }

    @Test func `does not bring back what was erased`() async throws {
        let store = try await RottingStore()
        let open = try RecordStore(at: store.lived.path)
        let session = open.session()
        let id = try await session.create("Contact", ["LastName": "Vanishing"])
        _ = try await session.erase([RecordReference(id)], reason: "asked for")
        let number = try await #require(open.session().events(limit: .max).last).transaction
        open.close()
        let file = Array(try Data(contentsOf: URL(filePath: store.lived.path + "/data.mdb")))
        // Its erasure is known; the transaction before that is not.
        var bytes = file
        let lost = number - 1
        let (high, low) = (UInt8(lost >> 8), UInt8(lost & 0xFF))
        let key = [0, 0, 0, 0, 0, 0, high, low, 0, 0]
        for offset in bytes.indices.dropLast(40)
        where bytes[offset + 7] == low && bytes[offset..<(offset + 10)].elementsEqual(key)
            // Excludes positions of other events: in a frame the number occurs again.
            && bytes[(offset + 26)..<(offset + 34)].elementsEqual(key.prefix(8))
        {
            bytes[offset + 20] ^= 1
        }
        let path = try store.place(bytes, "damaged")
        let told = try RecordStore.salvage(from: path, to: store.lived.scratch("other"))
        #expect(told.transactionsBehindGap == 1)
        var texts: [String] = []
        _ = try RecordStore.salvage(
            from: path,
            to: store.lived.scratch("another"),
            tell: { item in
                texts.append("\(item)")
                return true
            }
        )
        #expect(!texts.contains { $0.contains("Vanishing") })
    }

    @Test func `stops when it is told to, and leaves nothing`() async throws {
        let store = try await RottingStore()
        for stage in SalvageStage.allCases where stage != .telling {
            let target = store.lived.scratch("stopped")
            #expect(throws: StoreError.interrupted) {
                try RecordStore.salvage(
                    from: store.lived.path,
                    to: target,
                    progress: { now, _ in now != stage }
                )
            }
            #expect(!FileManager.default.fileExists(atPath: target))
        }
    }

    @Test func `refuses what is no file of a store, and makes nothing`() async throws {
        let store = try await RottingStore()
        var random = SeededRandom(seed: 3)
        let noise = (0..<50_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let salvaged = try await store.salvage(store.place(noise, "noise"))
        #expect(salvaged.report.store == nil)
        let empty = try store.place([], "empty")
        #expect(throws: StoreError.self) {
            try RecordStore.salvage(from: empty, to: store.lived.scratch("none"))
        }
        #expect(throws: StoreError.self) {
            try RecordStore.salvage(from: store.lived.scratch("nothing"), to: "none")
        }
    }
}
