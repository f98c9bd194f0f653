import AnnalsTestSupport
import Testing

@testable import Annals

/// A store for tests, with a clock that stands still.
struct TestStore {
    let clock = TestClock()
    let store: RecordStore
    let session: Session
    let scratch = Scratch()

    /// - Parameter patienceSeconds: Matters with a journal; long, so that calls stay pending until
    ///   they are needed.
    init(
        schema: SchemaFile = SchemaFile(objects: []),
        durability: Durability = .onDemand,
        patienceSeconds: Double = 60
    ) throws {
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        configuration.durability = durability
        configuration.patienceSeconds = patienceSeconds
        configuration.mapSizeBytes = 8 << 20
        let path = scratch("store")
        try RecordStore.create(at: path, schema: schema, configuration: configuration)
        store = try RecordStore(at: path, configuration: configuration)
        session = store.session()
    }
}

struct `A record` {
    @Test func `is created, changed, deleted and brought back, and each step is an event`()
        async throws
    {
        let test = try TestStore()
        let session = test.session
        let created = try await session.create([
            SObject("ContactRequest", ["PreferredPhone": "+1 555 0100"])
        ])[0]
        let id = try #require(created.id)
        try await session.update("ContactRequest", id: id, ["Status": "Contacted"])
        try await session.delete(id)
        #expect(
            try await session.retrieve(from: "ContactRequest", ids: [RecordReference(id)])[0] == nil
        )
        try await session.undelete(id)

        let record = try await session.retrieve(from: "ContactRequest", ids: [RecordReference(id)])[
            0
        ]
        #expect(record?["Status"] == "Contacted")
        #expect(record?["Name"] == "CR-00000001")
        let history = try await test.store.session().history(of: id)
        #expect(history.map(\.kind) == [.created, .updated, .deleted, .undeleted])
        #expect(history[1].changes.map(\.before) == ["New"])
        await #expect(try test.store.check(scratch: test.scratch("check")).findings == [])
    }
}

struct `A new store` {
    @Test func `is not made where its first user would lack what users must have`() throws {
        let scratch = Scratch()
        func schema(_ more: String) throws -> SchemaFile {
            let field = #"{"name": "Team__c", "type": "string", "required": true\#(more)}"#
            let text = #"{"objects": [{"name": "User", "fields": [\#(field)]}]}"#
            return try SchemaFile(json: Array(text.utf8))
        }
        let refused = SchemaError(
            "User.Team__c",
            "the user whom a store begins with has no value for it: give it a default, or require it "
                + "when there is one"
        )
        #expect(throws: StoreError.schema(refused)) {
            try RecordStore.create(at: scratch("store"), schema: schema(""))
        }
        try RecordStore.create(at: scratch("store"), schema: schema(#", "default": "all""#))
    }
}
