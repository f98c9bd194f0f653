// From what is declared to what is defined, and which changes a store with data can take.

extension Schema {
    /// The definitions that `file` adds or changes, in the order of the file.
    ///
    /// - Throws: ``SchemaError`` where a change would make records that exist, or events of the
    ///   log, mean something else.
    package func changes(by file: SchemaFile) throws(SchemaError) -> [ObjectType.Definition] {
        var definitions = objects.map(\.definition)
        var changed: [UInt16] = []
        for (index, declaration) in file.objects.enumerated() {
            let place = "objects[\(index)]"
            let known = definitions.firstIndex {
                $0.name.lowercased() == declaration.name.lowercased()
            }
            let before = known.map { definitions[$0] }
            var after: ObjectType.Definition
            if let before {
                after = before
                if let label = declaration.label { after.label = label }
                if let plural = declaration.labelPlural { after.labelPlural = plural }
            } else {
                after = try Self.newObject(declaration, among: definitions, at: place)
            }
            for (index, field) in (declaration.fields ?? []).enumerated() {
                try Self.apply(field, to: &after, at: "\(place).fields[\(index)]")
            }
            try after.check()
            if after == before { continue }
            if let known { definitions[known] = after } else { definitions.append(after) }
            if !changed.contains(after.code) { changed.append(after.code) }
        }
        let names = Set(definitions.map(\.name))
        for definition in definitions {
            for field in definition.fields {
                for target in field.referenceTo where !names.contains(target) {
                    throw SchemaError(
                        "\(definition.name).\(field.name)",
                        "it refers to \(target), which is no object"
                    )
                }
            }
        }
        return changed.compactMap { code in definitions.first { $0.code == code } }
    }

    private static func newObject(
        _ declaration: SchemaFile.ObjectDeclaration,
        among known: [ObjectType.Definition],
        at place: String
    ) throws(SchemaError) -> ObjectType.Definition {
        guard isCustomName(declaration.name) else {
            throw SchemaError(
                "\(place).name",
                "\(declaration.name) is no standard object, and the name of a custom one ends "
                    + "with __c"
            )
        }
        let code = max(255, known.map(\.code).max() ?? 0) + 1
        let prefix: String
        if let given = declaration.keyPrefix {
            guard KeyPrefix(given) != nil, !known.contains(where: { $0.keyPrefix == given }) else {
                throw SchemaError("\(place).keyPrefix", "\(given) is taken or is no prefix")
            }
            prefix = given
        } else {
            prefix = try freePrefix(among: known, at: place)
        }
        let label = declaration.label ?? String(declaration.name.dropLast(3))
        let nameLabel = declaration.nameField?.label ?? "\(label) Name"
        let name: Field
        switch declaration.nameField?.type ?? "string" {
        case "string":
            name = .text(
                "Name",
                1,
                nameLabel,
                length: 80,
                [.create, .filter, .group, .idLookup, .nameField, .nillable, .sort, .update]
            )
        case "autonumber":
            let format = declaration.nameField?.displayFormat ?? "{00000000}"
            try checkFormat(format, at: "\(place).nameField.displayFormat")
            name = .autonumber("Name", 1, nameLabel, format: format, length: 80)
        case let other:
            throw SchemaError(
                "\(place).nameField.type",
                "\(other) is neither string nor autonumber"
            )
        }
        return ObjectType.Definition(
            declaration.name,
            code: code,
            label: label,
            labelPlural: declaration.labelPlural ?? "\(label)s",
            keyPrefix: prefix,
            fields: [
                SystemFields.id(label: "Record ID"), .owner(2), SystemFields.isDeleted, name,
            ] + SystemFields.audit + SystemFields.views
        )
    }

