import Testing

@testable import AnnalsSchema

struct `A schema file` {
    static let refused: [(String, String)] = [
        // The file itself.
        ("", "schema file: it is empty"),
        ("7", "objects[0]: an object is an object with properties, and this is a number"),
        (
            #"{"objekts": []}"#,
            "objekts: it is not a property of a schema file; did you mean objects?"
        ),
        ("{}", "objects: it is missing, and a schema file needs it"),
        (#"{"objects": {}}"#, "objects: it is an object where a list is expected"),
        (
            #"{"objects": [7]}"#,
            "objects[0]: an object is an object with properties, and this is a number"
        ),
        (#"{"objects": [{}]}"#, "objects[0].name: it is missing, and an object needs it"),
        (
            #"{"name": "Contact", "queryable": true, "fields": []}"#,
            "objects[0]: this is what `annals describe` prints; `annals schema STORE --json` writes what "
                + "can be applied"
        ),
        // Objects.
        (
            #"{"objects": [{"name": "S__c", "plural": "S"}]}"#,
            "objects[0].plural: it is not a property of an object"
        ),
        (
            #"{"objects": [{"name": "S__c", "lable": "S"}]}"#,
            "objects[0].lable: it is not a property of an object; did you mean label?"
        ),
        (
            #"{"objects": [{"name": "S__c", "label": null}]}"#,
            "objects[0].label: it is null: leave it out, or give it a value"
        ),
        (
            #"{"objects": [{"name": "S__c", "label": " "}]}"#,
            "objects[0].label: a label is not empty"
        ),
        (
            #"{"objects": [{"name": "Acount"}]}"#,
            "objects[0].name: \"Acount\" is no standard object, and the name of a custom one ends "
                + "with __c; did you mean Account?"
        ),
        (
            #"{"objects": [{"name": "S t__c"}]}"#,
            "objects[0].name: \"S t__c\" is not a name for a custom object: without __c it "
                + APIName.rule
        ),
        (
            #"{"objects": [{"name": "S__c"}, {"name": "S__c"}]}"#,
            "objects[1].name: the object S__c is declared twice"
        ),
        (
            #"{"objects": [{"name": "S__c"}, {"name": "s__C"}]}"#,
            "objects[1].name: s__C and S__c are one object: names do not differ by case"
        ),
        (
            #"{"objects": [{"name": "S__c", "keyPrefix": "ab"}]}"#,
            "objects[0].keyPrefix: \"ab\" is not three letters or digits"
        ),
        (
            #"{"objects": [{"name": "S__c", "keyPrefix": "003"}]}"#,
            "objects[0].keyPrefix: ids of Contact begin with 003 already"
        ),
        (
            #"{"objects": [{"name": "Contact", "keyPrefix": "c00"}]}"#,
            "objects[0].keyPrefix: Contact exists, and its prefix 003 cannot change: ids begin with it"
        ),
        (
            #"{"objects": [{"name": "S__c", "nameField": {"type": "autonummber"}}]}"#,
            "objects[0].nameField.type: \"autonummber\" is neither string nor autonumber"
        ),
        (
            #"{"objects": [{"name": "S__c", "nameField": {"format": "{0}"}}]}"#,
            "objects[0].nameField.format: it is not a property of a name field"
        ),
        (
            #"{"objects": [{"name": "S__c", "nameField": {"displayFormat": "{0}"}}]}"#,
            "objects[0].nameField.displayFormat: only an autonumber has one"
        ),
        (
            #"{"objects": [{"name": "S__c", "nameField": {"type": "autonumber", "displayFormat": "x"}}]}"#,
            "objects[0].nameField.displayFormat: a format is at most 30 characters, with one counter "
                + "such as {0000} in it"
        ),
        (
            #"{"objects": [{"name": "Contact", "nameField": {"type": "autonumber"}}]}"#,
            "objects[0].nameField.type: Contact exists, and its name field is string: that cannot change"
        ),
    ]

    @Test(arguments: refused)
    func `is refused with the place and the reason`(file: String, reason: String) {
        #expect(refusal(file) == reason)
    }

    static let earlier = """
        {"objects": [{"name": "S__c", "nameField": {"type": "autonumber"}, "fields": [
          {"name": "F__c", "type": "string", "length": 9, "default": "x"},
          {"name": "I__c", "type": "int", "minimum": 1, "default": 3},
          {"name": "P__c", "type": "picklist", "values": [{"value": "a"}], "default": "z"},
          {"name": "R__c", "type": "reference", "referenceTo": ["Contact"],
           "relationshipName": "R__r"}]}]}
        """

    static let refusedLater = [
        (#""F__c", "type": "int""#, "type: F__c exists, and its type cannot change"),
        (#""F__c", "length": 8"#, "length: 8 is below 9, which records use"),
        (
            #""I__c", "minimum": 4"#,
            "name: a record could not hold the default (NUMBER_OUTSIDE_VALID_RANGE: I: value outside "
                + "of valid range on numeric field: 3)"
        ),
        (#""I__c", "maximum": 0"#, "maximum: the minimum 1 is above the maximum 0"),
        (
            #""P__c", "restricted": true"#,
            "name: a record could not hold the default (INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: P: "
                + "bad value for restricted picklist field: z)"
        ),
        (
            #""R__c", "referenceTo": ["Account"]"#,
            "referenceTo: Contact is left out, and records may refer to it"
        ),
        (
            #""R__c", "indexed": false"#,
            "indexed: a unique field, an external id, a name and a reference are always indexed"
        ),
        (
            #""Name", "displayFormat": "x""#,
            "displayFormat: a format is at most 30 characters, with one counter such as {0000} in it"
        ),
    ]

    @Test(arguments: refusedLater)
    func `is refused where it would not fit what is there`(field: String, reason: String) {
        let file = #"{"objects": [{"name": "S__c", "fields": [{"name": \#(field)}]}]}"#

        #expect(refusal(file, after: [Self.earlier]) == "objects[0].fields[0].\(reason)")
    }

    @Test func `keeps a default as a record would keep it`() throws {
        let file = """
            {"objects": [{"name": "S__c", "fields": [
              {"name": "T__c", "type": "string", "default": "  x "},
              {"name": "P__c", "type": "picklist", "values": [{"value": "Café"}],
               "restricted": true, "default": "CAFÉ"}]}]}
            """

        let object = try #require(try schema(after: [file])["S__c"])

        #expect(object["T__c"]?.defaultText == "x")
        #expect(object["P__c"]?.defaultText == "Café")
    }

    @Test func `takes settings away with null`() throws {
        let file = """
            {"objects": [{"name": "S__c", "fields": [
              {"name": "F__c", "default": null}, {"name": "I__c", "default": null, "minimum": null},
              {"name": "R__c", "relationshipName": null}]}]}
            """

        let object = try #require(try schema(after: [Self.earlier, file])["S__c"])

        #expect(object["F__c"]?.defaultText == nil)
        #expect(object["F__c"]?.has(.defaultedOnCreate) == false)
        #expect(object["I__c"]?.minimum == nil)
        #expect(object["I__c"]?.defaultInteger == nil)
        #expect(object["R__c"]?.relationshipName == nil)
    }

    @Test func `changes the name field of an object that exists`() throws {
        let file = """
            {"objects": [{"name": "s__c",
              "nameField": {"label": "Number", "displayFormat": "S-{000}"}}]}
            """

        let object = try #require(try schema(after: [Self.earlier, file])["S__c"])

        #expect(object["Name"]?.label == "Number")
        #expect(object["Name"]?.displayFormat == "S-{000}")
    }

    @Test func `leaves a prefix that it names to the object that it names`() throws {
        let file = #"{"objects": [{"name": "A__c"}, {"name": "B__c", "keyPrefix": "a00"}]}"#

        let found = try schema(after: [file])

        #expect(found["A__c"]?.prefix.description == "a01")
        #expect(found["B__c"]?.prefix.description == "a00")
    }

    @Test(arguments: [
        "S__c", "s9__c", "ns__S__c", "A_b__c", String(repeating: "a", count: 40) + "__c",
    ])
    func `names what is custom`(name: String) {
        #expect(refusal(#"{"objects": [{"name": "\#(name)"}]}"#) == nil)
    }

    @Test(arguments: [
        "__c", "_S__c", "S___c", "S_a___c", "9__c", "É__c", "S\u{301}__c", "S__c\u{301}", "S__C",
        "S.a__c", "a__b__d__c", "ns_x__S__c", String(repeating: "a", count: 41) + "__c",
    ])
    func `does not name what is custom otherwise`(name: String) {
        #expect(refusal(#"{"objects": [{"name": "\#(name)"}]}"#) != nil)
    }
}
