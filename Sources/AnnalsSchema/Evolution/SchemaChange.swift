// From declarations to definitions, and which changes a store with data can accept.

extension Schema {
    /// The definitions that `file` adds or changes, in the order of the file.
    ///
    /// - Throws: ``SchemaError`` if a change would alter the meaning of existing records or of
    ///   events in the log.
    package func changes(by file: SchemaFile) throws(SchemaError) -> [ObjectType.Definition] {
        var definitions = objects.map(\.definition)
        var changed: [UInt16] = []
        try Self.checkNames(file)
        let names = definitions.map(\.name) + file.objects.map(\.name)
        // A prefix that the file assigns to one object is not available for those before it.
        let prefixes = Set(definitions.map(\.keyPrefix) + file.objects.compactMap(\.keyPrefix))
        for (index, declaration) in file.objects.enumerated() {
            let place = "objects[\(index)]"
            let known = definitions.firstIndex {
                $0.name.isSameTextIgnoringCase(as: declaration.name)
            }
            let before = known.map { definitions[$0] }
            var after: ObjectType.Definition
            if let before {
                after = try Self.changed(before, by: declaration, at: place)
            } else {
                after = try Self.newObject(declaration, among: definitions, prefixes, at: place)
            }
            for (index, field) in (declaration.fields ?? []).enumerated() {
                try Self.apply(
                    FieldChange(field, at: "\(place).fields[\(index)]", objectNames: names),
                    to: &after
                )
            }
            try Self.checkRelationships(of: after, declaration, at: place)
            try after.check()
            if after == before { continue }
            if let known { definitions[known] = after } else { definitions.append(after) }
            if !changed.contains(after.code) { changed.append(after.code) }
        }
        return changed.compactMap { code in definitions.first { $0.code == code } }
    }

    /// Two declarations of the same thing would be applied one over the other.
    private static func checkNames(_ file: SchemaFile) throws(SchemaError) {
        for (index, object) in file.objects.enumerated() {
            let place = "objects[\(index)]"
            try checkTwice(object.name, file.objects[..<index].map(\.name), at: place, "object")
            let fields = object.fields ?? []
            for (index, field) in fields.enumerated() {
                let before = fields[..<index].map(\.name)
                try checkTwice(field.name, before, at: "\(place).fields[\(index)]", "field")
            }
        }
    }

    private static func checkTwice(
        _ name: String,
        _ before: [String],
        at place: String,
        _ noun: String
    ) throws(SchemaError) {
        guard let first = before.first(where: { $0.isSameTextIgnoringCase(as: name) }) else {
            return
        }
        throw SchemaError(
            "\(place).name",
            first == name
                ? "the \(noun) \(name) is declared twice"
                : "\(name) and \(first) are one \(noun): names do not differ by case"
        )
    }

    private static func changed(
        _ object: ObjectType.Definition,
        by declaration: SchemaFile.ObjectDeclaration,
        at place: String
    ) throws(SchemaError) -> ObjectType.Definition {
        var after = object
        if let label = declaration.label {
            after.label = try checkedLabel(label, at: "\(place).label")
        }
        if let plural = declaration.labelPlural {
            after.labelPlural = try checkedLabel(plural, at: "\(place).pluralLabel")
        }
        if let prefix = declaration.keyPrefix, prefix != object.keyPrefix {
            throw SchemaError(
                "\(place).keyPrefix",
                "\(object.name) exists, and its prefix \(object.keyPrefix) cannot change: ids begin "
                    + "with it"
            )
        }
        guard let name = declaration.nameField,
            let index = object.fields.firstIndex(where: { $0.has(.nameField) })
        else { return after }
        let field = object.fields[index]
        let place = "\(place).nameField"
        let type = field.has(.autonumber) ? "autonumber" : "string"
        if let wanted = name.type, wanted != type {
            throw SchemaError(
                "\(place).type",
                "\(object.name) exists, and its name field is \(type): that cannot change"
            )
        }
        var change = SchemaFile.FieldDeclaration(name: field.name)
        change.label = name.label
        change.displayFormat = name.displayFormat
        try apply(FieldChange(change, at: place, objectNames: []), to: &after)
        return after
    }

