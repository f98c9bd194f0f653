import Annals

extension TextTable {
    static func objects(_ objects: [ObjectType]) -> TextTable {
        var table = TextTable("object", "prefix", "fields", "label")
        for object in objects {
            table.add([
                object.name, object.prefix.description, String(object.fields.count), object.label,
            ])
        }
        return table
    }

    static func fields(of object: ObjectType) -> TextTable {
        var table = TextTable("field", "type", "label", "properties")
        for field in object.fields {
            let length = field.length > 0 ? "(\(field.length))" : ""
            var shown = field.properties.subtracting(.defaultedOnCreate)
            if field.isDefaultedOnCreate { shown.insert(.defaultedOnCreate) }
            var properties = shown.names
            if field.isIndexed { properties.append("indexed") }
            if !field.referenceTo.isEmpty {
                properties.append("to " + field.referenceTo.joined(separator: "/"))
            }
            table.add([
                field.name, field.kind.rawValue + length, field.label,
                properties.joined(separator: ", "),
            ])
        }
        return table
    }
}

extension Field.Properties {
    /// In the words of the object reference, the ones that tell how a field is used.
    fileprivate var names: [String] {
        let named: [(Field.Properties, String)] = [
            (.autonumber, "autonumber"), (.create, "create"), (.update, "update"),
            (.nillable, "nillable"), (.defaultedOnCreate, "defaulted"), (.unique, "unique"),
            (.externalID, "external id"), (.idLookup, "idLookup"),
            (.restrictedPicklist, "restricted"), (.nameField, "name"), (.custom, "custom"),
        ]
        return named.filter { contains($0.0) }.map(\.1)
    }
}

extension JSONValue {
    /// An object, in the words of the REST API's describe.
    init(_ object: ObjectType) {
        self = .object([
            ("name", .text(object.name)),
            ("label", .text(object.label)),
            ("labelPlural", .text(object.definition.labelPlural)),
            ("keyPrefix", .text(object.prefix.description)),
            ("createable", .boolean(object.has(.create))),
            ("updateable", .boolean(object.has(.update))),
            ("deletable", .boolean(object.has(.delete))),
            ("undeletable", .boolean(object.has(.undelete))),
            ("retrieveable", .boolean(object.has(.retrieve))),
            ("replicateable", .boolean(object.has(.replicate))),
            ("fields", .array(object.fields.map(JSONValue.init))),
        ])
    }

    private init(_ field: Field) {
        let flags: [(String, Field.Properties)] = [
            ("createable", .create), ("updateable", .update), ("nillable", .nillable),
            ("defaultedOnCreate", .defaultedOnCreate), ("autoNumber", .autonumber),
            ("unique", .unique), ("caseSensitive", .caseSensitive), ("externalId", .externalID),
            ("idLookup", .idLookup), ("nameField", .nameField),
            ("restrictedPicklist", .restrictedPicklist), ("custom", .custom),
        ]
        var members: [(String, JSONValue)] = [
            ("name", .text(field.name)),
            ("label", .text(field.label)),
            ("type", .text(field.kind.rawValue)),
            ("length", .integer(field.length)),
        ]
        members += flags.map { name, property in
            let isSet =
                property == .defaultedOnCreate ? field.isDefaultedOnCreate : field.has(property)
            return (name, .boolean(isSet))
        }
        members.append(("indexed", .boolean(field.isIndexed)))
        if !field.referenceTo.isEmpty {
            members.append(("referenceTo", .texts(field.referenceTo)))
            members.append(
                ("relationshipName", field.relationshipName.map(JSONValue.text) ?? .null)
            )
        }
        if !field.picklist.isEmpty {
            let values = field.picklist.map { entry in
                JSONValue.object([
                    ("value", .text(entry.value)), ("label", .text(entry.label)),
                    ("active", .boolean(entry.isActive)),
                    ("defaultValue", .boolean(entry.isDefault)),
                ])
            }
            members.append(("picklistValues", .array(values)))
        }
        self = .object(members)
    }
}
