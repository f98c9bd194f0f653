internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsSchema

/// What a new record of an object holds where the caller sets nothing.
struct CreatePlan: Sendable {
    enum Source: Sendable {
        /// Null, unless it must have a value.
        case nothing(isRequired: Bool)
        case bytes([UInt8])
        /// The user who creates it.
        case owner
        case autonumber(Autonumber)
        /// Put together from other fields, such as FirstName and LastName.
        case name
    }

    struct Slot: Sendable {
        let id: FieldID
        let fieldIndex: Int
        let source: Source
    }

    /// In the order of field ids.
    let slots: [Slot]

    init(_ object: ObjectType) {
        slots = object.slotFields.compactMap { index in
            guard let index else { return nil }
            let field = object.fields[index]
            return Slot(
                id: field.id,
                fieldIndex: index,
                source: Self.source(of: field, object)
            )
        }
    }

    private static func source(of field: Field, _ object: ObjectType) -> Source {
        if let format = field.displayFormat, let autonumber = Autonumber(format: format) {
            return .autonumber(autonumber)
        }
        if field.has(.nameField), !object.namePartIndices.isEmpty { return .name }
        if field.name == "OwnerId" { return .owner }
        var bytes = ByteWriter()
        if let flag = field.defaultBoolean {
            bytes.append(Value.boolean(flag))
        } else if let number = field.defaultInteger {
            bytes.append(Value.integer(number))
        } else if let entry = field.picklist.first(where: { $0.isDefault && $0.isActive }) {
            bytes.append(utf8: entry.value)
        } else if let text = field.defaultText {
            bytes.append(utf8: text)
        }
        if bytes.count > 0 { return .bytes(bytes.bytes) }
        return .nothing(isRequired: !field.has(.nillable))
    }
}
