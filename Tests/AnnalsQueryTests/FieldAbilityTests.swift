import Annals
import AnnalsTestSupport
import Testing

struct `What describe says of a field` {
    private static let schema = """
        {"objects": [{"name": "Thing__c", "fields": [
          {"name": "Text__c", "type": "string"}, {"name": "Count__c", "type": "int"},
          {"name": "Code__c", "type": "string", "unique": true, "caseSensitive": true},
          {"name": "Amount__c", "type": "double"}, {"name": "Day__c", "type": "date"},
          {"name": "Key__c", "type": "double", "unique": true, "externalId": true},
          {"name": "At__c", "type": "datetime"}, {"name": "Flag__c", "type": "boolean"},
          {"name": "Kind__c", "type": "picklist", "values": [{"value": "a"}]},
          {"name": "Mail__c", "type": "email"}, {"name": "Page__c", "type": "url"},
          {"name": "Call__c", "type": "phone"},
          {"name": "Memo__c", "type": "textarea", "length": 255},
          {"name": "Notes__c", "type": "textarea", "length": 256},
          {"name": "Any__c", "type": "reference", "referenceTo": ["Account", "Contact"],
           "relationshipName": "Any__r"},
          {"name": "One__c", "type": "reference", "referenceTo": ["Account"],
           "relationshipName": "One__r"}]}]}
        """

    @Test func `is what a query does, for every field of every object`() async throws {
        let test = try SmallStore(Self.schema)
        var count = 0
        for summary in test.session.describeGlobal().sobjects {
            for field in try test.session.describeSObjects([summary.name])[0].fields {
                let (name, object) = (field.name, summary.name)
                func isTaken(_ soql: String) async throws -> Bool {
                    try await test.fault(soql) == nil
                }
                let filters = try await isTaken("SELECT Id FROM \(object) WHERE \(name) = null")
                let sorts = try await isTaken("SELECT Id FROM \(object) ORDER BY \(name)")
                let groups = try await isTaken("SELECT \(name) FROM \(object) GROUP BY \(name)")
                #expect(filters == field.filterable, "\(object).\(name) filters")
                #expect(sorts == field.sortable, "\(object).\(name) sorts")
                #expect(groups == field.groupable, "\(object).\(name) groups")
                for function in ["COUNT", "COUNT_DISTINCT", "MIN", "MAX"] {
                    let sums = try await isTaken("SELECT \(function)(\(name)) n FROM \(object)")
                    #expect(sums == field.aggregatable, "\(function) of \(object).\(name)")
                }
                count += 1
            }
        }
        #expect(count > 100)
    }

    /// Specification: fields 1.4; describe 3.3; soql 4.5, 8.1.
    ///
    /// For types that ContactRequest does not have, the descriptions of other objects are the
    /// evidence.
    @Test func `follows from its type`() async throws {
        let test = try SmallStore(Self.schema)
        let fields = try test.session.describeSObjects(["Thing__c"])[0].fields
        func names(_ property: (FieldDescription) -> Bool) -> Set<String> {
            Set(fields.filter { !property($0) }.map(\.name))
        }

        #expect(names(\.filterable) == ["Notes__c"])
        #expect(names(\.sortable) == ["Notes__c"])
        #expect(names(\.aggregatable) == ["Notes__c", "Flag__c", "IsDeleted"])
        #expect(
            names(\.groupable) == [
                "Notes__c", "Amount__c", "Key__c", "At__c", "CreatedDate", "LastModifiedDate",
                "SystemModstamp", "LastViewedDate", "LastReferencedDate",
            ]
        )
    }

    @Test func `changes with a text area that grows`() async throws {
        let test = try SmallStore(Self.schema)
        try await test.create([SObject("Thing__c", ["Memo__c": "b"]), SObject("Thing__c")])
        let soql = "SELECT Id FROM Thing__c WHERE Memo__c = 'B' ORDER BY Memo__c"
        #expect(try await test.ids(soql).count == 1)
        let longer = """
            {"objects": [{"name": "Thing__c", "fields": [{"name": "Memo__c", "length": 256}]}]}
            """
        try await test.store.define(try SchemaFile(json: Array(longer.utf8)))

        let fault = try await test.fault(soql)
        #expect(fault?.exceptionCode == .invalidField)
        #expect(fault?.message.contains("field 'Memo__c' can not be filtered") == true)
        let memo = try test.session.describeSObjects(["Thing__c"])[0]["Memo__c"]
        #expect(memo?.filterable == false && memo?.groupable == false)
    }

    @Test func `tells of a default that was given later`() async throws {
        let test = try SmallStore(Self.schema)
        func isDefaulted(_ name: String) throws -> Bool? {
            try test.session.describeSObjects(["Thing__c"])[0][name]?.defaultedOnCreate
        }
        #expect(try isDefaulted("Text__c") == false)
        let later = """
            {"objects": [{"name": "Thing__c", "fields": [
              {"name": "Text__c", "default": "x"}, {"name": "Count__c", "default": 3},
              {"name": "Kind__c", "values": [{"value": "a", "default": true}]}]}]}
            """
        try await test.store.define(try SchemaFile(json: Array(later.utf8)))

        for name in ["Text__c", "Count__c", "Kind__c", "Flag__c"] {
            #expect(try isDefaulted(name) == true, "\(name)")
        }
        #expect(try isDefaulted("Amount__c") == false)
        let requests = try test.session.describeSObjects(["ContactRequest"])[0]
        // The object reference declares it so, although the field has a default.
        #expect(requests["AvailableCallbackAttempts"]?.defaultedOnCreate == false)
    }
}
