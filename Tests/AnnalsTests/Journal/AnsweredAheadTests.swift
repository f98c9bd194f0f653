import AnnalsTestSupport
import Foundation
import Synchronization
import Testing

@testable import Annals
@testable import AnnalsLog

/// Creates in calls of 20 records and more, one after the other, without durability.
struct `Calls that are answered before the tables have them` {
    /// Fills a store by random calls: runs of large creates with other calls between them, some of
    /// which are refused.
    ///
    /// Everything else is fixed: two stores differ only if the engine behaves differently.
    ///
    /// - Returns: The answers of the calls.
    private func live(
        in path: String,
        _ durability: Durability,
        seed: UInt64
    ) async throws -> [String] {
        let clock = TestClock()
        let salts = Mutex(SeededRandom(seed: 1))
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        configuration.durability = durability
        configuration.random = { count in
            salts.withLock { random in (0..<count).map { _ in UInt8(random.below(256)) } }
        }
        let json = """
            {"objects": [{"name": "Ticket__c", "label": "Ticket", "pluralLabel": "Tickets",
              "fields": [{"name": "Code__c", "type": "string", "unique": true, "externalId": true}]}]}
            """
        let schema = try SchemaFile(json: Array(json.utf8))
        try RecordStore.create(at: path, schema: schema, configuration: configuration)
        let store = try RecordStore(at: path, configuration: configuration)
        let load = RandomLoad(session: store.session(), administrator: store.administrator)
        return try await load.call(400, seed: seed, clock)
    }

    @Test(arguments: 0..<4)
    func `leave what the same calls leave one by one, bit for bit`(number: UInt64) async throws {
        let scratch = Scratch()
        let (ahead, direct) = (scratch("ahead"), scratch("direct"))
        let seed = testSeed(6_100) + number
        let answers = try await live(in: ahead, .onDemand, seed: seed)
        #expect(try await answers == live(in: direct, .everyCommit, seed: seed))
        for path in [ahead, direct] { try waitUntilClosed(path) }
        #expect(try storeContents(at: ahead) == storeContents(at: direct))
        await #expect(try RecordStore.verify(at: ahead).isClean)
    }

