// Definitions as declarations: what `annals schema --json` writes, and `annals schema apply` reads.

extension SchemaFile.ObjectDeclaration {
    /// The declaration that gives a store this object, setting by setting.
    package init(_ object: ObjectType.Definition) {
        self.init(name: object.name, fields: object.fields.map(SchemaFile.FieldDeclaration.init))
        label = object.label
        labelPlural = object.labelPlural
        keyPrefix = object.keyPrefix
        // The name of a custom object is created with the object; that of a standard one is a
        // field.
        guard object.isCustom, let field = object.fields.first(where: { $0.has(.nameField) }) else {
            return
        }
        var name = SchemaFile.NameFieldDeclaration()
        name.label = field.label
        name.type = field.has(.autonumber) ? "autonumber" : "string"
        name.displayFormat = field.displayFormat
        nameField = name
    }
}

extension SchemaFile.FieldDeclaration {
    fileprivate init(_ field: Field) {
        self.init(name: field.name)
        label = field.label
        type = field.kind.rawValue
        if field.kind.isText { length = field.length }
        if field.kind != .boolean { required = !field.has(.nillable) }
        if field.kind.canBeUnique {
            unique = field.has(.unique)
            externalId = field.has(.externalID)
        }
        if field.has(.caseSensitive) || field.has(.unique), field.kind.isText {
            caseSensitive = field.has(.caseSensitive)
        }
        if field.id.isSlot {
            // What is always indexed cannot be declared otherwise.
            if field.has(.indexed) { indexed = true } else if !field.isIndexed { indexed = false }
        }
        tellDefault(of: field)
        if field.kind == .picklist {
            values = field.picklist.map { entry in
                var value = SchemaFile.PicklistValue(entry.value)
                value.label = entry.label
                value.default = entry.isDefault
                value.active = entry.isActive
                return value
            }
            restricted = field.has(.restrictedPicklist)
        }
        if field.kind == .reference {
            referenceTo = field.referenceTo
            onTargetDeletion = field.onTargetDeletion
            relationshipName = field.relationshipName
            if relationshipName == nil { removed.insert(.relationshipName) }
        }
        if field.kind == .int {
            minimum = field.minimum
            maximum = field.maximum
            if minimum == nil { removed.insert(.minimum) }
            if maximum == nil { removed.insert(.maximum) }
        }
        displayFormat = field.displayFormat
    }

    private mutating func tellDefault(of field: Field) {
        guard field.canHaveDefault else { return }
        if let flag = field.defaultBoolean {
            `default` = .boolean(flag)
        } else if let number = field.defaultInteger {
            `default` = .integer(number)
        } else if let text = field.defaultText {
            `default` = .text(text)
        } else if field.kind != .boolean {
            removed.insert(.default)
        }
    }
}

extension ObjectType.Definition {
    var isCustom: Bool { APIName.isCustom(name) }
}

extension Field {
    /// Whether records that do not set the field can get a value from its definition.
    var canHaveDefault: Bool {
        guard has(.create), !has(.autonumber) else { return false }
        return kind.isText || kind == .boolean || kind == .int
    }
}

extension Field.Kind {
    /// Whether values can be distinguished from all others, and find their record.
    var canBeUnique: Bool {
        switch self {
        case .string, .email, .int, .double: true
        default: false
        }
    }

    /// The lengths that a field of this kind may be declared with; `nil` if it has no length.
    var lengths: ClosedRange<Int>? {
        switch self {
        case .string, .url, .picklist: 1...255
        case .phone: 1...40
        case .email: 1...80
        case .textarea: 1...131_072
        default: nil
        }
    }

    var defaultLength: Int {
        switch self {
        case .textarea: 32_000
        case .reference: 18
        default: lengths?.upperBound ?? 0
        }
    }
}
