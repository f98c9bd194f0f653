import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals
@testable import AnnalsLMDB
@testable import AnnalsLog

struct `A journal that a crash has left` {
    /// Opens and closes the store as somebody would who finds it.
    private func find(_ path: String, isReadOnly: Bool) throws {
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = isReadOnly
        _ = try RecordStore(at: path, configuration: configuration)
        try waitUntilClosed(path)
    }

    @Test(arguments: [false, true])
    func `is read by whoever opens the store, be it to read`(isReadOnly: Bool) async throws {
        let test = try await JournaledStore()
        let (path, _) = try test.crashed("crashed", test.transactions)
        #expect(try storeContents(at: path) == test.states.first)
        try find(path, isReadOnly: isReadOnly)
        #expect(try storeContents(at: path) == test.states.last)
        #expect(try !Journal.exists(in: path))
        #expect(try RecordStore.verify(at: path).isClean)
    }

    @Test func `is read before the store is verified, checked, compacted or rebuilt`() async throws
    {
        let test = try await JournaledStore()
        let transactions = UInt64(try JournaledStore.transactions(of: test.whole).count)
        let (verified, _) = try test.crashed("verified", test.transactions)
        let report = try RecordStore.verify(at: verified)
        #expect(report.isClean && report.transactions == transactions)
        let (checked, _) = try test.crashed("checked", test.transactions)
        #expect(try RecordStore.check(at: checked, scratch: test.scratch("c")).findings == [])
        #expect(try storeContents(at: checked) == test.states.last)
        let (compacted, _) = try test.crashed("compacted", test.transactions)
        _ = try RecordStore.compact(at: compacted)
        #expect(try !Journal.exists(in: compacted))
        #expect(try storeContents(at: compacted) == test.states.last)
        // The rebuild looks at the log alone, and leaves the journal for who opens next.
        let (rebuilt, _) = try test.crashed("rebuilt", test.transactions)
        _ = try RecordStore.rebuild(at: rebuilt)
        try find(rebuilt, isReadOnly: false)
        #expect(try storeContents(at: rebuilt) == test.states.last)
    }

    @Test func `is read as far as it is whole, wherever it was cut off`() async throws {
        let test = try await JournaledStore()
        let (whole, ends) = try test.crashed("all", test.transactions)
        let bytes = try Data(contentsOf: URL(filePath: whole + "/journal"))
        let last = try #require(ends.last)
        for length in stride(from: 0, through: last, by: 512) {
            let path = test.scratch("cut \(length)")
            try FileManager.default.copyItem(atPath: test.base, toPath: path)
            try bytes.prefix(length).write(to: URL(filePath: path + "/journal"))
            try find(path, isReadOnly: false)
            // Behind an entry its page has zeros, which may be missing.
            let contents = try storeContents(at: path)
            let state = try #require(test.states.lastIndex(of: contents), "cut at \(length)")
            let whole = ends.count { $0 <= length }
            #expect(state == whole || state == whole + 1, "cut at \(length)")
        }
    }

    @Test func `is read as far as no byte of it is changed`() async throws {
        let test = try await JournaledStore(calls: 3)
        let (whole, ends) = try test.crashed("all", test.transactions)
        let bytes = try Data(contentsOf: URL(filePath: whole + "/journal"))
        var random = SeededRandom(seed: testSeed(91))
        for round in 0..<60 {
            let place = random.below(try #require(ends.last))
            var changed = bytes
            changed[place] ^= UInt8(1 + random.below(255))
            let path = test.scratch("changed \(round)")
            try FileManager.default.copyItem(atPath: test.base, toPath: path)
            try changed.write(to: URL(filePath: path + "/journal"))
            try find(path, isReadOnly: false)
            let entry = try #require(ends.firstIndex { place < $0 })
            let contents = try storeContents(at: path)
            // Of the zeros behind an entry nobody asks.
            #expect(
                contents == test.states[entry] || contents == test.states.last,
                "byte \(place) changed"
            )
        }
    }

