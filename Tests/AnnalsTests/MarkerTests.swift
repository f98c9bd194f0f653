import AnnalsArchive
import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

/// The rule of WhatAnAnswerHolds.md: whatever names a person is gone after the erasure, wherever a
/// caller may have put it.
@Suite(.serialized)
struct `A marker in everything that a caller can give` {
    private static let roundCount =
        ProcessInfo.processInfo.environment["ANNALS_KILL_ROUNDS"].flatMap { Int($0) } ?? 6

    @Test(arguments: [Durability.grouped, .onDemand, .journaled])
    func `is nowhere once it was erased`(durability: Durability) async throws {
        let scratch = Scratch()
        let life = MarkedLife(folder: scratch.path, durability: durability)
        try life.make()
        do {
            let store = try life.open()
            try await life.live(in: store)
        }
        try waitUntilClosed(life.store)
        // The search can find the marker.
        #expect(try !life.places().isEmpty)

        try await life.erase()

        #expect(try life.places() == [])
        let store = try life.open()
        await #expect(try store.verify().findings == [])
        await #expect(try store.check(scratch: scratch("check")).findings == [])
    }

    @Test func `is nowhere though the process was killed at any moment`() async throws {
        for round in 0..<Self.roundCount {
            let scratch = Scratch()
            let durability = [Durability.onDemand, .journaled, .grouped][round % 3]
            let life = MarkedLife(folder: scratch.path, durability: durability)
            try life.make()
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [folder = scratch.path as String, round = round as Int] in
                var random = SeededRandom(seed: UInt64(round) &+ testSeed(23))
                let moment = UInt32(random.below(1_500_000))
                Thread.detachNewThread {
                    usleep(moment)
                    kill(getpid(), SIGKILL)
                }
                let durability = [Durability.onDemand, .journaled, .grouped][round % 3]
                let life = MarkedLife(folder: folder, durability: durability)
                do {
                    while true {
                        let store = try life.open()
                        try await life.live(in: store)
                        store.close()
                        try await life.erase()
                    }
                } catch {
                    // An error that leaves the body would end the process without a word.
                    Issue.record(error, "round \(round)")
                }
            }
            try await life.erase()

            #expect(try life.places() == [], "round \(round)")
            await #expect(try life.open().verify().findings == [])
        }
    }
}

/// A store whose calls use a marker wherever they can, with its archive and its snapshots.
private struct MarkedLife {
    let folder: String
    let durability: Durability
    var store: String { folder + "/store" }
    private var archive: String { folder + "/archive" }
    private var snapshots: String { folder + "/snapshots" }

    private static let schema = """
        {"objects":[{"name":"P__c","label":"P","nameField":{"label":"N","type":"string"},"fields":[
        {"name":"S__c","label":"s","type":"string","unique":true,"externalId":true},
        {"name":"C__c","label":"s","type":"string","unique":true,"caseSensitive":true},
        {"name":"I__c","label":"s","type":"string","indexed":true},
        {"name":"T__c","label":"t","type":"textarea","length":131072},
        {"name":"H__c","label":"p","type":"phone","indexed":true},
        {"name":"E__c","label":"e","type":"email","unique":true,"externalId":true},
        {"name":"U__c","label":"u","type":"url","indexed":true},
        {"name":"L__c","label":"p","type":"picklist","indexed":true},
        {"name":"R__c","label":"p","type":"picklist","restricted":true,"values":[{"value":"A"}]},
        {"name":"N__c","label":"i","type":"int"},
        {"name":"D__c","label":"d","type":"date"},
        {"name":"M__c","label":"r","type":"reference","referenceTo":["P__c"],
         "relationshipName":"M__r","onTargetDeletion":"cascade"}]}]}
        """

    private var configuration: RecordStore.Configuration {
        var configuration = RecordStore.Configuration()
        configuration.durability = durability
        configuration.mapSizeBytes = 1 << 28
        return configuration
    }

    func make() throws {
        try RecordStore.create(
            at: store,
            schema: SchemaFile(json: Array(Self.schema.utf8)),
            configuration: configuration
        )
    }

    func open() throws -> RecordStore {
        try waitUntilClosed(store)
        return try RecordStore(at: store, configuration: configuration)
    }

    private func fields(_ marker: inout Int, long: Int = 1) -> [SObject.Assignment] {
        func next() -> String {
            marker += 1
            return "ZQmark\(marker)Ärger"
        }
        func plain() -> String {
            marker += 1
            return "zqmark\(marker)"
        }
        let long = String(repeating: next() + " ", count: long)
        return [
            ("Name", next()), ("S__c", next()), ("C__c", next()), ("I__c", next()),
            ("T__c", long), ("H__c", plain()), ("E__c", plain() + "@x.example"),
            ("U__c", "https://\(plain()).example"), ("L__c", plain()),
        ].map { SObject.Assignment($0.0, .text($0.1)) }
    }

    private func record(_ marker: inout Int, long: Int = 1) -> SObject {
        SObject("P__c", id: nil, assignments: fields(&marker, long: long))
    }

