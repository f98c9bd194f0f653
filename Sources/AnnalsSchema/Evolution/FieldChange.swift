/// The declaration of one field, on its way into a definition.
struct FieldChange {
    let declaration: SchemaFile.FieldDeclaration
    /// Its place, such as `objects[0].fields[2]`.
    let place: String
    /// The objects that references may refer to.
    private let objectNames: [String]

    init(_ declaration: SchemaFile.FieldDeclaration, at place: String, objectNames: [String]) {
        self.declaration = declaration
        self.place = place
        self.objectNames = objectNames
    }

    func refused(_ property: String, _ reason: String) -> SchemaError {
        SchemaError("\(place).\(property)", reason)
    }

    func newField(_ id: FieldID) throws(SchemaError) -> Field {
        guard let type = declaration.type else {
            throw refused("type", "it is missing, and a new field needs it")
        }
        let kinds = Field.Kind.allCases.filter { $0 != .id }
        guard let kind = kinds.first(where: { $0.rawValue == type }) else {
            let names = kinds.map(\.rawValue)
            throw refused("type", "\"\(type)\" is not a field type" + names.suggestion(for: type))
        }
        try checkApplicability(kind, isNew: true)
        var properties: Field.Properties = [.create, .filter, .group, .sort, .update, .custom]
        if kind == .textarea { properties.subtract([.filter, .group, .sort]) }
        if kind == .datetime { properties.subtract([.group]) }
        if declaration.required != true, kind != .boolean { properties.insert(.nillable) }
        if kind == .reference, declaration.referenceTo == nil {
            throw refused("referenceTo", "it is missing, and a reference needs it")
        }
        var field = Field(
            declaration.name,
            id: id,
            label: try label ?? String(declaration.name.dropLast(3)),
            kind,
            applyingFlags(to: properties),
            length: declaration.length ?? kind.defaultLength
        )
        try applySettings(to: &field)
        if kind == .boolean, field.defaultBoolean == nil { field.defaultBoolean = false }
        return try checked(field)
    }

    func changed(_ field: Field) throws(SchemaError) -> Field {
        func exists(_ property: String, _ what: String) -> SchemaError {
            refused(property, "\(field.name) exists, and its \(what) cannot change")
        }
        if let type = declaration.type, type != field.kind.rawValue { throw exists("type", "type") }
        try checkApplicability(field.kind, isNew: false, of: field)
        // What records were checked for can change only if they can be checked again, which is done
        // in the transaction of the change (FieldDemand).
        let canTighten = field.has(.custom)
        if let unique = declaration.unique, unique != field.has(.unique), !canTighten {
            throw exists("unique", "uniqueness")
        }
        if let flag = declaration.externalId, flag != field.has(.externalID), !canTighten {
            throw exists("externalId", "being an external id")
        }
        if let flag = declaration.caseSensitive, flag != field.has(.caseSensitive), !canTighten {
            throw exists("caseSensitive", "case rule")
        }
        if let required = declaration.required, required == field.has(.nillable), !canTighten {
            throw exists("required", "being required")
        }
        var properties = applyingFlags(to: field.properties)
        if field.kind != .boolean, let required = declaration.required {
            if required { properties.remove(.nillable) } else { properties.insert(.nillable) }
        }
        if let length = declaration.length, length < field.length {
            throw refused("length", "\(length) is below \(field.length), which records use")
        }
        var after = Field(
            field.name,
            id: field.id,
            label: try label ?? field.label,
            field.kind,
            properties,
            length: declaration.length ?? field.length,
            since: field.since
        )
        after.referenceTo = field.referenceTo
        after.relationshipName = field.relationshipName
        after.onTargetDeletion = field.onTargetDeletion
        after.picklist = field.picklist
        after.defaultText = field.defaultText
        after.defaultBoolean = field.defaultBoolean
        after.defaultInteger = field.defaultInteger
        after.minimum = field.minimum
        after.maximum = field.maximum
        after.displayFormat = field.displayFormat
        if let targets = declaration.referenceTo {
            let given = Set(targets.map(\.inSmallLetters))
            if let left = field.referenceTo.first(where: { !given.contains($0.inSmallLetters) }) {
                throw refused("referenceTo", "\(left) is left out, and records may refer to it")
            }
        }
        try applySettings(to: &after)
        return after == field ? field : try checked(after)
    }

