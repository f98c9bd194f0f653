/// The values of a new record of an object for fields that the caller does not set.
///
/// Computed once for an object, and walked for every record that is created.
package struct CreatePlan: Sendable {
    package enum Source: Sendable {
        /// Null, which is allowed.
        case nothing
        /// Null, which is not allowed.
        case required
        /// The field's default, as the field keeps it.
        case value(Value)
        /// The field's default, which the field cannot hold: a record must set it to be created. Apart from
        /// the others, which are copied for each field of a new record.
        indirect case refused(RecordError)
        /// The user who creates it.
        case owner
        case autonumber(Autonumber)
        /// Composed from other fields, such as FirstName and LastName.
        case name
    }

    package struct Slot: Sendable {
        package let id: FieldID
        package let fieldIndex: Int
        package let source: Source
    }

    /// In the order of field ids.
    package let slots: [Slot]
    /// Whether there is a field that the caller must set.
    package let hasRequiredFields: Bool
    /// Which of ``slots`` provide a value that must be unique.
    package let uniqueDefaults: [Int]

    init(_ fields: [Field], hasNameParts: Bool) {
        var slots: [Slot] = []
        for (index, field) in fields.enumerated() where field.id.isSlot {
            let source: Source
            if let format = field.displayFormat, let autonumber = Autonumber(format: format) {
                source = .autonumber(autonumber)
            } else if field.has(.nameField), hasNameParts {
                source = .name
            } else if field.isOwner {
                source = .owner
            } else {
                source = Self.source(of: field)
            }
            slots.append(Slot(id: field.id, fieldIndex: index, source: source))
        }
        slots.sort { $0.id < $1.id }
        self.slots = slots
        hasRequiredFields = slots.contains {
            switch $0.source {
            case .required, .refused: true
            default: false
            }
        }
        uniqueDefaults = slots.indices.filter {
            guard fields[slots[$0].fieldIndex].has(.unique) else { return false }
            if case .value = slots[$0].source { return true } else { return false }
        }
    }

    /// A default is checked like every value: what the field cannot hold is not kept.
    private static func source(of field: Field) -> Source {
        let without: Source = field.has(.nillable) ? .nothing : .required
        guard let given = defaultValue(of: field) else { return without }
        do throws(RecordError) {
            let value = try field.normalized(given, isTruncating: false)
            return value == .null ? without : .value(value)
        } catch {
            return .refused(error)
        }
    }

    private static func defaultValue(of field: Field) -> Value? {
        if let flag = field.defaultBoolean { return .boolean(flag) }
        if let number = field.defaultInteger { return .integer(number) }
        if let entry = field.picklist.first(where: { $0.isDefault && $0.isActive }) {
            return .text(entry.value)
        }
        return field.defaultText.map(Value.text)
    }
}
