import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

struct `A restore to before an erasure` {
    private static let schema = """
        {"objects": [
            {"name": "Site__c", "label": "Site", "pluralLabel": "Sites", "keyPrefix": "a00",
             "fields": [{"name": "City__c", "type": "string", "indexed": true}]},
            {"name": "Visit__c", "label": "Visit", "pluralLabel": "Visits", "keyPrefix": "a01",
             "fields": [{"name": "Site__c", "type": "reference", "referenceTo": ["Site__c"],
                         "onTargetDeletion": "cascade"}]},
            {"name": "Guard__c", "label": "Guard", "pluralLabel": "Guards", "keyPrefix": "a02",
             "fields": [{"name": "Site__c", "type": "reference", "referenceTo": ["Site__c"],
                         "onTargetDeletion": "restrict"}]}
        ]}
        """

    private let test: TestStore
    private let archive: String

    init() throws {
        test = try TestStore(schema: SchemaFile(json: Array(Self.schema.utf8)))
        archive = test.scratch("archive")
    }

    private func create(_ object: String, _ fields: KeyValuePairs<String, Value>) async throws
        -> RecordID
    {
        try await test.session.create(object, fields)
    }

    private func restore(to position: Position, _ name: String = "restored") async throws
        -> RecordStore
    {
        let target = test.scratch(name)
        _ = try await RecordStore.restore(
            to: target,
            archive: archive,
            point: .position(position)
        )
        let bytes = try Data(contentsOf: URL(filePath: target + "/data.mdb"))
        #expect(bytes.range(of: Data("Secretive".utf8)) == nil)
        await #expect(try RecordStore.verify(at: target).findings == [])
        let store = try RecordStore(at: target)
        await #expect(try store.check(scratch: test.scratch("check")).findings == [])
        return store
    }

    @Test func `leaves alone what referred to the record then, and moved since`() async throws {
        let site = try await create("Site__c", ["Name": "Secretive", "City__c": "Secretive"])
        let other = try await create("Site__c", ["Name": "Open"])
        let visit = try await create("Visit__c", ["Site__c": .id(site)])
        let before = try await test.store.lastPosition()
        try await test.session.update("Visit__c", id: visit, ["Site__c": .id(other)])
        _ = try await test.session.erase([RecordReference(site)], reason: "asked for")
        try await test.store.archive(to: archive)

        let store = try await restore(to: before)
        let session = store.session()
        let found = try await session.retrieve(from: "Visit__c", ids: [RecordReference(visit)])[0]
        #expect(found?["IsDeleted"] == .boolean(false))
        #expect(found?["Site__c"] == .id(site))
        let bare = try await session.retrieve(from: "Site__c", ids: [RecordReference(site)])[0]
        #expect(bare?["Name"] == .null)
        #expect(bare?["City__c"] == .null)
        #expect(try await store.session().find("Secretive", in: "City__c", of: "Site__c") == [])
        #expect(try await store.session().history(of: site).map(\.kind) == [.created, .withheld])
        #expect(try await store.session().recycleBin(limit: 10).isEmpty)
        await #expect(try store.lastPosition() == before.advanced(by: 1))
    }

    @Test func `is not refused where others keep the record from being deleted`() async throws {
        let site = try await create("Site__c", ["Name": "Secretive"])
        let guardian = try await create("Guard__c", ["Site__c": .id(site)])
        let before = try await test.store.lastPosition()
        try await test.session.delete(guardian)
        _ = try await test.session.erase([RecordReference(site)], reason: "asked for")
        try await test.store.archive(to: archive)

        let store = try await restore(to: before)
        #expect(try await store.session().history(of: site).last?.kind == .withheld)
        #expect(try await store.session().history(of: guardian).map(\.kind) == [.created])
    }