    /// Custom objects have the prefixes `a00`, `a01`, … in the order of their making.
    private static func freePrefix(
        among known: [ObjectType.Definition],
        at place: String
    ) throws(SchemaError) -> String {
        let taken = Set(known.map(\.keyPrefix))
        for high in 0..<UInt64(62) {
            for low in 0..<UInt64(62) {
                let bytes = [0x61, Base62.digit(high), Base62.digit(low)]
                let prefix = String(decoding: bytes, as: UTF8.self)
                if !taken.contains(prefix) { return prefix }
            }
        }
        throw SchemaError(place, "no key prefix is left")
    }

    private static func isCustomName(_ name: String) -> Bool {
        guard name.hasSuffix("__c"), name.count > 3, name.count <= 43,
            let first = name.utf8.first
        else { return false }
        let isLetter = (0x41...0x5A).contains(first) || (0x61...0x7A).contains(first)
        return isLetter && name.utf8.allSatisfy { Base62.value(of: $0) != nil || $0 == 0x5F }
    }

    private static func apply(
        _ declaration: SchemaFile.FieldDeclaration,
        to object: inout ObjectType.Definition,
        at place: String
    ) throws(SchemaError) {
        let known = object.fields.firstIndex {
            $0.name.lowercased() == declaration.name.lowercased()
        }
        if let known {
            object.fields[known] = try changed(object.fields[known], by: declaration, at: place)
        } else {
            object.fields.append(try newField(declaration, of: object, at: place))
        }
    }

    private static func newField(
        _ declaration: SchemaFile.FieldDeclaration,
        of object: ObjectType.Definition,
        at place: String
    ) throws(SchemaError) -> Field {
        guard isCustomName(declaration.name) else {
            throw SchemaError(
                "\(place).name",
                "\(object.name) has no field \(declaration.name), and the name of a custom field "
                    + "ends with __c"
            )
        }
        guard let type = declaration.type else {
            throw SchemaError("\(place).type", "it is missing")
        }
        guard let kind = Field.Kind(rawValue: type), kind != .id else {
            throw SchemaError("\(place).type", "\(type) is no type of field")
        }
        var properties: Field.Properties = [.create, .filter, .group, .sort, .update, .custom]
        if kind == .textarea { properties.subtract([.filter, .group, .sort]) }
        if kind == .datetime { properties.subtract([.group]) }
        let isRequired = declaration.required ?? false
        let hasDefault =
            declaration.default != nil
            || (declaration.values ?? []).contains { $0.default == true } || kind == .boolean
        if hasDefault { properties.insert(.defaultedOnCreate) }
        if !isRequired, kind != .boolean { properties.insert(.nillable) }
        if declaration.unique == true { properties.insert(.unique) }
        if declaration.externalId == true { properties.formUnion([.externalID, .idLookup]) }
        if declaration.caseSensitive == true { properties.insert(.caseSensitive) }
        if declaration.indexed == true { properties.insert(.indexed) }
        if declaration.restricted == true { properties.insert(.restrictedPicklist) }
        if declaration.unique == true || declaration.externalId == true {
            guard [.string, .email, .int, .double].contains(kind) else {
                throw SchemaError(place, "a \(type) can be neither unique nor an external id")
            }
        }
        let slot = (object.fields.filter(\.id.isSlot).map(\.id.rawValue).max() ?? 0) + 1
        let defaultLength =
            switch kind {
            case .textarea: 32_000
            case .phone: 40
            case .email: 80
            case .string, .url, .picklist: 255
            case .reference: 18
            default: 0
            }
        var field = Field(
            declaration.name,
            id: FieldID(rawValue: slot),
            label: declaration.label ?? String(declaration.name.dropLast(3)),
            kind,
            properties,
            length: declaration.length ?? defaultLength
        )
        field.referenceTo = declaration.referenceTo ?? []
        field.relationshipName = declaration.relationshipName
        field.onTargetDeletion = declaration.onTargetDeletion ?? .keep
        try applySettings(declaration, to: &field, at: place)
        if kind == .boolean, field.defaultBoolean == nil { field.defaultBoolean = false }
        return field
    }