    private static func newObject(
        _ declaration: SchemaFile.ObjectDeclaration,
        among known: [ObjectType.Definition],
        _ prefixes: Set<String>,
        at place: String
    ) throws(SchemaError) -> ObjectType.Definition {
        guard APIName.isCustom(declaration.name) else {
            throw SchemaError(
                "\(place).name",
                notCustom(declaration.name, "standard object", "object", known.map(\.name))
            )
        }
        let code = max(255, known.map(\.code).max() ?? 0) + 1
        let prefix: String
        if let given = declaration.keyPrefix {
            guard KeyPrefix(given) != nil else {
                throw SchemaError(
                    "\(place).keyPrefix",
                    "\"\(given)\" is not three letters or digits"
                )
            }
            if let other = known.first(where: { $0.keyPrefix == given }) {
                throw SchemaError(
                    "\(place).keyPrefix",
                    "ids of \(other.name) begin with \(given) already"
                )
            }
            prefix = given
        } else {
            prefix = try freePrefix(prefixes.union(known.map(\.keyPrefix)), at: place)
        }
        let plain = String(declaration.name.dropLast(3))
        let label = try checkedLabel(declaration.label ?? plain, at: "\(place).label")
        let plural = declaration.labelPlural ?? "\(label)s"
        let nameLabel = declaration.nameField?.label ?? "\(label) Name"
        let name = try nameField(
            declaration.nameField,
            label: try checkedLabel(nameLabel, at: "\(place).nameField.label"),
            at: "\(place).nameField"
        )
        return ObjectType.Definition(
            declaration.name,
            code: code,
            label: label,
            labelPlural: try checkedLabel(plural, at: "\(place).pluralLabel"),
            keyPrefix: prefix,
            fields: [
                SystemFields.id(label: "Record ID"), .owner(2), SystemFields.isDeleted, name,
            ] + SystemFields.audit + SystemFields.views
        )
    }

    private static func nameField(
        _ declaration: SchemaFile.NameFieldDeclaration?,
        label: String,
        at place: String
    ) throws(SchemaError) -> Field {
        switch declaration?.type ?? "string" {
        case "string":
            guard declaration?.displayFormat == nil else {
                throw SchemaError("\(place).displayFormat", "only an autonumber has one")
            }
            return .text(
                "Name",
                1,
                label,
                length: 80,
                [.create, .filter, .group, .idLookup, .nameField, .nillable, .sort, .update]
            )
        case "autonumber":
            let format = declaration?.displayFormat ?? "{00000000}"
            try FieldChange.checkFormat(format, at: "\(place).displayFormat")
            return .autonumber("Name", 1, label, format: format, length: 80)
        case let other:
            throw SchemaError("\(place).type", "\"\(other)\" is neither string nor autonumber")
        }
    }

    static func checkedLabel(_ label: String, at place: String) throws(SchemaError) -> String {
        let trimmed = label.trimmingWhiteSpace()
        guard !trimmed.isEmpty else { throw SchemaError(place, "a label is not empty") }
        guard trimmed.utf16.count <= 255 else {
            throw SchemaError(place, "a label has at most 255 characters")
        }
        guard !trimmed.holdsNull else {
            throw SchemaError(place, "a label cannot hold the character U+0000")
        }
        return trimmed
    }

    /// Custom objects have the prefixes `a00`, `a01`, … in the order of their creation.
    private static func freePrefix(
        _ taken: Set<String>,
        at place: String
    ) throws(SchemaError) -> String {
        for high in 0..<UInt64(62) {
            for low in 0..<UInt64(62) {
                let bytes = [0x61, Base62.digit(high), Base62.digit(low)]
                let prefix = String(decoding: bytes, as: UTF8.self)
                if !taken.contains(prefix) { return prefix }
            }
        }
        throw SchemaError(place, "no key prefix is left")
    }

    /// Why an unknown name is not a valid name for something new.
    private static func notCustom(
        _ name: String,
        _ known: String,
        _ noun: String,
        _ names: [String]
    ) -> String {
        if name.utf8.suffix(3).elementsEqual("__c".utf8) {
            return "\"\(name)\" is not a name for a custom \(noun): without __c it \(APIName.rule)"
        }
        return "\"\(name)\" is no \(known), and the name of a custom one ends with __c"
            + names.suggestion(for: name)
    }

    private static func apply(
        _ change: FieldChange,
        to object: inout ObjectType.Definition
    ) throws(SchemaError) {
        let name = change.declaration.name
        let known = object.fields.firstIndex { $0.name.isSameTextIgnoringCase(as: name) }
        if let known {
            object.fields[known] = try change.changed(object.fields[known])
            return
        }
        guard APIName.isCustom(name) else {
            throw SchemaError(
                "\(change.place).name",
                notCustom(name, "field of \(object.name)", "field", object.fields.map(\.name))
            )
        }
        let slot = (object.fields.filter(\.id.isSlot).map(\.id.rawValue).max() ?? 0) + 1
        object.fields.append(try change.newField(FieldID(rawValue: slot)))
    }

    /// A query reaches the target of a reference by one name: no other reference and no field of
    /// the object may have it.
    private static func checkRelationships(
        of object: ObjectType.Definition,
        _ declaration: SchemaFile.ObjectDeclaration,
        at place: String
    ) throws(SchemaError) {
        for (index, field) in (declaration.fields ?? []).enumerated() {
            guard
                let own = object.fields.first(where: {
                    $0.name.isSameTextIgnoringCase(as: field.name)
                }),
                let name = own.relationshipName
            else { continue }
            let place = "\(place).fields[\(index)].relationshipName"
            for other in object.fields where other.id != own.id {
                if let taken = other.relationshipName, taken.isSameTextIgnoringCase(as: name) {
                    throw SchemaError(place, "\(other.name) of \(object.name) has it: \(taken)")
                }
                if other.name.isSameTextIgnoringCase(as: name) {
                    throw SchemaError(place, "\(object.name) has a field of that name")
                }
            }
        }
    }
}