    private var label: String? {
        get throws(SchemaError) {
            try declaration.label.map { (text) throws(SchemaError) in
                try Schema.checkedLabel(text, at: "\(place).label")
            }
        }
    }

    private func applyingFlags(to properties: Field.Properties) -> Field.Properties {
        var properties = properties
        func apply(_ flag: Bool?, _ property: Field.Properties) {
            guard let flag else { return }
            if flag { properties.formUnion(property) } else { properties.subtract(property) }
        }
        apply(declaration.unique, .unique)
        apply(declaration.caseSensitive, .caseSensitive)
        apply(declaration.indexed, .indexed)
        apply(declaration.restricted, .restrictedPicklist)
        if let flag = declaration.externalId, flag != properties.contains(.externalID) {
            apply(flag, [.externalID, .idLookup])
        }
        return properties
    }

    /// Settings that apply to new and existing fields alike.
    private func applySettings(to field: inout Field) throws(SchemaError) {
        if let values = declaration.values { field.picklist = try picklist(values, field.length) }
        try applyReference(to: &field)
        if declaration.removed.contains(.minimum) { field.minimum = nil }
        if declaration.removed.contains(.maximum) { field.maximum = nil }
        let range = Int(Int32.min)...Int(Int32.max)
        for (property, bound) in [
            ("minimum", declaration.minimum), ("maximum", declaration.maximum),
        ] {
            if let bound, !range.contains(bound) {
                throw refused(property, "\(bound) is not an int: those have 32 bits")
            }
        }
        if let minimum = declaration.minimum { field.minimum = minimum }
        if let maximum = declaration.maximum { field.maximum = maximum }
        if let low = field.minimum, let high = field.maximum, low > high {
            throw refused(
                declaration.minimum == nil ? "maximum" : "minimum",
                "the minimum \(low) is above the maximum \(high)"
            )
        }
        if let format = declaration.displayFormat {
            guard field.has(.autonumber) else {
                throw refused("displayFormat", "only an autonumber has one")
            }
            try Self.checkFormat(format, at: "\(place).displayFormat")
            field.displayFormat = format
        }
        try applyDefault(to: &field)
        if declaration.indexed == false, field.isIndexed {
            throw refused(
                "indexed",
                "a unique field, an external id, a name and a reference are always indexed"
            )
        }
    }

    private func picklist(
        _ values: [SchemaFile.PicklistValue],
        _ length: Int
    ) throws(SchemaError) -> [Field.PicklistEntry] {
        var entries: [Field.PicklistEntry] = []
        var known: [TextKey: String] = [:]
        for (index, value) in values.enumerated() {
            let place = "\(place).values[\(index)]"
            let text = value.value
            guard text.isSameText(as: text.trimmingWhiteSpace()) else {
                throw SchemaError(
                    "\(place).value",
                    "\"\(text)\" has white space at an end, which no record keeps"
                )
            }
            guard !text.isEmpty else { throw SchemaError("\(place).value", "a value is not empty") }
            guard !text.holdsNull else {
                throw SchemaError("\(place).value", "no record can hold the character U+0000")
            }
            guard text.utf16.count <= length else {
                throw SchemaError(
                    "\(place).value",
                    "\"\(text)\" is longer than \(length), the length of the field"
                )
            }
            let key = TextKey(text.inSmallLetters)
            if let first = known[key] {
                throw SchemaError(
                    "\(place).value",
                    first.isSameText(as: text)
                        ? "\"\(text)\" is listed twice"
                        : "\"\(text)\" and \"\(first)\" differ in case only"
                )
            }
            known[key] = text
            var entry = Field.PicklistEntry(
                text,
                label: try value.label.map { (label) throws(SchemaError) in
                    try Schema.checkedLabel(label, at: "\(place).label")
                },
                isDefault: value.default ?? false
            )
            entry.isActive = value.active ?? true
            if entry.isDefault, !entry.isActive {
                throw SchemaError("\(place).default", "an inactive value cannot be the default")
            }
            entries.append(entry)
        }
        guard entries.count(where: \.isDefault) <= 1 else {
            throw refused("values", "at most one value is the default")
        }
        return entries
    }

