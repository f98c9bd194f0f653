import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals
@testable import AnnalsLog

// What is damaged, cut off or written in part.

extension `A journal that a crash has left` {
    /// No memory is taken for what a file only claims to have.
    @Test func `is refused where it is longer than one can be`() async throws {
        let test = try await JournaledStore()
        let (path, _) = try test.crashed("crashed", test.transactions)
        let file = try FileHandle(forWritingTo: URL(filePath: path + "/journal"))
        try file.truncate(atOffset: 1 << 40)
        try file.close()
        let problem = try refusal(path)
        #expect(problem.kind == .damaged && problem.finding.contains("more than 4294967296"))
        #expect(throws: StoreError.self) { try find(path, isReadOnly: true) }
        await #expect(throws: StoreError.storage(.journal(problem))) {
            try await RecordStore.verify(at: path)
        }
    }

    @Test func `ends before the entry that was being written, wherever that was cut off`()
        async throws
    {
        let test = try await JournaledStore()
        let (whole, ends) = try test.crashed("all", test.transactions, isSynchronized: false)
        let bytes = try bytes(of: whole)
        let last = try #require(ends.last)
        for length in stride(from: 0, through: last, by: 512) {
            let path = try test.crashed("cut \(length)", journal: bytes.prefix(length))
            try find(path, isReadOnly: false)
            // The rest of an entry's last page is zeros, which may be missing.
            let contents = try storeContents(at: path)
            let state = try #require(test.states.lastIndex(of: contents), "cut at \(length)")
            let whole = ends.count { $0 <= length }
            #expect(state == whole || state == whole + 1, "cut at \(length)")
        }
    }

    @Test func `is refused where the file is shorter than it was made`() async throws {
        let test = try await JournaledStore()
        let (whole, ends) = try test.crashed("all", test.transactions)
        let bytes = try bytes(of: whole)
        for (index, end) in ends.enumerated() {
            for length in [end - 4096 + 512, end] {
                let path = try test.crashed("cut \(length)", journal: bytes.prefix(length))
                let problem = try refusal(path)
                #expect(problem.kind == .damaged)
                #expect(problem.transactionsBefore >= index)
            }
        }
    }

    @Test(arguments: [true, false])
    func `is refused, and stays, where a byte of it was changed`(isSynchronized: Bool) async throws
    {
        let test = try await JournaledStore(calls: 3)
        let (whole, ends) = try test.crashed(
            "all",
            test.transactions,
            isSynchronized: isSynchronized
        )
        let bytes = try bytes(of: whole)
        var random = SeededRandom(seed: testSeed(91))
        let starts = [0] + ends.dropLast()
        // The whole header of each entry, and random positions.
        let places =
            starts.flatMap { start in (0..<96).map { start + $0 } + [start + 503, start + 510] }
            + (0..<60).map { _ in random.below(ends[ends.count - 1]) }
        for (round, place) in places.enumerated() {
            var changed = bytes
            changed[place] ^= UInt8(1 + random.below(255))
            let entry = try #require(ends.firstIndex { place < $0 })
            let path = try test.crashed("changed \(round)", journal: changed)
            defer { try? FileManager.default.removeItem(atPath: path) }
            do {
                try find(path, isReadOnly: round.isMultiple(of: 2))
                // Nobody checks the zeros after an entry.
                #expect(try storeContents(at: path) == test.states.last, "byte \(place)")
                #expect(place % 4096 >= 512, "byte \(place)")
            } catch StoreError.storage(.journal(let problem)) {
                #expect(problem.kind == .damaged, "byte \(place)")
                #expect(problem.offset == starts[entry], "byte \(place)")
                #expect(problem.transactionsBefore == entry, "byte \(place)")
                #expect(problem.transactionsAfter == ends.count - entry - 1, "byte \(place)")
                try waitUntilClosed(path)
                #expect(try storeContents(at: path) == test.states.first)
                guard round.isMultiple(of: 8) else { continue }
                let taken = try RecordStore.recoverJournal(at: path, acceptingLoss: true)
                #expect(taken.given == entry && taken.lost == problem)
                try waitUntilClosed(path)
                #expect(try storeContents(at: path) == test.states[entry])
                #expect(try !Journal.exists(in: path))
            }
        }
    }

    @Test func `that was changed is refused by who verifies, checks or reads as well`() async throws
    {
        let test = try await JournaledStore(calls: 3)
        let (path, _) = try test.crashed("changed", test.transactions)
        var bytes = try bytes(of: path)
        bytes[4096 + 200] ^= 4
        try bytes.write(to: URL(filePath: path + "/journal"))
        let attempts: [() async throws -> Void] = [
            { try find(path, isReadOnly: true) },
            { _ = try await RecordStore.verify(at: path) },
            { _ = try await RecordStore.check(at: path, scratch: test.scratch("check")) },
            { _ = try await RecordStore.compact(at: path) },
            { _ = try RecordStore.recoverJournal(at: path) },
        ]
        for attempt in attempts {
            let failure = await #expect(throws: StoreError.self) { try await attempt() }
            guard case .storage(.journal(let problem))? = failure else {
                Issue.record("\(failure.map { "\($0)" } ?? "opened")")
                continue
            }
            #expect(problem.kind == .damaged && problem.offset == 4096)
        }
        #expect(try Journal.exists(in: path))
    }

    @Test func `ends before an entry that the disk wrote in part, and not before a later one`()
        async throws
    {
        let test = try await JournaledStore(calls: 4)
        let long = try await Self.longTransactions(behind: test)
        let path = test.scratch("long")
        try FileManager.default.copyItem(atPath: test.base, toPath: path)
        let journal = try Journal(in: path, isSynchronized: true)
        try JournaledStore.append(Array(test.transactions.prefix(1)), to: journal)
        let start = journal.end
        try JournaledStore.append(long, to: journal)
        let end = journal.end
        let whole = try bytes(of: path)
        // After a power failure any sectors may be missing, including the first.
        for missing in [start..<(start + 512), (start + 512)..<end, (end - 8192)..<(end - 4096)] {
            var bytes = whole
            bytes.replaceSubrange(missing, with: Data(count: missing.count))
            let torn = try test.crashed("torn \(missing)", journal: bytes)
            try find(torn, isReadOnly: false)
            #expect(try storeContents(at: torn) == test.states[1])
        }
        // A later entry proves that this call had returned to its caller.
        let next = try await Self.longTransactions(behind: test, after: long)
        try JournaledStore.append(next, to: journal)
        var bytes = try bytes(of: path)
        bytes.replaceSubrange(start..<(start + 4096), with: Data(count: 4096))
        let gap = try test.crashed("gap", journal: bytes)
        let problem = try refusal(gap)
        #expect(problem.kind == .damaged)
        #expect((problem.transactionsBefore, problem.transactionsAfter) == (1, next.count))
    }

    /// Transactions of several pages that follow the first one of the journal, or others.
    private static func longTransactions(
        behind test: JournaledStore,
        after last: [StoredTransaction] = []
    ) async throws -> [StoredTransaction] {
        let path = test.scratch("for long ones \(last.count)")
        try FileManager.default.copyItem(atPath: test.base, toPath: path)
        try JournaledStore.write(Array(test.transactions.prefix(1)) + last, in: path)
        let before = test.transactions[0].number + UInt64(last.count)
        let text = String(repeating: "電話", count: 3000)
        do {
            let store = try RecordStore(at: path)
            let record = SObject("ContactRequest", ["RequestDescription": .text(text)])
            _ = try await store.session().create([record, record])
            store.close()
        }
        try waitUntilClosed(path)
        return try await JournaledStore.transactions(of: path).filter { $0.number > before }
    }

    @Test(arguments: 0..<4)
    func `is salvaged around its damage, and what is missing is named`(entry: Int) async throws {
        let test = try await JournaledStore(calls: 4)
        let (path, ends) = try test.crashed("damaged", test.transactions)
        var bytes = try bytes(of: path)
        let start = entry == 0 ? 0 : ends[entry - 1]
        bytes[start + 300] ^= 1
        try bytes.write(to: URL(filePath: path + "/journal"))
        var events: [HistoryEvent] = []
        let report = try RecordStore.salvage(
            from: path,
            to: test.scratch("salvaged"),
            tell: { item in
                if case .event(let event) = item { events.append(event) }
                return true
            }
        )
        #expect(!report.isWhole)
        #expect(report.unreadableJournalPlaces == [start])
        let lost = test.transactions[entry].number
        #expect(report.store?.transactions == lost - 1)
        if entry < 3 {
            #expect(report.lostTransactions.map(\.first) == [lost])
            #expect(report.lostTransactions.map(\.last) == [lost])
        }
        let behind = test.transactions.dropFirst(entry + 1).reduce(0) { $0 + $1.events.count }
        #expect(events.count == behind)
    }
}
