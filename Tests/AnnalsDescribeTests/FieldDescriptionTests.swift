import AnnalsDescribe
import AnnalsSchema
import Testing

struct `The describe of a custom field` {
    let site: ObjectDescription

    init() throws {
        site = try SchemaView(try sampleSchema(sampleFile), apiVersion: 67).described("Site__c")
    }

    private func field(_ name: String) throws -> FieldDescription { try #require(site[name]) }

    static let types = [
        ("Region__c", "picklist", "xsd:string", 255, 765),
        ("Code__c", "string", "xsd:string", 12, 36),
        ("Notes__c", "textarea", "xsd:string", 2000, 6000),
        ("Floors__c", "int", "xsd:int", 0, 0),
        ("Area__c", "double", "xsd:double", 0, 0),
        ("Opened__c", "date", "xsd:date", 0, 0),
        ("Checked__c", "datetime", "xsd:dateTime", 0, 0),
        ("Mail__c", "email", "xsd:string", 80, 240),
        ("Page__c", "url", "xsd:string", 255, 765),
        ("IsOpen__c", "boolean", "xsd:boolean", 0, 0),
        ("Account__c", "reference", "tns:ID", 18, 18),
    ]

    @Test(arguments: types)
    func `has the type and the lengths of its kind`(
        name: String,
        type: String,
        soapType: String,
        length: Int,
        byteLength: Int
    ) throws {
        let field = try field(name)

        #expect(field.type == type)
        #expect(field.soapType == soapType)
        #expect(field.length == length)
        #expect(field.byteLength == byteLength)
        #expect(field.custom)
    }

    @Test func `lists the picklist values that are active`() throws {
        let region = try field("Region__c")

        #expect(region.picklistValues.map(\.value) == ["North", "South"])
        #expect(region.picklistValues.map(\.label) == ["The North", "South"])
        #expect(region.picklistValues.map(\.defaultValue) == [false, true])
        #expect(region.defaultValue == "South")
        #expect(region.restrictedPicklist)
        #expect(region.defaultedOnCreate)
    }

    @Test func `tells a constant default as a formula`() throws {
        #expect(try field("Greeting__c").defaultValueFormula == #""say \"hi\"""#)
        #expect(try field("Floors__c").defaultValueFormula == "1")
        #expect(try field("Seats__c").defaultValueFormula == nil)
        #expect(try field("IsOpen__c").defaultValue == true)
        #expect(try field("IsOpen__c").defaultValueFormula == nil)
    }

    @Test func `has as many digits as its limits`() throws {
        #expect(try field("Floors__c").digits == 3)
        #expect(try field("Seats__c").digits == 10)
        #expect(try field("Area__c").digits == 0)
    }

    @Test func `tells what a reference may name, and what a deletion does`() throws {
        let account = try field("Account__c")
        let billed = try field("Billed__c")
        let keeper = try field("Keeper__c")

        #expect(account.referenceTo == ["Account"])
        #expect(account.relationshipName == "Account__r")
        #expect((account.cascadeDelete, account.restrictedDelete) == (true, false))
        #expect((billed.cascadeDelete, billed.restrictedDelete) == (false, true))
        #expect(!account.namePointing && !account.polymorphicForeignKey)
        #expect(keeper.namePointing && keeper.polymorphicForeignKey)
        #expect(keeper.searchPrefilterable)
    }

    @Test func `can be hidden unless it must have a value`() throws {
        #expect(try !field("Code__c").permissionable)
        #expect(try field("Notes__c").permissionable)
        #expect(try field("IsOpen__c").permissionable)
        #expect(try !field("OwnerId").permissionable)
        #expect(try !field("Name").permissionable)
        #expect(try !field("SystemModstamp").permissionable)
    }

    @Test func `tells what identifies records`() throws {
        let code = try field("Code__c")

        #expect(code.unique && code.externalId && code.idLookup && code.caseSensitive)
        #expect(!code.nillable && !code.defaultedOnCreate)
    }
}

struct `The describe of a person's name` {
    @Test func `tells which fields it is made of`() throws {
        let contact = try SchemaView(try sampleSchema(), apiVersion: 67).described("Contact")

        let parts = contact.fields.filter { $0.compoundFieldName == "Name" }

        #expect(parts.map(\.name) == ["LastName", "FirstName"])
        #expect(parts.allSatisfy { $0.extraTypeInfo == "personname" && !$0.permissionable })
        #expect(contact["Name"]?.compoundFieldName == nil)
        #expect(contact["Name"]?.createable == false)
    }
}
