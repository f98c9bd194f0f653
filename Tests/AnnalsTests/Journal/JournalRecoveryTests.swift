import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals
@testable import AnnalsLMDB
@testable import AnnalsLog

struct `A journal that a crash has left` {
    /// Opens and closes the store, as somebody would after a crash.
    func find(_ path: String, isReadOnly: Bool) throws {
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
        await #expect(try RecordStore.verify(at: path).isClean)
    }

    @Test func `is read before the store is verified, checked, compacted or rebuilt`() async throws
    {
        let test = try await JournaledStore()
        let transactions = await UInt64(try JournaledStore.transactions(of: test.whole).count)
        let (verified, _) = try test.crashed("verified", test.transactions)
        let report = try await RecordStore.verify(at: verified)
        #expect(report.isClean && report.transactions == transactions)
        #expect(report.transactionsFromJournal == test.transactions.count)
        let (checked, _) = try test.crashed("checked", test.transactions)
        await #expect(try RecordStore.check(at: checked, scratch: test.scratch("c")).findings == [])
        #expect(try storeContents(at: checked) == test.states.last)
        let (compacted, _) = try test.crashed("compacted", test.transactions)
        _ = try await RecordStore.compact(at: compacted)
        #expect(try !Journal.exists(in: compacted))
        #expect(try storeContents(at: compacted) == test.states.last)
        // The rebuild looks only at the log, and leaves the journal for whoever opens the store
        // next.
        let (rebuilt, _) = try test.crashed("rebuilt", test.transactions)
        _ = try await RecordStore.rebuild(at: rebuilt)
        try find(rebuilt, isReadOnly: false)
        #expect(try storeContents(at: rebuilt) == test.states.last)
    }

    /// The problem that keeps the store from being opened.
    func refusal(_ path: String) throws -> JournalProblem {
        let failure = #expect(throws: StoreError.self) { try find(path, isReadOnly: false) }
        guard case .storage(.journal(let problem))? = failure else {
            throw failure ?? StoreError.closed
        }
        #expect(problem.path == path + "/journal")
        #expect(try Journal.exists(in: path))
        return problem
    }

    func bytes(of path: String) throws -> Data {
        try Data(contentsOf: URL(filePath: path + "/journal"))
    }

    @Test func `has nothing of an earlier round, whatever that left`() async throws {
        let test = try await JournaledStore()
        let path = test.scratch("rounds")
        try FileManager.default.copyItem(atPath: test.base, toPath: path)
        let journal = try Journal(in: path, isSynchronized: true)
        for transaction in test.transactions.prefix(4) {
            try JournaledStore.append([transaction], to: journal)
        }
        try JournaledStore.give(Array(test.transactions.prefix(4)), to: path)
        journal.restart()
        try JournaledStore.append([test.transactions[4]], to: journal)
        let bytes = try bytes(of: path)
        for place in [nil, 4096 + 200, 2 * 4096 + 505, 3 * 4096 + 40] {
            let copy = test.scratch("rounds \(place ?? 0)")
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            var changed = bytes
            // Damage to unused data is harmless, unless it hides that the data is unused.
            if let place { changed[place] ^= 1 }
            try changed.write(to: URL(filePath: copy + "/journal"))
            if place == 2 * 4096 + 505 {
                #expect(try refusal(copy).transactionsBefore == 1)
                continue
            }
            try find(copy, isReadOnly: false)
            #expect(try storeContents(at: copy) == test.states[5])
        }
        // A damaged new entry is not taken for the remains of an old one.
        var changed = bytes
        changed[300] ^= 1
        try changed.write(to: URL(filePath: path + "/journal"))
        #expect(try refusal(path).offset == 0)
    }

    @Test func `with an entry of another journal in it is refused`() async throws {
        let test = try await JournaledStore(calls: 4)
        let other = try await JournaledStore(calls: 4)
        let (mine, ends) = try test.crashed("mine", test.transactions)
        let (theirs, _) = try other.crashed("theirs", other.transactions)
        let (first, second) = (try bytes(of: mine), try bytes(of: theirs))
        for index in ends.indices {
            let range = (index == 0 ? 0 : ends[index - 1])..<ends[index]
            var mixed = first
            mixed.replaceSubrange(range, with: second[range])
            let path = try test.crashed("mixed \(index)", journal: mixed)
            let problem = try refusal(path)
            // The last entry might as well be the newest one, with the others left from an earlier
            // round.
            if index == ends.count - 1 { continue }
            #expect(problem.kind == .damaged && problem.transactionsBefore == index)
        }
    }