    @Test func `are seen by who called, beside others`() async throws {
        let test = try TestStore()
        let positions = try await withThrowingTaskGroup(of: [Position].self) { group in
            for caller in 0..<4 {
                group.addTask {
                    var positions: [Position] = []
                    for step in 0..<60 {
                        let record = SObject(
                            "ContactRequest",
                            ["PreferredPhone": .text("\(caller)")]
                        )
                        let size = 20 + (caller * 7 + step) % 30
                        let made = try await test.session.create(
                            Array(repeating: record, count: size)
                        )
                        positions += made.compactMap(\.position)
                        if step % 25 != 24 { continue }
                        let id = try #require(made.last?.id)
                        let changed = try await test.session.update([
                            SObject(
                                "ContactRequest",
                                id: id,
                                ["Status": "Contacted"]
                            )
                        ])[0]
                        positions.append(try #require(changed.position))
                        let found = try await test.session.retrieve(
                            from: "ContactRequest",
                            ids: [RecordReference(id)]
                        )
                        #expect(found[0]?["Status"] == "Contacted")
                    }
                    return positions
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        // The first positions belong to the transaction that made the store.
        let first = try #require(positions.min()).ordinal
        #expect(
            positions.map(\.ordinal).sorted() == (0..<UInt64(positions.count)).map { first + $0 }
        )
        await #expect(try test.store.check(scratch: test.scratch("check")).findings == [])
    }

    @Test func `are answered or refused where the store is closed meanwhile`() async throws {
        let test = try TestStore()
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let record = SObject("ContactRequest", ["PreferredPhone": "+1 555 0100"])
                    var answered = 0
                    while true {
                        do throws(StoreError) {
                            let made = try await test.session
                                .create(Array(repeating: record, count: 40))
                            answered += made.count { $0.isSuccess }
                        } catch {
                            guard error == .closed else { throw error }
                            return answered
                        }
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(200))
            test.store.close()
            return try await group.reduce(0, +)
        }
        #expect(answered > 0)
        #expect(try !Journal.exists(in: test.store.path))
        let again = try RecordStore(at: test.store.path)
        let found = try await again.info().objects.first { $0.name == "ContactRequest" }
        #expect(Int(try #require(found).live) == answered)
    }

    @Test func `begin the journal again before it is too long`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        configuration.journalByteCountMax = 20_000
        try RecordStore.create(at: path, configuration: configuration)
        let store = try RecordStore(at: path, configuration: configuration)
        let record = SObject("ContactRequest", ["PreferredPhone": "+1 555 0100"])
        for _ in 0..<100 {
            _ = try await store.session().create(Array(repeating: record, count: 40))
        }
        // The file is never truncated, and a call takes about 10,000 bytes of it.
        let file = try FileManager.default.attributesOfItem(atPath: path + "/journal")
        let byteCount = try #require(file[.size] as? Int)
        #expect(byteCount < 45_000, "\(byteCount) bytes")
        await #expect(try store.info().objects.first { $0.name == "ContactRequest" }?.live == 4000)
        await #expect(try store.verify().isClean)
    }

    /// Calls of eighteen megabytes, with a map of one: LMDB gets them from the journal when it has
    /// room.
    @Test func `make a small map grow`() async throws {
        let scratch = Scratch()
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        configuration.mapSizeBytes = 1 << 20
        configuration.patienceSeconds = 60
        try RecordStore.create(at: scratch("store"), configuration: configuration)
        let store = try RecordStore(at: scratch("store"), configuration: configuration)
        let text = String(repeating: "電話", count: 15_000)
        let record = SObject("ContactRequest", ["RequestDescription": .text(text)])
        let records = Array(repeating: record, count: 200)
        // This call is run in its turn, and leaves its transaction open with little room.
        _ = try await store.session().create(records)
        async let second = store.session().create(records)
        async let third = store.session().create(records)
        #expect(try await (second + third).allSatisfy { $0.isSuccess })
        _ = try await store.session().create(Array(records.prefix(20)))
        await #expect(try store.info().objects.first { $0.name == "ContactRequest" }?.live == 620)
        await #expect(try store.verify().isClean)
    }

    @Test func `are refused where the journal cannot be written, and those before are kept`()
        async throws
    {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        await #expect(processExitsWith: .success) { [path = path as String] in
            var configuration = RecordStore.Configuration()
            configuration.durability = .onDemand
            configuration.patienceSeconds = 60
            configuration.pendingAgeMax = .seconds(60)
            let store = try RecordStore(at: path, configuration: configuration)
            let records = Array(
                repeating: SObject("ContactRequest", ["PreferredPhone": "+1 555 0100"]),
                count: 40
            )
            // The first call is run in its turn, the others return before the tables have them.
            for _ in 0..<5 { _ = try await store.session().create(records) }
            try Self.fillDisk(ofFile: path + "/journal")
            for _ in 0..<3 {
                let failure = await #expect(throws: StoreError.self) {
                    try await store.session().create(records)
                }
                // It was run in its turn, or refused by a writer that had met the full disk before.
                switch try #require(failure) {
                case .storage(.diskFull), .writerStopped(.diskFull): break
                case let other: Issue.record("refused by \(other)")
                }
            }
            #expect(
                try await store.info().objects.first { $0.name == "ContactRequest" }?.live == 200
            )
        }
        let store = try RecordStore(at: path)
        #expect(try !Journal.exists(in: path))
        await #expect(try store.info().objects.first { $0.name == "ContactRequest" }?.live == 200)
        await #expect(try store.verify().isClean)
    }

    /// Redirects writes to an open file of this process to a device that is always full.
    private static func fillDisk(ofFile path: String) throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        let file = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber]
        let number = try #require(file as? UInt64)
        var count = 0
        for descriptor in Int32(3)..<256 {
            var status = stat()
            guard fstat(descriptor, &status) == 0, UInt64(status.st_ino) == number,
                status.st_mode & S_IFMT == S_IFREG
            else { continue }
            try #require(dup2(full, descriptor) == descriptor)
            count += 1
        }
        try #require(count == 1)
    }

    @Test func `are kept by the journal where LMDB cannot take them, and nobody goes on`()
        async throws
    {
        let scratch = Scratch()
        let path = scratch("store")
        let file = AcknowledgementFile(path: scratch("acknowledged"))
        try RecordStore.create(at: path)
        await #expect(processExitsWith: .success) {
            [path = path as String, acknowledged = file.path as String] in
            // A limit on the size of files stands in for a full disk: LMDB reaches it at its first
            // commit, before the journal does.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4 << 20, rlim_max: 4 << 20)
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            var configuration = RecordStore.Configuration()
            configuration.durability = .onDemand
            let store = try RecordStore(at: path, configuration: configuration)
            let writer = try AcknowledgementFile.Writer(AcknowledgementFile(path: acknowledged))
            let record = SObject("ContactRequest", ["PreferredPhone": "+1 555 0100"])
            var refusal: StoreError?
            for number in 0..<1000 where refusal == nil {
                do throws(StoreError) {
                    let made = try await store.session()
                        .create(Array(repeating: record, count: 50))
                    let key = CallKey(round: 0, task: 0, call: number, eventCount: made.count)
                    let positions = made.compactMap(\.position)
                    try? writer.append(AcknowledgementFile.Call(key: key, positions: positions))
                } catch {
                    refusal = error
                }
            }
            // The call that meets the limit gets the cause; later ones learn that the writer has
            // stopped.
            switch try #require(refusal) {
            case .writerStopped, .storage: break
            case let other: Issue.record("refused by \(other)")
            }
            let failure = await #expect(throws: StoreError.self) { try await store.info() }
            guard case .writerStopped? = failure else {
                Issue.record("\(failure.map { "\($0)" } ?? "read")")
                return
            }
        }
        var offset: UInt64 = 0
        let calls = try file.calls(from: &offset)
        #expect(calls.count > 20)
        let store = try RecordStore(at: path)
        let last = try await store.lastPosition()
        #expect(last == calls.last?.positions.last)
        await #expect(
            try store.info().objects.first { $0.name == "ContactRequest" }?.live == calls.count * 50
        )
        await #expect(try store.check(scratch: scratch("check")).findings == [])
    }
}
