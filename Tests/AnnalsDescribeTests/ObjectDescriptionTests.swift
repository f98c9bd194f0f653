import AnnalsDescribe
import AnnalsJSON
import AnnalsSchema
import AnnalsTestSupport
import Foundation
import Testing

struct `The describe of an object` {
    /// The golden file is the worked example of the specification (Specification: describe 4.1).
    ///
    /// It was made from the rules and not by this code, except for two choices: there are no
    /// children, because the objects that could be children don't exist here, and `permissionable`
    /// of PreferredChannel follows from the rule.
    @Test func `is the worked example for ContactRequest at 60`() throws {
        let view = SchemaView(
            try sampleSchema(),
            apiVersion: 60,
            instanceURL: "https://example.my.salesforce.com"
        )

        let described = try view.described("ContactRequest").json.golden

        try GoldenFile("ContactRequest-v60.json", in: "describe").expect(described)
    }

    @Test(arguments: ["Account", "Contact", "Site__c"])
    func `is what its golden file says`(name: String) throws {
        let view = SchemaView(try sampleSchema(sampleFile), apiVersion: 67)

        let described = try view.described(name).json.golden

        try GoldenFile("\(name)-custom-v67.json", in: "describe").expect(described)
    }

    @Test(arguments: [(45, false), (59, false), (60, true), (67, true)])
    func `has IsCallback from 60 on`(version: Int, isThere: Bool) throws {
        let described = try SchemaView(try sampleSchema(), apiVersion: version)
            .described("ContactRequest")

        #expect((described["IsCallback"] != nil) == isThere)
        #expect(described["Status"] != nil)
    }

    @Test(arguments: [(65, 19), (66, 21)])
    func `has the callback numbers from 66 on`(version: Int, count: Int) throws {
        let described = try SchemaView(try sampleSchema(), apiVersion: version)
            .described("ContactRequest")

        #expect(described.fields.count == count)
    }

    @Test func `has the members of its time`() throws {
        let schema = try sampleSchema()

        let old = try SchemaView(schema, apiVersion: 48).described("ContactRequest").json.names
        let new = try SchemaView(schema, apiVersion: 50).described("ContactRequest").json.names

        #expect(
            Set(new).subtracting(old)
                == ["associateEntityType", "associateParentEntity", "sobjectDescribeOption"]
        )
        #expect(Set(old).isSubset(of: new))
        #expect(old.count == 42)
    }

    @Test func `names its version in every link`() throws {
        let json = try SchemaView(try sampleSchema(), apiVersion: 58).described("Lead").json

        #expect(json["urls"]?["rowTemplate"] == "/services/data/v58.0/sobjects/Lead/{ID}")
        #expect(json["urls"]?["uiNewRecord"] == "/00Q/e")
        #expect(
            json["recordTypeInfos"]
                == [
                    [
                        "active": true, "available": true, "defaultRecordTypeMapping": true,
                        "developerName": "Master", "master": true, "name": "Master",
                        "recordTypeId": "012000000000000AAA",
                        "urls": [
                            "layout":
                                "/services/data/v58.0/sobjects/Lead/describe/layouts/012000000000000AAA"
                        ],
                    ]
                ]
        )
    }

    @Test func `has scopes of owners only where there are owners`() throws {
        let view = SchemaView(try sampleSchema(), apiVersion: 67)

        #expect(try view.described("User").supportedScopes.map(\.name) == ["everything"])
        #expect(
            try view.described("Case").supportedScopes.map(\.label)
                == ["All cases", "My cases", "Queue owned cases", "User owned cases"]
        )
    }

    /// For users of the library, who don't have ordered JSON.
    @Test func `encodes to the same members, with nulls where they belong`() throws {
        let described = try SchemaView(try sampleSchema(sampleFile), apiVersion: 67)
            .described("Site__c")

        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let encoded = try encoder.encode(described)
        let decoded = OrderedJSON(try JSONValue([UInt8](encoded)))

        #expect(decoded.names == described.json.names)
        #expect(decoded["implementedBy"] == OrderedJSON.null)
        #expect(decoded["fields"] == described.json["fields"])
        #expect(String(decoding: encoded, as: UTF8.self).contains(#""calculatedFormula":null"#))
    }
}

struct `The describe of all objects` {
    @Test func `has a row for each, by name`() throws {
        let view = SchemaView(try sampleSchema(sampleFile), apiVersion: 60)

        let rows = view.globalDescription.sobjects

        #expect(
            rows.map(\.name) == [
                "Account", "Case", "Contact", "ContactRequest", "Group", "Lead", "Opportunity",
                "Site__c", "User", "WorkOrder",
            ]
        )
        #expect(rows.map(\.custom).count { $0 } == 1)
        #expect(rows.first { $0.name == "User" }?.deletable == false)
    }

    @Test func `is what its golden file says`() throws {
        let view = SchemaView(try sampleSchema(), apiVersion: 60)

        try GoldenFile("global-v60.json", in: "describe").expect(
            view.globalDescription.json.golden
        )
    }

    @Test func `has no object that is newer than the version, and all others`() throws {
        let schema = try sampleSchema()
        let names = SchemaView(schema, apiVersion: 44).globalDescription.sobjects.map(\.name)
        let all = SchemaView(schema, apiVersion: 45).globalDescription.sobjects.map(\.name)

        #expect(names == all.filter { $0 != "ContactRequest" })
        #expect(SchemaView(schema, apiVersion: 44).object("ContactRequest") == nil)
    }
}
