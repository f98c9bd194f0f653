import AnnalsTestSupport
import Testing

@testable import Annals

struct `The default of a unique field` {
    private static let json = #"""
        {"objects": [{"name": "T__c", "fields": [
          {"name": "Code__c", "type": "string", "length": 20, "unique": true, "externalId": true,
           "default": "Ünset"},
          {"name": "Key__c", "type": "string", "length": 20, "unique": true, "externalId": true},
          {"name": "Number__c", "type": "int", "unique": true},
          {"name": "Other__c", "type": "reference", "referenceTo": ["T__c"],
           "relationshipName": "Other__r"}]}]}
        """#

    private func makeStore() throws -> TestStore {
        try TestStore(schema: SchemaFile(json: Array(Self.json.utf8)))
    }

    private func codes(_ results: [RecordResult]) -> [StatusCode?] {
        results.map { $0.errors.first?.statusCode }
    }

    @Test func `is held by one record only`() async throws {
        let test = try makeStore()

        let results = try await test.session.create(Array(repeating: SObject("T__c"), count: 2))
        let next = try await test.session.create([SObject("T__c", [:])])[0]
        let given = try await test.session.create([SObject("T__c", ["Code__c": "üNSET"])])[0]
        let other = try await test.session.create([SObject("T__c", ["Code__c": "other"])])[0]
        let null = try await test.session.create([SObject("T__c", ["Code__c": .null])])[0]

        #expect(codes(results) == [nil, .duplicateValue])
        #expect(next.errors.first?.statusCode == .duplicateValue)
        #expect(next.errors.first?.fields == ["Code__c"])
        #expect(given.errors.first?.statusCode == .duplicateValue)
        #expect(other.isSuccess && null.isSuccess)
    }

    @Test func `is looked at where the writer puts a record together`() async throws {
        let test = try makeStore()
        let first = SObject("T__c", ["Key__c": "1"])
        // A record with a foreign key by external id is not prepared: the writer puts it together.
        let second = SObject(
            "T__c",
            ["Other__c": .lookup(object: "T__c", field: "Key__c", value: "1")]
        )

        #expect(codes(try await test.session.create([first])) == [nil])
        #expect(codes(try await test.session.create([second])) == [.duplicateValue])
    }

    @Test func `is looked at where an upsert creates`() async throws {
        let test = try makeStore()
        let records = ["1", "2"].map { SObject("T__c", ["Key__c": .text($0)]) }

        let results = try await test.session.upsert(records, by: "Key__c")
        let again = try await test.session.upsert(records, by: "Key__c")

        #expect(codes(results) == [nil, .duplicateValue])
        #expect(again[0].isSuccess && !again[0].isCreated)
        #expect(codes(again) == [nil, .duplicateValue])
        #expect(try await test.store.session().find("ünset", in: "Code__c", of: "T__c").count == 1)
    }

    @Test func `is free while its record is deleted, and holds that back afterwards`() async throws
    {
        let test = try makeStore()
        let first = try await test.session.create([SObject("T__c", [:])])[0]
        let id = try #require(first.id)
        try await test.session.delete(id)

        let second = try await test.session.create([SObject("T__c", [:])])[0]
        let back = try await test.session.undelete([RecordReference(id)])[0]

        #expect(second.isSuccess)
        #expect(back.errors.first?.statusCode == .duplicateValue)
    }

    @Test func `is looked at when a schema change has brought it`() async throws {
        let test = try makeStore()
        for key in ["1", "2"] {
            try await test.session.create("T__c", ["Code__c": .text(key)])
        }
        let json =
            #"{"objects": [{"name": "T__c", "fields": [{"name": "Number__c", "default": 7}]}]}"#
        try await test.store.define(SchemaFile(json: Array(json.utf8)))

        let first = try await test.session.create([SObject("T__c", ["Code__c": "3"])])[0]
        let second = try await test.session.create([SObject("T__c", ["Code__c": "4"])])[0]
        let third = try await test.session.create([
            SObject("T__c", ["Code__c": "5", "Number__c": "7.0"])
        ])[0]

        #expect(first.isSuccess)
        #expect(second.errors.first?.statusCode == .duplicateValue)
        #expect(third.errors.first?.statusCode == .duplicateValue)
    }

    @Test func `that the field cannot hold is refused where it is used`() async throws {
        var number = SchemaFile.FieldDeclaration(name: "Number__c")
        number.type = "int"
        number.default = .integer(3_000_000_000)
        var text = SchemaFile.FieldDeclaration(name: "Text__c")
        text.type = "string"
        text.length = 3
        text.default = .text(" abcd ")
        var trimmed = SchemaFile.FieldDeclaration(name: "Trimmed__c")
        trimmed.type = "string"
        trimmed.default = .text(" e\u{301} ")
        let test: TestStore
        do {
            test = try TestStore(
                schema: SchemaFile(objects: [
                    .init(name: "T__c", fields: [number, text, trimmed])
                ])
            )
        } catch {
            // A schema with this default may be refused earlier.
            return
        }

        let refused = try await test.session.create([SObject("T__c", [:])])[0]
        let taken = try await test.session.create([
            SObject("T__c", ["Number__c": 1, "Text__c": "abc"])
        ])[0]

        #expect(refused.errors.map(\.statusCode) == [.numberOutsideValidRange, .stringTooLong])
        let record = try await test.session.retrieve(
            from: "T__c",
            ids: [RecordReference(try #require(taken.id))]
        )[0]
        #expect(record?["Trimmed__c"] == "e\u{301}")
        #expect(record?["Number__c"] == 1)
    }
}