    @Test func `beside a longer log is removed where that has it, and refused where not`()
        async throws
    {
        let test = try await JournaledStore(calls: 3)
        let path = test.scratch("longer")
        try FileManager.default.copyItem(atPath: test.whole, toPath: path)
        try JournaledStore.write(Array(test.transactions.prefix(2)), in: path)
        try find(path, isReadOnly: false)
        #expect(try !Journal.exists(in: path))
        #expect(try storeContents(at: path) == test.states.last)

        // A store whose history is different, and longer.
        let fork = test.scratch("fork")
        try FileManager.default.copyItem(atPath: test.base, toPath: fork)
        do {
            let store = try RecordStore(at: fork)
            for _ in 0..<8 {
                try await store.session().create("Contact", ["LastName": "Fork"])
            }
            store.close()
        }
        try waitUntilClosed(fork)
        let contents = try storeContents(at: fork)
        try JournaledStore.write(test.transactions, in: fork)
        #expect(try refusal(fork).kind == .ofAnotherStore)
        let failure = #expect(throws: StoreError.self) {
            try RecordStore.recoverJournal(at: fork, acceptingLoss: true)
        }
        guard case .storage(.journal(let problem))? = failure else {
            Issue.record("\(failure.map { "\($0)" } ?? "accepted")")
            return
        }
        #expect(problem.kind == .ofAnotherStore)
        try waitUntilClosed(fork)
        #expect(try storeContents(at: fork) == contents)
    }

    @Test func `of an earlier round adds nothing, behind a newer entry either`() async throws {
        let test = try await JournaledStore()
        let (all, _) = try test.crashed("all", test.transactions)
        try find(all, isReadOnly: false)
        try JournaledStore.write(test.transactions, in: all)
        try find(all, isReadOnly: false)
        #expect(try storeContents(at: all) == test.states.last)
        #expect(try !Journal.exists(in: all))

        let earlier = try await JournaledStore.transactions(of: test.base)
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

    @Test func `whose second entry follows another history is refused`() async throws {
        let test = try await JournaledStore()
        let other = try await JournaledStore()
        let cut = [test.transactions[0], other.transactions[1]]
        let (path, _) = try test.crashed("cut", cut)
        let problem = try refusal(path)
        #expect(problem.kind == .damaged)
        #expect((problem.transactionsBefore, problem.transactionsAfter) == (1, 1))
    }

    @Test func `of another log, or behind a gap, is refused, and stays`() async throws {
        let test = try await JournaledStore()
        let other = try await JournaledStore()
        for (name, transactions) in [
            ("other", other.transactions), ("gap", Array(test.transactions.dropFirst())),
        ] {
            let (path, _) = try test.crashed(name, transactions)
            let scratch = test.scratch("check of \(name)")
            let attempts: [() async throws -> Void] = [
                { try find(path, isReadOnly: false) },
                { try find(path, isReadOnly: true) },
                { _ = try await RecordStore.verify(at: path) },
                { _ = try await RecordStore.check(at: path, scratch: scratch) },
            ]
            for attempt in attempts {
                let failure = await #expect(throws: StoreError.self) { try await attempt() }
                guard case .storage(.journal(let problem))? = failure else {
                    Issue.record("\(failure.map { "\($0)" } ?? "opened")")
                    continue
                }
                #expect(problem.kind == .ofAnotherStore)
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
        await #expect(try !RecordStore.verify(at: path).isClean)
        #expect(try Journal.exists(in: path))
        _ = try await RecordStore.rebuild(at: path)
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
        let found = try await JournaledStore.transactions(of: salvaged)
        #expect(
            try await found.map(\.bytes)
                == JournaledStore.transactions(of: test.whole).map(\.bytes)
        )
    }
}