    @Test func `is found in an archive whose earlier segments were put back, and is gone again`()
        async throws
    {
        let site = try await create("Site__c", ["Name": "Secretive"])
        try await test.store.archive(to: archive)
        let kept = test.scratch("kept")
        try FileManager.default.copyItem(atPath: archive, toPath: kept)
        _ = try await test.session.erase([RecordReference(site)], reason: "asked for")
        try await test.store.archive(to: archive)
        await #expect(try Archive.verify(at: archive).findings == [])

        // No reader needs it: the one without the values has all of its transactions.
        for name in try FileManager.default.contentsOfDirectory(atPath: kept)
        where !FileManager.default.fileExists(atPath: archive + "/" + name) {
            try FileManager.default.copyItem(
                atPath: kept + "/" + name,
                toPath: archive + "/" + name
            )
        }
        let report = try await Archive.verify(at: archive)
        #expect(report.superseded > 0)
        #expect(report.findings.contains { $0.contains("erased later") })
        // Damage in it is no damage of the archive.
        for name in try FileManager.default.contentsOfDirectory(atPath: kept) {
            let file = URL(filePath: archive + "/" + name)
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: file)
        }
        await #expect(try Archive.verify(at: archive).findings == [])
        try await test.store.archive(to: archive)
        let after = try await Archive.verify(at: archive)
        #expect(after.findings == [] && after.superseded == 0)
    }

    @Test func `keeps what was in the bin there, and what is withheld can be used`() async throws {
        let site = try await create("Site__c", ["Name": "Secretive"])
        let visit = try await create("Visit__c", ["Site__c": .id(site)])
        try await test.session.delete(site)
        let before = try await test.store.lastPosition()
        _ = try await test.session.erase([RecordReference(site)], reason: "asked for")
        try await test.store.archive(to: archive)

        let store = try await restore(to: before)
        let session = store.session()
        #expect(try await store.session().recycleBin(limit: 10).map(\.id) == [site])
        try await session.undelete(site)
        let both = try await session.retrieve(from: "Visit__c", ids: [RecordReference(visit)])
        #expect(both[0]?["Site__c"] == .id(site))
        try await session.update("Site__c", id: site, ["Name": "New"])
        let renamed = try await store.lastPosition()
        let difference = try await store.session().differences(
            from: .position(before.advanced(by: 1))
        )
        #expect(difference.first { $0.record == site }?.changes.map(\.after) == ["New"])
        let results = try await session.erase([RecordReference(site)], reason: "again")
        #expect(results[0].isSuccess)
        #expect(try await store.session().history(of: site).allSatisfy { $0.changes.isEmpty })
        await #expect(try store.verify().findings == [])

        // Its own archive, and a restore from that to a moment in between, know both.
        let second = test.scratch("second archive")
        try await store.archive(to: second)
        await #expect(try Archive.verify(at: second).findings == [])
        let third = test.scratch("third")
        let again = try await RecordStore.restore(
            to: third,
            archive: second,
            point: .position(renamed)
        )
        #expect(again.withheld == [site])
        await #expect(try RecordStore.verify(at: third).findings == [])
        let history = try await RecordStore(at: third).session().history(of: site)
        #expect(history.filter { $0.kind == .withheld }.count == 2)
    }

    @Test func `lets the administrator begin again, for somebody must be able to act`() async throws
    {
        let administrator = test.session.user
        _ = try await test.session.update(
            "User",
            id: administrator,
            ["LastName": "Secretive", "Username": "Secretive@example.com"]
        )
        let before = try await test.store.lastPosition()
        _ = try await test.session.erase([RecordReference(administrator)], reason: "asked for")
        try await test.store.archive(to: archive)

        let store = try await restore(to: before)
        #expect(
            try await store.session().history(of: administrator).map(\.kind)
                == [.created, .updated, .withheld, .updated]
        )
        try await store.session().create("Site__c", ["Name": "New"])
        let replayed = test.scratch("replayed")
        _ = try await test.store.replay(to: replayed, through: .position(before))
        let other = try RecordStore(at: replayed)
        try await other.session().create("Site__c", ["Name": "New"])
        // The same for the archive of a store that was made this way.
        let second = test.scratch("second archive")
        try await store.archive(to: second)
        let again = try await RecordStore.restore(to: test.scratch("again"), archive: second)
        #expect(again.withheld == [])
    }

    @Test func `leaves a withheld record out of what was before`() async throws {
        let site = try await create("Site__c", ["Name": "Secretive"])
        let before = try await test.store.lastPosition()
        _ = try await test.session.erase([RecordReference(site)], reason: "asked for")
        try await test.store.archive(to: archive)

        let store = try await restore(to: before)
        let session = store.session()
        func count(_ moment: Position) async throws -> Int {
            var options = QueryOptions()
            options.asOf = .position(moment)
            return try await session.query("SELECT Id FROM Site__c", options: options).records.count
        }
        #expect(try await count(before) == 0)
        #expect(try await count(store.lastPosition()) == 1)
        #expect(try await store.session().differences(from: .position(before)).isEmpty)
        // Rewound to before, and replayed up to there.
        let back = test.scratch("back")
        let replayed = try await store.replay(to: back, backTo: .position(before))
        #expect(replayed.withheld == [site])
        await #expect(try RecordStore.verify(at: back).findings == [])
    }

    @Test func `obeys an erasure that lies in a later snapshot, with old segments put back`()
        async throws
    {
        let site = try await create("Site__c", ["Name": "Secretive"])
        try await test.store.archive(to: archive)
        let snapshots = test.scratch("snapshots")
        try await test.store.takeSnapshot(in: snapshots)
        let before = try await test.store.lastPosition()
        let kept = test.scratch("kept")
        try FileManager.default.copyItem(atPath: archive, toPath: kept)
        _ = try await test.session.erase([RecordReference(site)], reason: "asked for")
        try await test.store.archive(to: archive)
        let names = try FileManager.default.contentsOfDirectory(atPath: archive)
        for name in try FileManager.default.contentsOfDirectory(atPath: kept) {
            // Rewritten segments have new names.
            #expect(!names.contains(name))
            try FileManager.default.copyItem(
                atPath: kept + "/" + name,
                toPath: archive + "/" + name
            )
        }
        _ = try await restore(to: before, "newest generation")
        // Only a snapshot has the erasure.
        try await test.store.takeSnapshot(in: snapshots)
        let target = test.scratch("from snapshots")
        let restored = try await RecordStore.restore(
            to: target,
            snapshots: snapshots,
            archive: kept,
            point: .position(before)
        )
        #expect(restored.withheld == [site])
        #expect(restored.base != nil)
        let bytes = try Data(contentsOf: URL(filePath: target + "/data.mdb"))
        #expect(bytes.range(of: Data("Secretive".utf8)) == nil)
        // The next run deletes the old segments.
        try await test.store.archive(to: archive)
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: archive)) == Set(names))
    }

    @Test func `does not take a record for one of another history that has its id`() async throws {
        let common = try await create("Site__c", ["Name": "Common"])
        try await test.store.archive(to: archive)
        let point = await RestorePoint.position(try test.store.lastPosition())
        _ = try await RecordStore.restore(to: test.scratch("fork"), archive: archive, point: point)
        // Both histories create a record with the same id.
        let mine = try await create("Site__c", ["Name": "Mine"])
        let fork = try RecordStore(at: test.scratch("fork"))
        let theirs = try await fork.session().create([SObject("Site__c", ["Name": "Theirs"])])[0].id
        #expect(theirs == mine)
        let snapshots = test.scratch("snapshots")
        try await fork.session().update("Site__c", id: common, ["Name": "Still common"])
        try await fork.takeSnapshot(in: snapshots)
        _ = try await test.session.erase(
            [RecordReference(mine), RecordReference(common)],
            reason: "asked for"
        )
        try await test.store.takeSnapshot(in: snapshots)

        let restored = try await RecordStore.restore(to: test.scratch("t"), snapshots: snapshots)
        #expect(restored.withheld == [common])
        let store = try RecordStore(at: test.scratch("t"))
        let found = try await store.session().retrieve(
            from: "Site__c",
            ids: [RecordReference(mine)]
        )[0]
        #expect(found?["Name"] == "Theirs")
    }

    @Test func `nor does it where what the histories shared has left the log of the living one`()
        async throws
    {
        let common = try await create("Site__c", ["Name": "Common"])
        try await test.store.archive(to: archive)
        let shared = try await test.store.lastPosition()
        let mine = try await create("Site__c", ["Name": "Mine"])
        _ = try await test.session.erase(
            [RecordReference(mine), RecordReference(common)],
            reason: "asked for"
        )
        let snapshots = test.scratch("snapshots")
        try await test.store.takeSnapshot(in: snapshots)
        try await test.store.archive(to: archive)
        _ = try await RecordStore.restore(
            to: test.scratch("fork"),
            snapshots: snapshots,
            archive: archive,
            point: .position(shared)
        )
        let second = test.scratch("second")
        try await Self.goOn(with: test.scratch("fork"), expecting: mine, archive: second)
        try waitUntilClosed(test.scratch("fork"))
        let trimmed = try await RecordStore.trim(
            at: test.scratch("fork"),
            through: .time(SystemClock.now()),
            archive: second
        )
        #expect(trimmed.horizon > shared)
        _ = try await RecordStore(at: test.scratch("fork")).takeSnapshot(in: snapshots)

        for (number, other) in [nil, archive].enumerated() {
            let target = test.scratch("t\(number)")
            let restored = try await RecordStore.restore(
                to: target,
                snapshots: snapshots,
                archive: other
            )
            #expect(!restored.withheld.contains(mine))
            let found = try await RecordStore(at: target).session()
                .retrieve(from: "Site__c", ids: [RecordReference(mine)])[0]
            #expect(found?["Name"] == "Theirs")
        }
    }

    private static func goOn(
        with path: String,
        expecting id: RecordID,
        archive: String
    ) async throws {
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        let fork = try RecordStore(at: path, configuration: configuration)
        let session = fork.session()
        #expect(try await session.create("Site__c", ["Name": "Theirs"]) == id)
        for _ in 0..<300 { try await session.create("Site__c", ["Name": "More"]) }
        try await fork.archive(to: archive)
    }
}