    private func applyReference(to field: inout Field) throws(SchemaError) {
        if let targets = declaration.referenceTo {
            guard !targets.isEmpty else {
                throw refused("referenceTo", "a reference names at least one object")
            }
            var names: [String] = []
            for (index, target) in targets.enumerated() {
                let place = "\(place).referenceTo[\(index)]"
                let known = objectNames.first { $0.isSameTextIgnoringCase(as: target) }
                guard let known else {
                    throw SchemaError(
                        place,
                        "there is no object \"\(target)\"" + objectNames.suggestion(for: target)
                    )
                }
                guard !names.contains(known) else {
                    throw SchemaError(place, "\(known) is named twice")
                }
                names.append(known)
            }
            field.referenceTo = names
        }
        if declaration.removed.contains(.relationshipName) { field.relationshipName = nil }
        if let name = declaration.relationshipName {
            guard APIName.isRelationship(name) else {
                throw refused(
                    "relationshipName",
                    name.isEmpty
                        ? "it is empty: null takes it away"
                        : "\"\(name)\" is not a name for a relationship: it \(APIName.rule), and may end "
                            + "with __r"
                )
            }
            field.relationshipName = name
        }
        if let rule = declaration.onTargetDeletion { field.onTargetDeletion = rule }
    }

    private func applyDefault(to field: inout Field) throws(SchemaError) {
        if declaration.removed.contains(.default) {
            guard field.kind != .boolean else {
                throw refused("default", "a boolean is never null")
            }
            field.defaultText = nil
            field.defaultInteger = nil
        }
        guard let given = declaration.default else { return }
        guard field.canHaveDefault else {
            let reason =
                field.has(.create) && !field.has(.autonumber)
                ? "\(field.kind.rawValue.withArticle) has no default"
                : "\(field.name) is not set by whoever creates a record"
            throw refused("default", reason)
        }
        switch given {
        case .text(let text) where field.kind.isText: field.defaultText = text
        case .boolean(let flag) where field.kind == .boolean: field.defaultBoolean = flag
        case .integer(let number) where field.kind == .int: field.defaultInteger = number
        default:
            throw refused("default", "it is not of the type of the field, \(field.kind.rawValue)")
        }
    }

    /// The field, if all of its settings are consistent.
    private func checked(_ field: Field) throws(SchemaError) -> Field {
        var field = field
        if field.has(.restrictedPicklist), !field.picklist.contains(where: \.isActive) {
            throw refused("restricted", "a restricted picklist has values that are active")
        }
        if !field.has(.unique), field.has(.caseSensitive), declaration.unique == false {
            throw refused("caseSensitive", "case counts or not only in a unique text")
        }
        let entry = field.picklist.first(where: \.isDefault)
        if let text = field.defaultText {
            let kept = try normalized(.text(text), field)
            guard case .text(let kept) = kept else {
                throw refused("default", "it is empty: null takes a default away")
            }
            field.defaultText = kept
            if let entry, !entry.value.isSameText(as: kept) {
                throw refused(
                    "default",
                    "\"\(kept)\" is not \"\(entry.value)\", which is the default among the values"
                )
            }
            if field.picklist.contains(where: { $0.value.isSameText(as: kept) && !$0.isActive }) {
                throw refused("default", "\"\(kept)\" is a value that is not active")
            }
        }
        if let number = field.defaultInteger { _ = try normalized(.integer(number), field) }
        let hasDefault =
            field.defaultText != nil || field.defaultBoolean != nil || field.defaultInteger != nil
            || entry != nil
        return field.markedDefaulted(hasDefault || field.kind == .boolean)
    }

    /// The value that a record would hold if it were given the default.
    private func normalized(_ value: Value, _ field: Field) throws(SchemaError) -> Value {
        do throws(RecordError) {
            return try field.normalized(value, isTruncating: false)
        } catch {
            throw refused(
                declaration.default == nil ? "name" : "default",
                "a record could not hold the default (\(error.statusCode): \(error.message))"
            )
        }
    }

    static func checkFormat(_ format: String, at place: String) throws(SchemaError) {
        guard format.utf16.count <= 30, Autonumber(format: format) != nil else {
            throw SchemaError(
                place,
                "a format is at most 30 characters, with one counter such as {0000} in it"
            )
        }
    }
}

extension Field {
    /// The field with the correct ``Properties/defaultedOnCreate``.
    ///
    /// A standard one keeps it: the object reference lists it for fields that the engine fills.
    fileprivate func markedDefaulted(_ isDefaulted: Bool) -> Field {
        guard has(.defaultedOnCreate) != isDefaulted, isDefaulted || has(.custom) else {
            return self
        }
        return setting(
            isDefaulted
                ? properties.union(.defaultedOnCreate) : properties.subtracting(.defaultedOnCreate)
        )
    }
}