    /// Calls of every kind, with keys, that succeed or are refused, in part or as a whole.
    func live(in store: RecordStore) async throws {
        var marker = Int.random(in: 0..<1_000_000) * 1000
        func key() -> CallOptions {
            marker += 1
            return CallOptions(idempotencyKey: "zqmark key \(marker)")
        }
        let admin = store.session()
        let filler = Array(repeating: SObject("P__c", ["I__c": "filler"]), count: 200)
        for _ in 0..<2 { _ = try await admin.create(filler) }
        let created = try await admin.create(
            [record(&marker, long: 4000), record(&marker)],
            options: key()
        )
        let ids = created.compactMap(\.id)
        let user = try await admin.create(
            [
                SObject(
                    "User",
                    [
                        "Username": .text("zqmark\(marker)@x.example"), "LastName": "ZQmark",
                        "Email": "zqmark@x.y",
                    ]
                )
            ],
            options: key()
        )[0]
        let session = store.session(as: user.id)
        for long in [1, 300, 3000] {
            let change = SObject("P__c", id: .id(ids[0]), assignments: fields(&marker, long: long))
            _ = try await session.update([change], options: key())
        }
        try await store.archive(to: archive)
        try await store.takeSnapshot(in: folder + "/old")
        // Each together with a record that is accepted, so that the answer is recorded.
        for (name, value) in [
            ("E__c", Value.text("zqmark@@x")), ("R__c", "zqmark restricted"),
            ("N__c", "zqmark int"),
            ("D__c", "zqmark date"), ("M__c", "zqmark reference"),
            ("S__c", .text(String(repeating: "ZQmark", count: 100))),
            ("M__c", .lookup(object: "P__c", field: "S__c", value: "zqmark nobody")),
        ] {
            let bad = SObject("P__c", id: nil, assignments: [SObject.Assignment(name, value)])
            _ = try await session.create([record(&marker), bad], options: key())
            _ = try? await session.create([bad], options: key())
            _ = try await session.upsert(
                [
                    record(&marker), SObject("P__c", ["S__c": "zqmark twice"]),
                    SObject("P__c", ["S__c": "zqmark twice"]),
                ],
                by: "S__c",
                options: key()
            )
        }
        _ = try? await session.create([SObject("P__c", ["zqmark__c": "zqmark"])], options: key())
        _ = try? await session.create("zqmark__c", ["Name": "zqmark"], options: key())
        _ = try await session.update(
            [
                SObject("P__c", id: .text("zqmark id"), assignments: []),
                SObject("P__c", id: .id(ids[1]), assignments: fields(&marker)),
            ],
            options: key()
        )
        _ = try await session.delete(["zqmark id", RecordReference(ids[1])], options: key())
        _ = try await session.undelete(["zqmark id", RecordReference(ids[1])], options: key())
        // More rows than a batch, and a query that names somebody.
        var options = QueryOptions()
        options.batchSize = 200
        for text in ["ZQmark query", "zqmark other"] {
            let answer = try await session.query(
                text: "SELECT Id FROM P__c WHERE I__c != '\(text)' FOR VIEW",
                options: options
            )
            let locator = try #require(answer.locator)
            _ = try await session.queryMore(locator)
            let bound = try await session.query(
                "SELECT Id FROM P__c WHERE I__c != \(text) AND S__c NOT IN \([text, text + " too"])",
                options: options
            )
            _ = try await session.queryMore(try #require(bound.locator))
        }
        _ = try? await session.query("SELECT zqmark FROM P__c")
        _ = try await session.create([record(&marker)], options: key())
    }

    /// Erases every record that names somebody, and makes new copies of everything that follows
    /// erasures.
    func erase() async throws {
        do {
            let store = try open()
            let session = store.session()
            for (object, keep) in [("P__c", "I__c = 'filler'"), ("User", "Username LIKE 'admin%'")]
            {
                let rows = try await session.queryAll(text: "SELECT Id FROM \(object)")
                var ids = rows.records.compactMap(\.id)
                var next = rows.locator
                while let locator = next {
                    let page = try await session.queryMore(locator)
                    ids += page.records.compactMap(\.id)
                    next = page.locator
                }
                let kept = Set(
                    try await session.query(
                        text: "SELECT Id FROM \(object) WHERE \(keep) LIMIT 2000"
                    )
                    .records
                    .compactMap(\.id)
                )
                let marked = ids.filter { !kept.contains($0) || object == "User" }
                for start in stride(from: 0, to: marked.count, by: 200) {
                    let some = marked[start..<min(marked.count, start + 200)]
                    let results = try await session.erase(
                        some.map { RecordReference($0) },
                        reason: "request 4711"
                    )
                    #expect(results.filter { !$0.isSuccess } == [])
                }
            }
        }
        try waitUntilClosed(store)
        try await RecordStore.compact(at: store, configuration: configuration)
        let store = try open()
        try await store.archive(to: archive)
        try await store.takeSnapshot(in: snapshots)
    }

    /// Files that contain the marker, in any case; archives are decompressed.
    func places() throws -> [String] {
        // Copies that were made before keep what they have.
        try? FileManager.default.removeItem(atPath: folder + "/old")
        let needles = ["zqmark", "ZQmark", "ZQMARK"].flatMap { text in
            [.utf8, .utf16LittleEndian, .utf16BigEndian].compactMap { (encoding: String.Encoding) in
                text.data(using: encoding)
            }
        }
        func holds(_ data: Data) -> Bool { needles.contains { data.range(of: $0) != nil } }
        var found: [String] = []
        for name in FileManager.default.enumerator(atPath: folder)! {
            let path = "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            if isFolder.boolValue { continue }
            if holds(try Data(contentsOf: URL(fileURLWithPath: path))) { found.append("\(name)") }
        }
        guard FileManager.default.fileExists(atPath: archive) else { return found }
        for segment in try Archive(reading: archive).segments {
            for transaction in try segment.transactions() where holds(Data(transaction.bytes)) {
                found.append("transaction \(transaction.number) of the archive")
            }
        }
        return found
    }
}
