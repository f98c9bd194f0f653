import Annals
import Testing

struct `An upsert with an expected position` {
    private let schema: SchemaFile

    init() {
        var key = SchemaFile.FieldDeclaration(name: "Key__c")
        key.type = "string"
        key.length = 20
        key.externalId = true
        key.unique = true
        schema = SchemaFile(objects: [.init(name: "Contact", fields: [key])])
    }

    private func contact(_ key: String, expecting position: Position?) -> SObject {
        SObject(
            "Contact",
            ["LastName": "Ng", "Key__c": .text(key)],
            expectedPosition: position
        )
    }

    @Test func `that finds no record is refused as a conflict, and writes nothing`() async throws {
        let test = try TestStore(schema: schema)
        let before = try await test.store.info()
        let withoutID = SObject("Contact", ["LastName": "Ng"], expectedPosition: Position(7))

        let byKey = try await test.session.upsert(
            [contact("a", expecting: Position(7))],
            by: "Key__c"
        )
        let byID = try await test.session.upsert([withoutID], by: "Id")

        for result in byKey + byID {
            #expect(result.errors.map(\.statusCode) == [.failedIfLastModified])
            #expect(result.errors.first?.conflict == .init(expected: 7, actual: 0))
            #expect(result.errors.first?.message.hasPrefix("there is no record") == true)
            #expect(result.id == nil)
        }
        await #expect(try test.store.info() == before)
    }

    @Test func `before the first event creates, and once only`() async throws {
        let test = try TestStore(schema: schema)
        let record = contact("a", expecting: .beforeFirst)

        let first = try await test.session.upsert([record], by: "Key__c")
        let second = try await test.session.upsert([record], by: "Key__c")

        #expect(first.map(\.isCreated) == [true])
        #expect(second[0].errors.map(\.statusCode) == [.failedIfLastModified])
        let again = try await test.session.upsert(
            [contact("a", expecting: first[0].position)],
            by: "Key__c"
        )
        #expect(again[0].isSuccess && !again[0].isCreated)
    }
}
