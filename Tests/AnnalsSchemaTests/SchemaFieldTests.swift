import Testing

@testable import AnnalsSchema

/// A file with one field of a new object.
private func field(_ properties: String) -> String {
    #"{"objects": [{"name": "S__c", "fields": [{"name": "F__c", \#(properties)}]}]}"#
}

struct `A field in a schema file` {
    static let refused: [(String, String)] = [
        // The field itself.
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
    ]

    @Test(arguments: refused)
    func `is refused with the place and the reason`(file: String, reason: String) {
        #expect(refusal(file) == reason)
    }
}
