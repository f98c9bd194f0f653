import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A restore of a store that erased a record` {
    private let test: TestStore
    private let erased: RecordID
    private let archive: String
    /// The last event before the erasure.
    private let before: Position

    init() async throws {
        test = try TestStore()
        archive = test.scratch("archive")
        var record = SObject("ContactRequest", ["RequestDescription": "Jane Q. Secretive"])
        let results = try await test.session.create([record, record])
        erased = try #require(results[0].id)
        record.id = .id(erased)
        _ = try await test.session.update([record])
        try test.store.archive(to: archive)
        before = try test.store.lastPosition()
        test.clock.advance(seconds: 60)
        _ = try await test.session.erase([RecordReference(erased)], reason: "asked for")
        try test.store.archive(to: archive)
    }

    @Test(arguments: [false, true])
    func `tells nothing of it, at whatever moment`(isNewest: Bool) throws {
        let target = test.scratch("restored")
        let point = isNewest ? RestorePoint.newest : .position(before)
        let restored = try RecordStore.restore(to: target, archive: archive, point: point)

        let store = try RecordStore(at: target)
        #expect(isNewest || restored.lastPosition == before)
        #expect(try store.check(scratch: test.scratch("check")).findings == [])
        #expect(try store.verify().findings == [])
        let history = try store.history(of: erased)
        #expect(history.map(\.kind).suffix(3) == [.deleted, .emptied, .erased])
        #expect(history.prefix(2).map(\.isErased) == [true, true])
        let events = try store.events(limit: .max)
        let told = events.filter { $0.changes.contains { "\($0.after)".contains("Secretive") } }
        let other = try otherRecord(of: store)
        #expect(told.map(\.record) == [other])
        let reference = RecordReference(erased)
        let live = try store.session().retrieve(from: "ContactRequest", ids: [reference])
        #expect(live[0] == nil)
    }

    private func otherRecord(of store: RecordStore) throws -> RecordID {
        let selection = try store.session().selection(of: "ContactRequest")
        return try #require(try store.records(selection).first?.id)
    }

    @Test func `is refused where others keep it from being deleted then`() async throws {
        let schema = """
            {"objects": [
                {"name": "Site__c", "label": "Site", "labelPlural": "Sites", "keyPrefix": "a00",
                 "fields": []},
                {"name": "Visit__c", "label": "Visit", "labelPlural": "Visits", "keyPrefix": "a01",
                 "fields": [{"name": "Site__c", "type": "reference", "referenceTo": ["Site__c"],
                             "onTargetDeletion": "restrict"}]}
            ]}
            """
        let test = try TestStore(schema: SchemaFile(json: Array(schema.utf8)))
        let archive = test.scratch("archive")
        let site = try #require(try await test.session.create("Site__c", ["Name": "a"]).id)
        let visit = try #require(
            try await test.session.create("Visit__c", ["Site__c": .id(site)]).id
        )
        let before = try test.store.lastPosition()
        _ = try await test.session.delete(visit)
        _ = try await test.session.erase([RecordReference(site)], reason: "asked for")
        try test.store.archive(to: archive)

        let target = test.scratch("restored")
        #expect(throws: StoreError.recovery(.erasedSince(record: site))) {
            try RecordStore.restore(to: target, archive: archive, point: .position(before))
        }
        #expect(!FileManager.default.fileExists(atPath: target))
    }
}