    @Test func `of an earlier round adds nothing, behind a newer entry either`() async throws {
        let test = try await JournaledStore()
        let (all, _) = try test.crashed("all", test.transactions)
        try find(all, isReadOnly: false)
        try JournaledStore.write(test.transactions, in: all)
        try find(all, isReadOnly: false)
        #expect(try storeContents(at: all) == test.states.last)
        #expect(try !Journal.exists(in: all))

        let earlier = try JournaledStore.transactions(of: test.base)
        let (mixed, _) = try test.crashed("mixed", [test.transactions[0]] + earlier)
        try find(mixed, isReadOnly: false)
        #expect(try storeContents(at: mixed) == test.states[1])
    }

    @Test func `of a round that the log had begun to catch up with is read from there`()
        async throws
    {
        let test = try await JournaledStore()
        for count in 1..<test.transactions.count {
            let (path, _) = try test.crashed("\(count)", Array(test.transactions.prefix(count)))
            try find(path, isReadOnly: false)
            #expect(try storeContents(at: path) == test.states[count])
            try waitUntilClosed(path)
            try JournaledStore.write(test.transactions, in: path)
            try find(path, isReadOnly: false)
            #expect(try storeContents(at: path) == test.states.last)
        }
    }

    @Test func `of a history that was cut off before it adds nothing`() async throws {
        let test = try await JournaledStore()
        let other = try await JournaledStore()
        let cut = [test.transactions[0], other.transactions[1]]
        let (path, _) = try test.crashed("cut", cut)
        try find(path, isReadOnly: false)
        #expect(try storeContents(at: path) == test.states[1])
    }

    @Test func `of another log, or behind a gap, is refused, and stays`() async throws {
        let test = try await JournaledStore()
        let other = try await JournaledStore()
        for (name, transactions) in [
            ("other", other.transactions), ("gap", Array(test.transactions.dropFirst())),
        ] {
            let (path, _) = try test.crashed(name, transactions)
            let scratch = test.scratch("check of \(name)")
            let attempts: [() throws -> Void] = [
                { try find(path, isReadOnly: false) },
                { try find(path, isReadOnly: true) },
                { _ = try RecordStore.verify(at: path) },
                { _ = try RecordStore.check(at: path, scratch: scratch) },
            ]
            for attempt in attempts {
                let failure = #expect(throws: StoreError.self) { try attempt() }
                guard case .storage(.corrupted(let corruption))? = failure else {
                    Issue.record("\(failure.map { "\($0)" } ?? "opened")")
                    continue
                }
                #expect(corruption.finding.contains("journal"))
            }
            #expect(try Journal.exists(in: path))
            try waitUntilClosed(path)
            #expect(try storeContents(at: path) == test.states.first)
        }
    }

    @Test func `is never made anew over what it has`() async throws {
        let test = try await JournaledStore()
        let (path, _) = try test.crashed("crashed", test.transactions)
        #expect(throws: StorageError.self) { try Journal(in: path, isSynchronized: true) }
        try find(path, isReadOnly: false)
        #expect(try storeContents(at: path) == test.states.last)
    }

    @Test func `waits for the rebuild of a table that is in its way`() async throws {
        let test = try await JournaledStore()
        let path = test.scratch("damaged")
        try copyStore(at: test.base, to: path) { table, _, value in
            guard table == "records.4" else { return value }
            return value.dropLast() + [value[value.count - 1] ^ 1]
        }
        try JournaledStore.write(test.transactions, in: path)
        let failure = #expect(throws: StoreError.self) { try find(path, isReadOnly: false) }
        guard case .rebuildNeeded? = failure else {
            Issue.record("\(failure.map { "\($0)" } ?? "opened")")
            return
        }
        #expect(try !RecordStore.verify(at: path).isClean)
        #expect(try Journal.exists(in: path))
        _ = try RecordStore.rebuild(at: path)
        try find(path, isReadOnly: false)
        #expect(try storeContents(at: path) == test.states.last)
    }

    @Test func `is salvaged with the log`() async throws {
        let test = try await JournaledStore()
        let (path, _) = try test.crashed("crashed", test.transactions)
        let salvaged = test.scratch("salvaged")
        let report = try RecordStore.salvage(from: path, to: salvaged)
        #expect(report.store != nil)
        try waitUntilClosed(salvaged)
        let found = try JournaledStore.transactions(of: salvaged)
        #expect(
            found.map(\.bytes) == (try JournaledStore.transactions(of: test.whole)).map(\.bytes)
        )
    }
}
