import Annals
import AnnalsJSON

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
    /// In the words of the object reference, those that say how a field is used.
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
    /// An object as a schema file declares it: a line that `annals schema apply` accepts.
    init(_ object: ObjectType) {
        self.init(SchemaFile.ObjectDeclaration(object.definition))
    }

    init(_ object: SchemaFile.ObjectDeclaration) {
        var members: [(String, JSONValue)] = [("name", .text(object.name))]
        members.add("label", object.label)
        members.add("pluralLabel", object.labelPlural)
        members.add("keyPrefix", object.keyPrefix)
        if let name = object.nameField {
            var parts: [(String, JSONValue)] = []
            parts.add("label", name.label)
            parts.add("type", name.type)
            parts.add("displayFormat", name.displayFormat)
            members.append(("nameField", .object(parts)))
        }
        if let fields = object.fields {
            members.append(("fields", .array(fields.map { JSONValue($0) })))
        }
        self = .object(members)
    }

    private init(_ field: SchemaFile.FieldDeclaration) {
        var members: [(String, JSONValue)] = [("name", .text(field.name))]
        members.add("label", field.label)
        members.add("type", field.type)
        members.add("length", field.length)
        members.add("required", field.required)
        members.add("unique", field.unique)
        members.add("caseSensitive", field.caseSensitive)
        members.add("externalId", field.externalId)
        members.add("indexed", field.indexed)
        switch field.default {
        case .text(let text): members.append(("default", .text(text)))
        case .boolean(let flag): members.append(("default", .boolean(flag)))
        case .integer(let number): members.append(("default", .integer(number)))
        case nil: break
        }
        if let values = field.values {
            members.append(("values", .array(values.map { JSONValue($0) })))
        }
        members.add("restricted", field.restricted)
        if let targets = field.referenceTo { members.append(("referenceTo", .texts(targets))) }
        members.add("relationshipName", field.relationshipName)
        members.add("onTargetDeletion", field.onTargetDeletion?.rawValue)
        members.add("minimum", field.minimum)
        members.add("maximum", field.maximum)
        members.add("displayFormat", field.displayFormat)
        for setting in SchemaFile.RemovableSetting.allCases where field.removed.contains(setting) {
            members.append((setting.rawValue, .null))
        }
        self = .object(members)
    }

    private init(_ value: SchemaFile.PicklistValue) {
        var members: [(String, JSONValue)] = [("value", .text(value.value))]
        members.add("label", value.label)
        members.add("default", value.default)
        members.add("active", value.active)
        self = .object(members)
    }
}

extension [(String, JSONValue)] {
    fileprivate mutating func add(_ name: String, _ text: String?) {
        if let text { append((name, .text(text))) }
    }

    fileprivate mutating func add(_ name: String, _ number: Int?) {
        if let number { append((name, .integer(number))) }
    }

    fileprivate mutating func add(_ name: String, _ flag: Bool?) {
        if let flag { append((name, .boolean(flag))) }
    }
}
