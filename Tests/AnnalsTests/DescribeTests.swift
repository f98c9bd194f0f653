import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A session` {
    private func fault(of body: () throws -> Void) throws -> Fault {
        let error = try #require(throws: StoreError.self) { try body() }
        guard case .fault(let fault) = error else { throw error }
        return fault
    }

    @Test func `describes objects in the order they are asked for, each as often`() throws {
        let session = try TestStore().session

        let described = try session.describeSObjects(["contactrequest", "User", "ContactRequest"])

        #expect(described.map(\.name) == ["ContactRequest", "User", "ContactRequest"])
        #expect(described[0] == described[2])
        #expect(try session.describeSObjects([]).isEmpty)
    }

    @Test func `tells nothing where one object is not known`() throws {
        let session = try TestStore().session

        let fault = try fault { _ = try session.describeSObjects(["User", "Nothing__c"]) }

        #expect(fault.exceptionCode == .invalidType)
        #expect(fault.message.contains("'Nothing__c'"))
    }

    @Test func `describes a hundred objects and no more`() throws {
        let session = try TestStore().session
        let names = [String](repeating: "Account", count: 101)

        #expect(try session.describeSObjects(names.dropLast()).count == 100)
        let fault = try fault { _ = try session.describeSObjects(names) }
        #expect(fault.exceptionCode == .exceededMaxTypesLimit)
    }

    @Test func `describes what its API version knows`() throws {
        let test = try TestStore()
        let old = try test.store.session(apiVersion: 59)

        #expect(try old.describeSObjects(["ContactRequest"])[0]["IsCallback"] == nil)
        #expect(try test.session.describeSObjects(["ContactRequest"])[0]["IsCallback"] != nil)
        let layout = try old.describeLayout("ContactRequest").layouts[0]
        let shown = layout.detailLayoutSections.flatMap(\.layoutRows).flatMap(\.layoutItems)
            .compactMap(\.field?.name)
        #expect(shown.contains("Status") && !shown.contains("IsCallback"))
        let older = try test.store.session(apiVersion: 44)
        let known = older.describeGlobal().sobjects.map(\.name)
        #expect(known.contains("Account") && !known.contains("ContactRequest"))
        let global = try fault { _ = try older.describeSObjects(["ContactRequest"]) }
        let page = try fault { _ = try older.describeLayout("ContactRequest") }
        #expect([global.exceptionCode, page.exceptionCode] == [.invalidType, .invalidType])
    }

    @Test func `describes custom objects from when they are defined`() async throws {
        let test = try TestStore()
        #expect(
            try fault { _ = try test.session.describeLayout("Site__c") }.exceptionCode
                == .invalidType
        )
        let json = """
            {"objects": [{"name": "Site__c", "fields": [
              {"name": "Account__c", "type": "reference", "referenceTo": ["Account"],
               "relationshipName": "Account__r", "onTargetDeletion": "cascade"}]}]}
            """
        try await test.store.define(try SchemaFile(json: Array(json.utf8)))

        let described = try test.session.describeSObjects(["Site__c", "Account"])

        #expect(described[0].summary.custom)
        #expect(described[0].summary.keyPrefix == "a00")
        let children = described[1].childRelationships.filter { $0.childSObject == "Site__c" }
        #expect(children.map(\.relationshipName) == ["Sites__r"])
        #expect(children.map(\.cascadeDelete) == [true])
        #expect(test.session.describeGlobal().sobjects.contains { $0.name == "Site__c" })
        #expect(try test.session.describeLayout("Site__c").layouts.count == 1)
    }

    @Test func `puts where people see records before the page links`() throws {
        let session = try TestStore().session

        let described = try session.describeSObjects(["Lead"], instanceURL: "https://a.example")

        let json = String(decoding: try JSONEncoder().encode(described), as: UTF8.self)
            .replacingOccurrences(of: "\\/", with: "/")
        #expect(json.contains(#""uiDetailTemplate":"https://a.example/{ID}""#))
        #expect(json.contains(#""rowTemplate":"/services/data/v67.0/sobjects/Lead/{ID}""#))
    }

    @Test(arguments: [
        ("012000000000000AAA", nil), ("012000000000000", nil),
        ("nonsense", ExceptionCode.malformedID), ("005000000000001AAA", .invalidIDField),
        ("012000000000001AAA", .invalidCrossReferenceKey),
    ])
    func `knows no record type but the master`(id: String, code: ExceptionCode?) throws {
        let session = try TestStore().session

        guard let code else {
            #expect(try session.describeLayout("Case", recordTypeIDs: [id]).layouts.count == 1)
            return
        }
        let fault = try fault { _ = try session.describeLayout("Case", recordTypeIDs: [id]) }
        #expect(fault.exceptionCode == code)
    }

    @Test func `refuses a layout that is not for the object`() throws {
        let session = try TestStore().session
        let section = LayoutFile.Section(heading: nil, rows: [[LayoutFile.Cell("Nothing")]])
        let file = LayoutFile(object: "Case", sections: [section])

        let error = try #require(throws: StoreError.self) {
            try session.describeLayout("Case", layout: file)
        }

        guard case .layout(let reason) = error else { throw error }
        #expect(reason.place == "sections[0].rows[0][0]")
    }
}
