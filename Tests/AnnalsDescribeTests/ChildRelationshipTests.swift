import AnnalsDescribe
import AnnalsSchema
import Testing

struct `The children of an object` {
    private func children(
        of name: String,
        _ file: String = sampleFile
    ) throws -> [ChildRelationship] {
        try SchemaView(try sampleSchema(file), apiVersion: 67).described(name).childRelationships
    }

    @Test func `are the references to it, by name`() throws {
        let children = try children(of: "Account")

        #expect(
            children.map { "\($0.childSObject).\($0.field) \($0.relationshipName ?? "-")" } == [
                "Account.ParentId ChildAccounts", "Case.AccountId Cases",
                "Contact.AccountId Contacts", "ContactRequest.WhatId ContactRequests",
                "Opportunity.AccountId Opportunities", "Site__c.Account__c Sites__r",
                "Site__c.Billed__c Sites2__r", "WorkOrder.AccountId WorkOrders",
            ]
        )
    }

    /// As in a real org (Specification: fields 7.3).
    @Test(arguments: ["Account", "Case", "Opportunity", "WorkOrder", "Contact", "Lead", "User"])
    func `are called ContactRequests on what a request is about and from`(name: String) throws {
        let children = try children(of: name).filter { $0.relationshipName == "ContactRequests" }

        #expect(children.map(\.childSObject) == ["ContactRequest"])
        #expect(children.map(\.field) == [children[0].field == "WhoId" ? "WhoId" : "WhatId"])
        #expect(!children[0].cascadeDelete && !children[0].restrictedDelete)
    }

    @Test func `tell what the deletion of their parent does`() throws {
        let children = try children(of: "Account").filter { $0.childSObject == "Site__c" }

        #expect(children.map(\.cascadeDelete) == [true, false])
        #expect(children.map(\.restrictedDelete) == [false, true])
    }

    @Test func `have no way from a user to what it made, changed and owns`() throws {
        let unnamed = try children(of: "User").filter { $0.relationshipName == nil }

        #expect(Set(unnamed.map(\.field)) == ["CreatedById", "LastModifiedById", "OwnerId"])
        #expect(unnamed.count == 28)
    }

    @Test func `of itself are its child records`() throws {
        let names = try children(of: "Site__c").map(\.relationshipName)

        #expect(names == ["ContactRequests__r", "ChildSites__r"])
    }

    @Test func `keep their names whatever they are labelled`() throws {
        let relabelled = """
            {"objects": [{"name": "Opportunity", "label": "Deal", "pluralLabel": "Deals"}]}
            """

        let names = try children(of: "Account", relabelled).map(\.relationshipName)

        #expect(names.contains("Opportunities"))
        #expect(!names.contains("Deals"))
    }

    @Test func `are known from the version on that knows the child and its field`() throws {
        let schema = try sampleSchema(sampleFile)
        var site = try #require(schema["Site__c"]).definition
        site.since = 61
        var request = try #require(schema["ContactRequest"]).definition
        let index = try #require(request.fields.firstIndex { $0.name == "Site__c" })
        request.fields[index].since = 63
        let changed = Schema(
            schema.objects.filter { $0.code != site.code && $0.code != request.code }
                + [ObjectType(site), ObjectType(request)]
        )

        func fields(_ parent: String, _ version: Int) throws -> [String] {
            try SchemaView(changed, apiVersion: version).described(parent).childRelationships
                .map { "\($0.childSObject).\($0.field) \($0.relationshipName ?? "-")" }
        }

        #expect(try !fields("Account", 60).contains { $0.hasPrefix("Site__c") })
        // A name is the same in every version that has it.
        #expect(try fields("Account", 61).contains("Site__c.Billed__c Sites2__r"))
        #expect(try fields("Site__c", 62) == ["Site__c.Parent__c ChildSites__r"])
        #expect(try fields("Site__c", 63).first == "ContactRequest.Site__c ContactRequests__r")
        let old = try SchemaView(changed, apiVersion: 60).described("ContactRequest")
        #expect(old["Site__c"] == nil)
    }
}
