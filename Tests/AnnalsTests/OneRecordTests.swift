import AnnalsTestSupport
import Testing

@testable import Annals

struct `A call of one record` {
    @Test func `answers the id, or the event that it wrote`() async throws {
        let test = try TestStore()
        let session = test.session

        let id = try await session.create(SObject("Contact", ["LastName": "Ng"]))
        let updated = try await session.update("Contact", id: id, ["LastName": "Sato"])
        let expected = SObject("Contact", id: id, ["FirstName": "Mai"], expectedPosition: updated)
        let again = try await session.update(expected)
        let reference = RecordReference(id, expectedPosition: again)
        let deleted = try await session.delete(reference)
        let undeleted = try await session.undelete(id)

        let history = try await test.session.history(of: id)
        #expect(history.dropFirst().map(\.position) == [updated, again, deleted, undeleted])
        #expect(history.map(\.kind) == [.created, .updated, .updated, .deleted, .undeleted])
    }

    @Test func `answers no event where nothing changed`() async throws {
        let test = try TestStore()
        let id = try await test.session.create("Contact", ["LastName": "Ng"])
        let unchanged = SObject("Contact", id: id, ["LastName": "Ng"])

        let options = CallOptions(skipUnchanged: true)
        #expect(try await test.session.update(unchanged, options: options) == nil)
        #expect(try await test.session.update(unchanged) != nil)
    }

    @Test func `of an upsert answers the record that its key finds, or a new one`() async throws {
        let json = """
            {"objects": [{"name": "T__c", "label": "T", "fields": [{"name": "Key__c", "label": "K",
            "type": "string", "externalId": true, "unique": true}]}]}
            """
        let test = try TestStore(schema: SchemaFile(json: Array(json.utf8)))
        let record = SObject("T__c", ["Key__c": "one"])

        let made = try await test.session.upsert(record, by: "Key__c")
        #expect(try await test.session.upsert(record, by: "Key__c") == made)
        let other = try await test.session.upsert(SObject("T__c", ["Key__c": "two"]), by: "Key__c")
        #expect(other != made)
    }

    @Test func `throws all that is wrong with it, with codes, messages and fields`() async throws {
        let test = try TestStore()
        let id = try await test.session.create("Contact", ["LastName": "Ng"])
        let before = try await test.store.lastPosition()
        let long = Value.text(String(repeating: "x", count: 300))
        let session = test.session

        func refusal(_ call: () async throws(StoreError) -> Void) async throws -> [RecordError] {
            do throws(StoreError) {
                try await call()
                return []
            } catch {
                guard case .refused(let errors, index: nil) = error else { throw error }
                return errors
            }
        }
        let created = try await refusal { () throws(StoreError) in
            try await session.create("Contact", ["LastName": long, "Email": "nobody"])
        }
        #expect(created.map(\.statusCode) == [.stringTooLong, .invalidEmailAddress])
        #expect(created.map(\.fields) == [["LastName"], ["Email"]])
        #expect(created[1].message.contains("nobody"))
        let updated = try await refusal { () throws(StoreError) in
            try await session.update("Contact", id: id, ["LastName": long])
        }
        #expect(updated.map(\.statusCode) == [.stringTooLong])
        let upserted = try await refusal { () throws(StoreError) in
            try await session.upsert(SObject("Contact", id: id, ["LastName": long]), by: "Id")
        }
        #expect(upserted.map(\.statusCode) == [.stringTooLong])
        let undeleted = try await refusal { () throws(StoreError) in
            try await session.undelete(id)
        }
        #expect(undeleted.map(\.statusCode) == [.undeleteFailed])
        let deleted = try await refusal { () throws(StoreError) in
            try await session.delete(RecordReference(text: "no id"))
        }
        #expect(deleted.map(\.statusCode) == [.malformedID])
        await #expect(try test.store.lastPosition() == before)
    }

    @Test func `that is refused as a call throws the fault, as calls of many do`() async throws {
        let test = try TestStore()
        let error = await #expect(throws: StoreError.self) {
            try await test.session.create("Nothing", [:])
        }
        guard case .fault(let fault)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(fault.exceptionCode == .invalidType)
    }
}

struct `Results that are asked for what they got` {
    private let good = SObject("Contact", ["LastName": "Ng"])
    private let bad = SObject("Contact", ["FirstName": "Mai"])

    @Test func `are the ids, in the order of the records`() async throws {
        let test = try TestStore()
        let results = try await test.session.create([good, good, good])
        let ids = try results.get()

        #expect(ids.count == 3 && Set(ids).count == 3)
        #expect(ids == results.compactMap(\.id))
        #expect(try results[1].get() == ids[1])
        #expect(try [RecordResult]().get() == [])
    }

    @Test func `throw the first record that was refused, and its place`() async throws {
        let test = try TestStore()
        let results = try await test.session.create([good, good, bad, bad])

        let error = #expect(throws: StoreError.self) { try results.get() }
        #expect(error == .refused(results[2].errors, index: 2))
        #expect(
            error?.description
                == "Record 2 of the call: REQUIRED_FIELD_MISSING: \(results[2].errors[0].message) "
                + "[LastName]"
        )
        #expect(throws: StoreError.refused(results[2].errors, index: nil)) {
            try results[2].get()
        }
    }

    @Test func `of all or none throw the record at fault, not those that fell with it`()
        async throws
    {
        let test = try TestStore()
        let options = CallOptions(allOrNone: true)
        let results = try await test.session.create([good, good, bad], options: options)

        #expect(results[0].errors.map(\.statusCode) == [.allOrNoneOperationRolledBack])
        #expect(throws: StoreError.refused(results[2].errors, index: 2)) { try results.get() }
    }
}
