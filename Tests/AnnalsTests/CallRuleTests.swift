import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

struct `A call, by its rules,` {
    private static let schema = """
        {"objects": [
          {"name": "Site__c", "fields": [
            {"name": "Code__c", "type": "string", "unique": true, "externalId": true},
            {"name": "Batch__c", "type": "string", "externalId": true},
            {"name": "Parent__c", "type": "reference", "referenceTo": ["Site__c"],
             "relationshipName": "Parent__r"},
            {"name": "Request__c", "type": "reference", "referenceTo": ["ContactRequest"],
             "relationshipName": "Request__r"}]}]}
        """

    private func store() throws -> TestStore {
        try TestStore(schema: try SchemaFile(json: Array(Self.schema.utf8)))
    }

    private func create(_ test: TestStore, _ record: SObject) async throws -> RecordID {
        try #require(try await test.session.create([record]).only.id)
    }

    private func fault(_ body: () async throws -> Void) async throws -> Fault {
        let error = await #expect(throws: StoreError.self) { try await body() }
        guard case .fault(let fault)? = error else { throw try #require(error) }
        return fault
    }

    @Test(arguments: [Value.text(""), .text(" \n"), .null])
    func `takes an empty Id for none`(id: Value) async throws {
        let test = try store()
        for asField in [false, true] {
            var record = SObject("Account", ["Name": "A"])
            if asField {
                record.fields.append(SObject.Assignment("id", id))
            } else {
                record.id = id
            }

            let created = try await test.session.create([record]).only
            #expect(created.errors == [])
            let upserted = try await test.session.upsert([record], by: "Id").only
            #expect(upserted.isCreated && upserted.isSuccess)
            let updated = try await test.session.update([record]).only
            #expect(updated.errors.map(\.statusCode) == [.missingArgument])
        }
    }

    @Test func `refuses an Id and a key that name two records`() async throws {
        let test = try store()
        let one = try await create(test, SObject("Site__c", ["Code__c": "1"]))
        let two = try await create(test, SObject("Site__c", ["Code__c": "2"]))

        let other = try await test.session.upsert(
            [SObject("Site__c", id: two, ["Code__c": "1", "Batch__c": "x"])],
            by: "Code__c"
        ).only
        let same = try await test.session.upsert(
            [SObject("Site__c", id: one, ["Code__c": "1", "Batch__c": "y"])],
            by: "Code__c"
        ).only
        let unknown = try await test.session.upsert(
            [SObject("Site__c", id: one, ["Code__c": "3"])],
            by: "Code__c"
        ).only

        #expect(other.errors.map(\.statusCode) == [.invalidFieldForInsertUpdate])
        #expect(other.errors.first?.fields == ["Id", "Code__c"])
        #expect(same.isSuccess && same.id == one)
        #expect(unknown.errors.map(\.statusCode) == [.invalidFieldForInsertUpdate])
        let records = try await test.session.retrieve(
            from: "Site__c",
            ids: [RecordReference(one), RecordReference(two)]
        )
        #expect(records.map { $0?["Batch__c"] } == ["y", .null])
    }

    @Test func `takes a reference again that the record has, whatever became of its target`()
        async throws
    {
        let test = try store()
        let session = test.session
        let contact = try await create(test, SObject("Contact", ["LastName": "L"]))
        let user = try await create(test, SObject("User", ["Username": "u", "LastName": "U"]))
        let request = try await create(
            test,
            SObject("ContactRequest", ["WhoId": .id(contact), "OwnerId": .id(user)])
        )
        try await session.delete(contact)
        try await session.update("User", id: user, ["IsActive": false])
        func update(_ fields: KeyValuePairs<String, Value>) async throws -> [StatusCode] {
            try await session.update([SObject("ContactRequest", id: request, fields)])[0].errors
                .map(\.statusCode)
        }

        #expect(try await update(["WhoId": .id(contact), "Status": "Contacted"]) == [])
        #expect(try await update(["WhoId": .text(contact.shortDescription)]) == [])
        #expect(try await update(["OwnerId": .id(user)]) == [])
        #expect(try await update(["WhoId": .null]) == [])
        #expect(try await update(["WhoId": .id(contact)]) == [.entityIsDeleted])
        try await session.update("ContactRequest", id: request, ["OwnerId": .id(session.user)])
        #expect(try await update(["OwnerId": .id(user)]) == [.inactiveOwnerOrUser])
    }

    @Test func `deletes no queue that owns records`() async throws {
        let test = try store()
        let queue = try await create(test, SObject("Group", ["Name": "Q", "Type": "Queue"]))
        let empty = try await create(test, SObject("Group", ["Name": "E", "Type": "Queue"]))
        let site = try await create(test, SObject("Site__c", ["OwnerId": .id(queue)]))

        let refused = try await test.session.delete([RecordReference(queue)])[0]
        #expect(refused.errors.map(\.statusCode) == [.deleteFailed])
        try await test.session.delete(empty)
        try await test.session.delete(site)
        try await test.session.delete(queue)
    }

    @Test func `deactivates no last administrator`() async throws {
        let test = try store()
        let session = test.session
        let off = SObject("User", id: session.user, ["IsActive": false])

        let refused = try await session.update([off]).only
        #expect(refused.errors.map(\.statusCode) == [.cannotDisableLastAdmin])
        #expect(refused.errors.first?.fields == ["IsActive"])
        let other = try await create(test, SObject("User", ["Username": "b", "LastName": "B"]))
        let both = try await session.update([
            SObject("User", id: other, ["IsActive": false]), off,
        ])
        #expect(both.map(\.isSuccess) == [true, false])
        try await session.update("User", id: other, ["IsActive": true])
        #expect(try await session.update([off]).only.isSuccess)
    }

    @Test func `names the caller's field where an external id is found twice`() async throws {
        let test = try store()
        for _ in 0..<2 { _ = try await create(test, SObject("Site__c", ["Batch__c": "b"])) }

        let result = try await test.session.create([
            SObject(
                "Site__c",
                ["Parent__c": .lookup(object: "Site__c", field: "Batch__c", value: "b")]
            )
        ]).only

        #expect(result.errors.map(\.statusCode) == [.duplicateExternalID])
        #expect(result.errors.first?.fields == ["Parent__c"])
        #expect(result.errors.first?.message.hasPrefix("Parent: more than one record") == true)
    }

    @Test func `of upsert names no record by its external id that it makes itself`() async throws {
        let test = try store()
        func pair(_ code: String) -> [SObject] {
            [
                SObject("Site__c", ["Code__c": .text(code)]),
                SObject(
                    "Site__c",
                    [
                        "Code__c": .text(code + "'"),
                        "Parent__c": .lookup(object: "Site__c", field: "Code__c", value: code),
                    ]
                ),
            ]
        }

        let upserted = try await test.session.upsert(pair("u"), by: "Code__c")
        #expect(upserted.map(\.isSuccess) == [true, false])
        #expect(upserted[1].errors.map(\.statusCode) == [.invalidField])
        let again = try await test.session.upsert(pair("u"), by: "Code__c")
        #expect(again.map(\.isSuccess) == [true, true])
        let created = try await test.session.create(pair("c"))
        #expect(created.map(\.isSuccess) == [true, true])
    }

    @Test func `that was taken back tells which records it would have created`() async throws {
        let test = try store()
        let known = try await create(test, SObject("Site__c", ["Code__c": "k"]))

        let results = try await test.session.upsert(
            [
                SObject("Site__c", ["Code__c": "new"]), SObject("Site__c", ["Code__c": "k"]),
                SObject("Site__c", ["Code__c": "bad", "Parent__c": "nothing"]),
            ],
            by: "Code__c",
            options: CallOptions(allOrNone: true)
        )

        #expect(results.map(\.isSuccess) == [false, false, false])
        #expect(results.map(\.isCreated) == [true, false, false])
        #expect(results.map(\.id) == [nil, known, nil])
    }

    @Test func `knows no object that is newer than its version, by id either`() async throws {
        let test = try store()
        let request = try await create(test, SObject("ContactRequest"))
        let old = try test.store.session(apiVersion: 44)
        let reference = [RecordReference(request)]
        let none = [StatusCode.invalidCrossReferenceKey]

        #expect(try await old.delete(reference).only.errors.map(\.statusCode) == none)
        try await old.create("Account", ["Name": "A"])
        let site = try await old.create([SObject("Site__c", ["Request__c": .id(request)])])[0]
        #expect(site.errors.map(\.statusCode) == [.malformedID])
        for object in ["Account", "Case", "Contact", "Group", "User", "WorkOrder", "Site__c"] {
            #expect(try old.describeSObjects([object]).count == 1)
            _ = try await old.retrieve(from: object, ids: reference)
        }
        for soql in [
            "SELECT Id FROM ContactRequest", "SELECT Request__r.Name FROM Site__c",
            "SELECT (SELECT Id FROM ContactRequests) FROM Account",
        ] {
            let refused = try await fault { _ = try await old.query(text: soql) }
            #expect([.invalidType, .invalidField].contains(refused.exceptionCode), "\(soql)")
        }
        _ = try await test.session.delete(reference)
        #expect(
            try await old.undelete(reference).only.errors.map(\.statusCode) == [.undeleteFailed]
        )
        #expect(
            try await old.emptyRecycleBin(reference).only.errors.map(\.statusCode)
                == [.invalidIDField]
        )
        #expect(try await test.session.undelete(reference).only.isSuccess)
        let (start, end) = (test.store.created, test.clock.time.advanced(byMilliseconds: 120_000))
        let updated = try await fault {
            _ = try await old.getUpdated("ContactRequest", from: start, to: end)
        }
        let deleted = try await fault {
            _ = try await old.getDeleted("ContactRequest", from: start, to: end)
        }
        #expect([updated.exceptionCode, deleted.exceptionCode] == [.invalidType, .invalidType])
    }

    @Test func `of a version that is not served is refused`() async throws {
        let test = try store()
        for version in [Int.min, -1, 0, 10, 30] {
            let refused = try await fault { _ = try test.store.session(apiVersion: version) }
            #expect(refused.exceptionCode.rawValue == "UNSUPPORTED_API_VERSION")
        }
        for version in [68, 99, Int.max] {
            let refused = try await fault { _ = try test.store.session(apiVersion: version) }
            #expect(refused.exceptionCode.rawValue == "INVALID_VERSION")
        }
        #expect(try test.store.session(apiVersion: 31).apiVersion == 31)
        #expect(APIVersion.number("60") == 60 && APIVersion.number("60.0") == 60)
        for text in ["", ".0", "60.", "60.1", "60.00", "v60", "+60", " 60", "6e1", "1000", "٦٠"] {
            #expect(APIVersion.number(text) == nil, "\(text)")
        }
    }

    @Test func `of retrieve tells the Id, and when its user last saw the record`() async throws {
        let test = try store()
        let request = try await create(test, SObject("ContactRequest"))
        let other = try await create(test, SObject("User", ["Username": "o", "LastName": "O"]))
        let names = ["LastViewedDate", "LastReferencedDate"]
        func seen(_ session: Session) async throws -> [Value?] {
            let record = try await session.retrieve(
                names,
                from: "ContactRequest",
                ids: [RecordReference(request)]
            )[0]
            #expect(record?.fieldNames == names + ["Id"])
            #expect(record?["Id"] == .id(request))
            return names.map { record?[$0] }
        }
        #expect(try await seen(test.session) == [.null, .null])
        test.clock.advance(milliseconds: 61_234)
        _ = try await test.session.query("SELECT Id FROM ContactRequest FOR VIEW")

        let time = Value.dateTime(test.clock.time.wholeSecond)
        #expect(try await seen(test.session) == [time, time])
        #expect(try await seen(test.store.session(as: other)) == [.null, .null])
        let row = try await test.session.query("SELECT LastViewedDate FROM ContactRequest").records[
            0
        ]
        #expect(try row.value("LastViewedDate") == time)
        let whole = try await test.session.retrieve(
            from: "ContactRequest",
            ids: [RecordReference(request)],
            asOf: .position(try test.store.lastPosition())
        )[0]
        #expect(whole?["LastViewedDate"] == time)
    }

    @Test func `purges nothing before its fifteen days are over, to the millisecond`() async throws
    {
        let test = try store()
        test.clock.advance(milliseconds: 700)
        let id = try await create(test, SObject("Account", ["Name": "A"]))
        try await test.session.delete(id)
        test.clock.advance(days: 15)
        test.clock.advance(milliseconds: -1)

        #expect(try await test.store.purgeExpired() == 0)
        test.clock.advance(milliseconds: 1)
        #expect(try await test.store.purgeExpired() == 1)
    }

    @Test func `for a window that is too short has the API's own words`() async throws {
        let test = try store()
        test.clock.advance(minutes: 5)
        let now = test.clock.time

        let refused = try await fault {
            _ = try await test.session.getUpdated("Account", from: now, to: now)
        }
        #expect(refused.exceptionCode == .invalidReplicationDate)
        #expect(refused.message == "startDate must be at least one minute greater than endDate")
    }

    @Test func `covers the present minute where it is told to`() async throws {
        let test = try store()
        test.clock.advance(days: 40)

        #expect(try await test.store.cover() == test.clock.time.wholeMinute)
        test.clock.advance(minutes: -10)
        let id = try await create(test, SObject("Account", ["Name": "A"]))
        let history = try await test.store.session().history(of: id)
        #expect(history[0].time >= test.clock.time.advanced(byMilliseconds: 600_000).wholeMinute)
    }

    @Test func `has errors whose localized description is their message`() async throws {
        let test = try store()
        let record = try await test.session.create([SObject("Account", [:])])[0].errors[0]
        let fault = try await fault { _ = try await test.session.query("SELECT") }
        let errors: [(any Error, String)] = [
            (record, "REQUIRED_FIELD_MISSING: Required fields are missing: [Name] [Name]"),
            (fault, fault.description), (StoreError.fault(fault), fault.description),
            (StoreError.closed, "The store is closed."),
            (StoreError.noTransactionYet, StoreError.noTransactionYet.description),
            (StorageError.diskFull(path: "p"), StorageError.diskFull(path: "p").description),
            (SchemaError("place", "reason"), "place: reason"),
            (FieldNotSelected("x", selected: ["y"]), "x was not selected; what was: y"),
        ]

        for (error, message) in errors { #expect(error.localizedDescription == message) }
    }
}
