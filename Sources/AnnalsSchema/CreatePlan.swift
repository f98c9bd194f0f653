/// What a new record of an object holds where the caller sets nothing.
///
/// Made once for an object, and walked for every record that is created.
package struct CreatePlan: Sendable {
    package enum Source: Sendable {
        /// Null, and may be.
        case nothing
        /// Null, and must not be.
        case required
        /// The field's default.
        case value(Value)
        /// The user who creates it.
        case owner
        case autonumber(Autonumber)
        /// Put together from other fields, such as FirstName and LastName.
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
            } else if let value = Self.defaultValue(of: field) {
                source = .value(value)
            } else {
                source = field.has(.nillable) ? .nothing : .required
            }
            slots.append(Slot(id: field.id, fieldIndex: index, source: source))
        }
        self.slots = slots.sorted { $0.id < $1.id }
        hasRequiredFields = slots.contains { if case .required = $0.source { true } else { false } }
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