    private static func changed(
        _ field: Field,
        by declaration: SchemaFile.FieldDeclaration,
        at place: String
    ) throws(SchemaError) -> Field {
        func refuse(_ what: String) -> SchemaError {
            SchemaError(place, "\(field.name) exists, and its \(what) cannot change")
        }
        if let type = declaration.type, type != field.kind.rawValue { throw refuse("type") }
        if let unique = declaration.unique, unique != field.has(.unique) {
            throw refuse("uniqueness")
        }
        if let flag = declaration.externalId, flag != field.has(.externalID) {
            throw refuse("being an external id")
        }
        if let flag = declaration.caseSensitive, flag != field.has(.caseSensitive) {
            throw refuse("case rule")
        }
        if let targets = declaration.referenceTo, !Set(targets).isSuperset(of: field.referenceTo) {
            throw SchemaError("\(place).referenceTo", "records may refer to an object left out")
        }
        if let required = declaration.required, required == field.has(.nillable),
            field.kind != .boolean
        {
            throw refuse("being required")
        }
        var properties = field.properties
        if let indexed = declaration.indexed {
            if indexed { properties.insert(.indexed) } else { properties.remove(.indexed) }
        }
        if let restricted = declaration.restricted {
            if restricted {
                properties.insert(.restrictedPicklist)
            } else {
                properties.remove(.restrictedPicklist)
            }
        }
        var length = field.length
        if let given = declaration.length {
            guard given >= length else {
                throw SchemaError(
                    "\(place).length",
                    "\(given) is below \(length), which records use"
                )
            }
            length = given
        }
        var after = Field(
            field.name,
            id: field.id,
            label: declaration.label ?? field.label,
            field.kind,
            properties,
            length: length,
            since: field.since
        )
        after.referenceTo = declaration.referenceTo ?? field.referenceTo
        after.relationshipName = declaration.relationshipName ?? field.relationshipName
        after.onTargetDeletion = declaration.onTargetDeletion ?? field.onTargetDeletion
        after.picklist = field.picklist
        after.defaultText = field.defaultText
        after.defaultBoolean = field.defaultBoolean
        after.defaultInteger = field.defaultInteger
        after.minimum = field.minimum
        after.maximum = field.maximum
        after.displayFormat = field.displayFormat
        try applySettings(declaration, to: &after, at: place)
        return after
    }

    /// What may be set on new and existing fields alike.
    private static func applySettings(
        _ declaration: SchemaFile.FieldDeclaration,
        to field: inout Field,
        at place: String
    ) throws(SchemaError) {
        if let values = declaration.values {
            guard field.kind == .picklist else {
                throw SchemaError("\(place).values", "only a picklist has values")
            }
            guard values.filter({ $0.default == true }).count <= 1 else {
                throw SchemaError("\(place).values", "at most one value is the default")
            }
            field.picklist = values.map {
                var entry = Field.PicklistEntry(
                    $0.value,
                    label: $0.label,
                    isDefault: $0.default ?? false
                )
                entry.isActive = $0.active ?? true
                return entry
            }
        }
        switch declaration.default {
        case nil: break
        case .text(let text)? where field.kind.isText: field.defaultText = text
        case .boolean(let flag)? where field.kind == .boolean: field.defaultBoolean = flag
        case .integer(let number)? where field.kind == .int: field.defaultInteger = number
        default: throw SchemaError("\(place).default", "it is not of the type of the field")
        }
        if let minimum = declaration.minimum { field.minimum = minimum }
        if let maximum = declaration.maximum { field.maximum = maximum }
        if let format = declaration.displayFormat {
            guard field.has(.autonumber) else {
                throw SchemaError("\(place).displayFormat", "only an autonumber has one")
            }
            try checkFormat(format, at: "\(place).displayFormat")
            field.displayFormat = format
        }
    }

    private static func checkFormat(_ format: String, at place: String) throws(SchemaError) {
        guard format.count <= 30, Autonumber(format: format) != nil else {
            throw SchemaError(
                place,
                "a format is at most 30 characters, with a counter such as {0000} in it"
            )
        }
    }
}
