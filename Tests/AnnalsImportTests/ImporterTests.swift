import Annals
import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsImport

struct `An import` {
    static let schema = #"""
        {"objects": [{"name": "ContactRequest", "fields": [
          {"name": "Ticket__c", "type": "string", "length": 12, "unique": true, "externalId": true}]}]}
        """#
    static let mapping = #"""
        {"object": "ContactRequest", "key": {"field": "Ticket__c", "value": "{n}"},
         "time": {"value": "{at}"}, "operation": {"value": "{op}"},
         "actor": {"reference": "User", "by": "Username", "value": "{by}@x.invalid",
                   "create": {"LastName": "{by}"}},
         "fields": {"Status": "{status}", "PreferredPhone": "{phone}",
                    "WhoId": {"reference": "Contact", "by": "Email", "value": "{who}@x.invalid",
                              "create": {"LastName": "{who}"}}}}
        """#
    let scratch = Scratch()

    private func open(_ name: String) throws -> RecordStore {
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        let path = scratch(name)
        if !FileManager.default.fileExists(atPath: path) {
            try RecordStore.create(
                at: path,
                schema: SchemaFile(json: Array(Self.schema.utf8)),
                time: Timestamp("2026-01-01T00:00:00Z"),
                configuration: configuration
            )
        }
        return try RecordStore(at: path, configuration: configuration)
    }

    private func importer(_ rows: String, into store: RecordStore) throws -> Importer {
        var options = ImportOptions()
        options.rejectsPath = scratch("rejects")
        return Importer(
            store: store,
            session: store.session(),
            mapping: try ImportMapping(json: Array(Self.mapping.utf8)),
            source: try ImportSource(bytes: Array(rows.utf8), format: .jsonl),
            options: options
        )
    }

    /// A random history of creates, changes, deletions and restorations, some of them impossible.
    private func history(_ random: inout SeededRandom, rows: Int) -> String {
        var lines: [String] = []
        for row in 0..<rows {
            let minute = row / 3
            let at =
                "2026-01-02T\(minute / 60 < 10 ? "0" : "")\(minute / 60):"
                + "\(minute % 60 < 10 ? "0" : "")\(minute % 60):00Z"
            let operation = ["create", "update", "update", "upsert", "delete", "undelete"][
                random.below(6)
            ]
            let status = ["New", "Contacted", "Abandoned"][random.below(3)]
            lines.append(
                #"{"at":"\#(at)","by":"u\#(random.below(4))","op":"\#(operation)","#
                    + #""n":"T\#(random.below(12))","status":"\#(status)","#
                    + #""who":"c\#(random.below(9))"}"#
            )
        }
        return lines.joined(separator: "\n")
    }

    private func events(_ store: RecordStore) throws -> [String] {
        try store.events(limit: 10_000).map {
            "\($0.kind) \($0.record.map(\.description) ?? $0.object) \($0.time.precise) "
                + "\($0.actor.map(\.description) ?? "") \($0.changes)"
        }
    }

    @Test func `keeps times, actors and references, and says what it refused`() async throws {
        let store = try open("store")
        let rows = """
            {"at":"2026-01-02T08:00:00.250Z","by":"ann","op":"create","n":"T1","status":"New","who":"bob"}
            not json
            {"at":"2026-01-02T08:01:00Z","by":"ann","op":"update","n":"T1","status":"New"}
            {"at":"2026-01-02T08:02:00Z","by":"cid","op":"update","n":"T1","phone":"555"}
            {"at":"2026-01-01T08:02:00Z","by":"cid","op":"delete","n":"T1"}
            {"at":"2026-01-02T08:03:00Z","by":"cid","op":"delete","n":"T9"}
            {"at":"2026-01-02T08:04:00Z","by":"ann","op":"delete","n":"T1"}
            """
        var importer = try importer(rows, into: store)
        let summary = try await importer.run()

        #expect(summary.created == 1)
        #expect(summary.updated == 1)
        #expect(summary.unchanged == 1)
        #expect(summary.deleted == 1)
        #expect(summary.rejected == 3)
        #expect(summary.referencesCreated == ["User": 2, "Contact": 1])
        let id = try #require(try store.recycleBin(limit: 10).first?.id)
        #expect(try store.history(of: id).map(\.time.precise).first == "2026-01-02T08:00:00.250Z")
        let rejects = try String(contentsOfFile: scratch("rejects"), encoding: .utf8)
        #expect(rejects.split(separator: "\n").count == 3)
        #expect(rejects.contains("\"line\":2"))
    }

    @Test(arguments: 1...6)
    func `that stops anywhere and goes on is the one that never stopped`(seed: Int) async throws {
        var random = SeededRandom(seed: testSeed(UInt64(seed)))
        let rows = history(&random, rows: 1300)
        let whole = try open("whole")
        var uninterrupted = try importer(rows, into: whole)
        _ = try await uninterrupted.run()

        let stopping = random.below(3)
        do {
            let store = try open("parts")
            var first = try importer(rows, into: store)
            var calls = 0
            await #expect(throws: ImportError.self) {
                _ = try await first.run { _ in
                    calls += 1
                    return calls <= stopping
                }
            }
            store.close()
        }
        let store = try open("parts")
        var second = try importer(rows, into: store)
        _ = try await second.run()

        let parts = try events(store)
        let expected = try events(whole)
        let different = zip(parts, expected).first { $0 != $1 }
        #expect(different == nil)
        #expect(parts.count == expected.count)
        #expect(try store.check(scratch: scratch("check")).findings == [])
    }

    @Test(arguments: [
        (#"{"#, "it is not JSON"), (#"{"object": 1}"#, "a text is expected"),
        (#"{"object": "X", "key": {"field": "K", "value": "{n"}}"#, "a brace is not closed"),
        (
            #"{"object": "X", "key": {"field": "K", "value": "n"}, "sort": true}"#,
            "no time is given"
        ),
        (#"{"object": "X", "key": {"field": "K", "value": "n"}, "what": 1}"#, "no such setting"),
    ])
    func `is told what is wrong with its mapping`(json: String, reason: String) {
        #expect {
            try ImportMapping(json: Array(json.utf8))
        } throws: { error in
            "\(error)".contains(reason)
        }
    }
}
