import AnnalsLMDB
import AnnalsTestSupport
import Glibc
import Testing

@testable import Annals
@testable import AnnalsLog

struct `Who reads a journaled store` {
    enum Reading: CaseIterable {
        case retrieve, query, history, events, info, updated, verify, check, snapshot, archive
        case replay, file
    }

    /// How many calls with `size` new contacts are visible.
    private func count(
        _ reading: Reading,
        _ test: TestStore,
        _ id: RecordID,
        size: Int
    ) async throws -> Int {
        let (store, session) = (test.store, test.session)
        switch reading {
        case .retrieve:
            let found = try await session.retrieve(from: "Contact", ids: [RecordReference(id)])
            return found[0] == nil ? 0 : 6
        case .query: return try await session.query("SELECT Id FROM Contact").totalSize / size
        case .history: return try await store.session().history(of: id).isEmpty ? 0 : 6
        case .events:
            let events = try await store.session().events(limit: .max)
            return events.count { $0.record?.prefix == id.prefix } / size
        case .info: return await Int(try store.info().transactions) - 1
        case .updated:
            let from = test.clock.time
            test.clock.advance(milliseconds: 120_000)
            let window = try await session.getUpdated("Contact", from: from, to: test.clock.time)
            return window.ids.count / size
        case .verify: return await Int(try store.verify().transactions) - 1
        case .check:
            return await Int(try store.check(scratch: test.scratch("check")).transactions) - 1
        case .snapshot:
            return await Int(try store.takeSnapshot(in: test.scratch("s")).manifest.transactions)
                - 1
        case .archive:
            let archive = try await store.archive(to: test.scratch("archive"))
            return Int(archive.transactions?.upperBound ?? 1) - 1
        case .replay:
            return await Int(try store.replay(to: test.scratch("replayed")).transactions) - 1
        case .file:
            try await store.synchronize()
            let tables = try PageCheck.walk(file: store.path + "/data.mdb").tables
            return (tables["log"] ?? 1) - 1
        }
    }

    @Test(arguments: Reading.allCases, [Durability.journaled, .onDemand])
    func `in its process sees every call that was answered`(
        reading: Reading,
        durability: Durability
    ) async throws {
        let test = try TestStore(durability: durability)
        // In other modes, small calls are committed separately, because there is no sync to save.
        let size = durability == .journaled ? 1 : 30
        var last: RecordID?
        for _ in 0..<6 {
            let contact = SObject("Contact", ["LastName": "Ng"])
            let made = try await test.session.create(Array(repeating: contact, count: size))
            last = made.last?.id
        }
        #expect(try Journal.exists(in: test.store.path))
        #expect(try await count(reading, test, try #require(last), size: size) == 6)
    }

    @Test func `beside writers sees all that was answered before`() async throws {
        let test = try TestStore(durability: .journaled)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<4 {
                group.addTask {
                    for step in 0..<60 {
                        let made = try await test.session.create([
                            SObject("Contact", ["LastName": "Ng"])
                        ])[0]
                        let id = try #require(made.id)
                        if (step + caller) % 15 > 1 { continue }
                        let found = try await test.session.retrieve(
                            from: "Contact",
                            ids: [RecordReference(id)]
                        )
                        #expect(found[0] != nil)
                    }
                }
            }
            try await group.waitForAll()
        }
        await #expect(try test.store.check(scratch: test.scratch("check")).findings == [])
    }

    @Test func `in another process sees a call when no other has come for a moment`() async throws {
        let test = try TestStore(durability: .journaled, patienceSeconds: 0.002)
        try await test.session.create("Contact", ["LastName": "Ng"])
        // What another process would read: the file, without the writer's memory.
        for _ in 0..<500 {
            // The file may be in the middle of a write.
            let tables = try? PageCheck.walk(file: test.store.path + "/data.mdb").tables
            if tables?["log"] == 2 { return }
            try await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("it was never committed")
    }

    @Test func `after a call that a journal cannot bring back finds it in LMDB`() async throws {
        let test = try TestStore(durability: .journaled)
        let made = try await test.session.create("Contact", ["LastName": "Ng"])
        let schema = """
            {"objects": [{"name": "Contact", "fields": [{"name": "Level__c", "type": "string"}]}]}
            """
        _ = try await test.store.define(try SchemaFile(json: Array(schema.utf8)))
        let id = made
        try await test.session.update("Contact", id: id, ["Level__c": "gold"])
        let kinds = Journal.salvage(in: test.store.path).transactions.flatMap(\.events).map(\.kind)
        // It is written like the creation was: LMDB got that together with the definition.
        #expect(kinds == [.updated])
        _ = try await test.session.erase([RecordReference(id)], reason: "asked for")
        // No file has its values, though the store stays open.
        #expect(try !Journal.exists(in: test.store.path))
        try await test.session.create("Contact", ["LastName": "Ng"])
        #expect(try Journal.exists(in: test.store.path))
        await #expect(try test.store.verify().isClean)
    }

    @Test func `finds what was answered before a call that met damage`() async throws {
        let test = try TestStore(durability: .journaled)
        // Like an archive that is out of reach: in the middle of a group, after pending calls.
        // Several times, because on a slow machine the calls may have been committed before.
        let damage = StorageError.corrupted(Corruption("a row is malformed", table: "records.4"))
        for number in 0..<5 {
            try await test.session.create("Contact", ["LastName": .text("Ng \(number)")])
            await #expect(throws: StoreError.storage(damage)) {
                try await test.store.write(cost: 1) { (_) throws(StoreError) -> Int in
                    throw .storage(damage)
                }
            }
        }
        try await test.session.create("Contact", ["LastName": "Last"])
        let found = try await test.session.query("SELECT Id FROM Contact")
        #expect(found.totalSize == 6)
        await #expect(try test.store.check(scratch: test.scratch("check")).findings == [])
    }

    @Test func `after a failure of the disk sees what was answered, and nobody writes`()
        async throws
    {
        let test = try TestStore(durability: .journaled)
        for number in 0..<5 {
            try await test.session.create("Contact", ["LastName": .text("Ng \(number)")])
        }
        let failure = StorageError.system(errno: EIO, doing: "to write")
        await #expect(throws: StoreError.self) {
            try await test.store.write(cost: 1) { (_) throws(StoreError) -> Int in
                throw .storage(failure)
            }
        }
        await #expect(throws: StoreError.writerStopped(failure)) {
            try await test.session.create("Contact", ["LastName": "Last"])
        }
        #expect(try await test.session.query("SELECT Id FROM Contact").totalSize == 5)
        await #expect(try test.store.verify().isClean)
    }

    @Test func `beside large and small calls in turn, without a sync, sees all of them`()
        async throws
    {
        let test = try TestStore(durability: .onDemand)
        let contact = SObject("Contact", ["LastName": "Ng"])
        var count = 0
        // A large call leaves the writer's transaction open; a small one would be run by its
        // caller.
        for size in [1, 40, 1, 1, 40, 40, 1] {
            _ = try await test.session.create(Array(repeating: contact, count: size))
            count += size
        }
        #expect(try await test.session.query("SELECT Id FROM Contact").totalSize == count)
        await #expect(try test.store.check(scratch: test.scratch("check")).findings == [])
    }

    @Test func `finds no journal in a store that was closed`() async throws {
        let test = try TestStore(durability: .journaled)
        for _ in 0..<5 { try await test.session.create("Contact", ["LastName": "Ng"]) }
        #expect(try Journal.exists(in: test.store.path))
        test.store.close()
        #expect(try !Journal.exists(in: test.store.path))
        await #expect(try RecordStore(at: test.store.path).info().transactions == 6)
    }
}
