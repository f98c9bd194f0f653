import Testing

@testable import AnnalsSchema

private let standard = Schema(ObjectType.Definition.standard.map(ObjectType.init))

/// What `annals schema` would show for a store after these files were applied one by one.
private func schema(after files: [String]) throws -> Schema {
    try files.reduce(standard) { schema, file in
        let changed = try schema.changes(by: SchemaFile(json: Array(file.utf8)))
        let codes = Set(changed.map(\.code))
        return Schema(
            schema.objects.filter { !codes.contains($0.code) } + changed.map(ObjectType.init)
        )
    }
}

private func refusal(_ file: String, after earlier: [String] = []) -> String? {
    do {
        _ = try schema(after: earlier + [file])
        return nil
    } catch {
        return "\(error)"
    }
}

/// A file with one field of a new object.
private func field(_ properties: String) -> String {
    #"{"objects": [{"name": "S__c", "fields": [{"name": "F__c", \#(properties)}]}]}"#
}

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
        // Fields.
        (
            #"{"objects": [{"name": "S__c", "fields": [{"name": "A__c", "type": "int"}, {"name": "a__c"}]}]}"#,
            "objects[0].fields[1].name: a__c and A__c are one field: names do not differ by case"
        ),
        (
            #"{"objects": [{"name": "S__c", "fields": [{"name": "A__b__d__c", "type": "int"}]}]}"#,
            "objects[0].fields[0].name: \"A__b__d__c\" is not a name for a custom field: without __c it "
                + APIName.rule
        ),
        (
            #"{"objects": [{"name": "Contact", "fields": [{"name": "Emial", "type": "email"}]}]}"#,
            "objects[0].fields[0].name: \"Emial\" is no field of Contact, and the name of a custom one "
                + "ends with __c; did you mean Email?"
        ),
        (
            field(#""type": "string", "externalID": true"#),
            "objects[0].fields[0].externalID: it is not a property of a field; did you mean externalId?"
        ),
        (
            field(#""type": "string", "lenght": 7"#),
            "objects[0].fields[0].lenght: it is not a property of a field; did you mean length?"
        ),
        (
            field(#""label": "x""#),
            "objects[0].fields[0].type: it is missing, and a new field needs it"
        ),
        (
            field(#""type": "strng""#),
            "objects[0].fields[0].type: \"strng\" is not a field type; did you mean string?"
        ),
        (field(#""type": "id""#), "objects[0].fields[0].type: \"id\" is not a field type"),
        (
            field(#""type": 7"#),
            "objects[0].fields[0].type: it is a number where a text is expected"
        ),
        (
            field(#""type": "string", "length": 0"#),
            "objects[0].fields[0].length: 0 is not within 1 to 255, the characters that a string may have"
        ),
        (
            field(#""type": "email", "length": 81"#),
            "objects[0].fields[0].length: 81 is not within 1 to 80, the characters that an email may have"
        ),
        (
            field(#""type": "textarea", "length": 131073"#),
            "objects[0].fields[0].length: 131073 is not within 1 to 131072, the characters that a "
                + "textarea may have"
        ),
        (
            field(#""type": "double", "length": 7"#),
            "objects[0].fields[0].length: a double has no length that can be set"
        ),
        (
            field(#""type": "string", "length": 1.5"#),
            "objects[0].fields[0].length: it is not a whole number of 64 bits"
        ),
        (
            field(#""type": "string", "length": "7""#),
            "objects[0].fields[0].length: it is a text where a number is expected"
        ),
        (
            field(#""type": "boolean", "required": true"#),
            "objects[0].fields[0].required: a boolean is never null"
        ),
        (
            field(#""type": "date", "unique": true"#),
            "objects[0].fields[0].unique: a date cannot be unique: a string, an email, an int or a "
                + "double can"
        ),
        (
            field(#""type": "picklist", "externalId": true"#),
            "objects[0].fields[0].externalId: a picklist cannot be an external id: a string, an email, "
                + "an int or a double can"
        ),
        (
            field(#""type": "string", "caseSensitive": true"#),
            "objects[0].fields[0].caseSensitive: case counts or not only in a unique text"
        ),
        (
            field(#""type": "int", "unique": true, "caseSensitive": true"#),
            "objects[0].fields[0].caseSensitive: case counts or not only in a unique text"
        ),
        (
            field(#""type": "string", "unique": true, "indexed": false"#),
            "objects[0].fields[0].indexed: a unique field, an external id, a name and a reference are "
                + "always indexed"
        ),
        (
            #"{"objects": [{"name": "Contact", "fields": [{"name": "CreatedDate", "indexed": false}]}]}"#,
            "objects[0].fields[0].indexed: the index of a system field cannot change"
        ),
        // Bounds.
        (
            field(#""type": "int", "minimum": 5, "maximum": 4"#),
            "objects[0].fields[0].minimum: the minimum 5 is above the maximum 4"
        ),
        (
            field(#""type": "double", "minimum": 5"#),
            "objects[0].fields[0].minimum: only an int has bounds"
        ),
        (
            field(#""type": "int", "maximum": 2147483648"#),
            "objects[0].fields[0].maximum: 2147483648 is not an int: those have 32 bits"
        ),
        // Defaults.
        (
            field(#""type": "string", "length": 3, "default": "long""#),
            "objects[0].fields[0].default: a record could not hold the default (STRING_TOO_LONG: F: "
                + "data value too large: long (max length=3))"
        ),
        (
            field(#""type": "int", "maximum": 4, "default": 5"#),
            "objects[0].fields[0].default: a record could not hold the default "
                + "(NUMBER_OUTSIDE_VALID_RANGE: F: value outside of valid range on numeric field: 5)"
        ),
        (
            field(#""type": "int", "default": 3000000000"#),
            "objects[0].fields[0].default: a record could not hold the default "
                + "(NUMBER_OUTSIDE_VALID_RANGE: F: value outside of valid range on numeric field: "
                + "3000000000)"
        ),
        (
            field(#""type": "email", "default": "nobody""#),
            "objects[0].fields[0].default: a record could not hold the default "
                + "(INVALID_EMAIL_ADDRESS: F: invalid email address: nobody)"
        ),
        (
            field(
                #""type": "picklist", "restricted": true, "values": [{"value": "a"}], "default": "b""#
            ),
            "objects[0].fields[0].default: a record could not hold the default "
                + "(INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: F: bad value for restricted picklist "
                + "field: b)"
        ),
        (
            field(
                #""type": "picklist", "values": [{"value": "a", "active": false}], "default": "a""#
            ),
            "objects[0].fields[0].default: \"a\" is a value that is not active"
        ),
        (
            field(
                #""type": "picklist", "values": [{"value": "a", "default": true}], "default": "b""#
            ),
            "objects[0].fields[0].default: \"b\" is not \"a\", which is the default among the values"
        ),
        (
            field(#""type": "string", "default": " ""#),
            "objects[0].fields[0].default: it is empty: null takes a default away"
        ),
        (
            field(#""type": "string", "default": 7"#),
            "objects[0].fields[0].default: it is not of the type of the field, string"
        ),
        (
            field(#""type": "double", "default": 7"#),
            "objects[0].fields[0].default: a double has no default"
        ),
        (
            field(#""type": "boolean", "default": null"#),
            "objects[0].fields[0].default: a boolean is never null"
        ),
        (
            #"{"objects": [{"name": "ContactRequest", "fields": [{"name": "Name", "default": "x"}]}]}"#,
            "objects[0].fields[0].default: Name is not set by whoever creates a record"
        ),
        // Picklists.
        (
            field(#""type": "picklist", "values": [{"value": "a"}, {"value": "a"}]"#),
            "objects[0].fields[0].values[1].value: \"a\" is listed twice"
        ),
        (
            field(#""type": "picklist", "values": [{"value": "a\u0000"}]"#),
            "objects[0].fields[0].values[0].value: no record can hold the character U+0000"
        ),
        (
            field(#""type": "string", "label": "a\u0000b""#),
            "objects[0].fields[0].label: a label cannot hold the character U+0000"
        ),
        (
            field(#""type": "picklist", "values": [{"value": "a"}, {"value": "A"}]"#),
            "objects[0].fields[0].values[1].value: \"A\" and \"a\" differ in case only"
        ),
        (
            field(#""type": "picklist", "values": [{"value": ""}]"#),
            "objects[0].fields[0].values[0].value: a value is not empty"
        ),
        (
            field(#""type": "picklist", "values": [{"value": "a "}]"#),
            "objects[0].fields[0].values[0].value: \"a \" has white space at an end, which no record keeps"
        ),
        (
            field(#""type": "picklist", "length": 2, "values": [{"value": "abc"}]"#),
            "objects[0].fields[0].values[0].value: \"abc\" is longer than 2, the length of the field"
        ),
        (
            field(#""type": "picklist", "values": [{"values": "a"}]"#),
            "objects[0].fields[0].values[0].values: it is not a property of a picklist value; did you mean "
                + "value?"
        ),
        (
            field(
                #""type": "picklist", "values": [{"value": "a", "default": true}, {"value": "b", "default": true}]"#
            ),
            "objects[0].fields[0].values: at most one value is the default"
        ),
        (
            field(
                #""type": "picklist", "values": [{"value": "a", "default": true, "active": false}]"#
            ),
            "objects[0].fields[0].values[0].default: an inactive value cannot be the default"
        ),
        (
            field(#""type": "picklist", "restricted": true"#),
            "objects[0].fields[0].restricted: a restricted picklist has values that are active"
        ),
        (
            field(#""type": "string", "restricted": true"#),
            "objects[0].fields[0].restricted: only a picklist has values to restrict to"
        ),
        (
            field(#""type": "string", "values": []"#),
            "objects[0].fields[0].values: only a picklist has values"
        ),
        // References.
        (
            field(#""type": "reference""#),
            "objects[0].fields[0].referenceTo: it is missing, and a reference needs it"
        ),
        (
            field(#""type": "reference", "referenceTo": []"#),
            "objects[0].fields[0].referenceTo: a reference names at least one object"
        ),
        (
            field(#""type": "reference", "referenceTo": ["Contract"]"#),
            "objects[0].fields[0].referenceTo[0]: there is no object \"Contract\"; did you mean Contact?"
        ),
        (
            field(#""type": "reference", "referenceTo": ["Contact", "contact"]"#),
            "objects[0].fields[0].referenceTo[1]: Contact is named twice"
        ),
        (
            field(#""type": "string", "referenceTo": ["Contact"]"#),
            "objects[0].fields[0].referenceTo: only a reference has it"
        ),
        (
            field(#""type": "string", "onTargetDeletion": "keep""#),
            "objects[0].fields[0].onTargetDeletion: only a reference has it"
        ),
        (
            field(
                #""type": "reference", "referenceTo": ["Contact"], "onTargetDeletion": "casade""#
            ),
            "objects[0].fields[0].onTargetDeletion: \"casade\" is none of keep, cascade, restrict"
        ),
        (
            field(#""type": "reference", "referenceTo": ["Contact"], "relationshipName": """#),
            "objects[0].fields[0].relationshipName: it is empty: null takes it away"
        ),
        (
            field(
                #""type": "reference", "referenceTo": ["Contact"], "relationshipName": "a.b__r""#
            ),
            "objects[0].fields[0].relationshipName: \"a.b__r\" is not a name for a relationship: it "
                + "\(APIName.rule), and may end with __r"
        ),
        (
            field(#""type": "reference", "referenceTo": ["Contact"], "relationshipName": "owner""#),
            "objects[0].fields[0].relationshipName: OwnerId of S__c has it: Owner"
        ),
        (
            field(#""type": "reference", "referenceTo": ["Contact"], "relationshipName": "Name""#),
            "objects[0].fields[0].relationshipName: S__c has a field of that name"
        ),
        (
            field(#""type": "string", "displayFormat": "{0}""#),
            "objects[0].fields[0].displayFormat: only an autonumber has one"
        ),
        (
            #"{"name": "Contact", "queryable": true, "fields": []}"#,
            "objects[0]: this is what `annals describe` prints; `annals schema STORE --json` writes what "
                + "can be applied"
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
