internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsSchema

/// What a new record of an object holds where the caller sets nothing.
///
/// Flat, without references: it is walked for every record that is created.
struct CreatePlan: Sendable {
    enum Source: Sendable {
        /// Null, and may be.
        case nothing
        /// Null, and must not be.
        case required
        /// The default, in ``CreatePlan/defaults``.
        case bytes(Range<Int>)
        /// The user who creates it.
        case owner
        /// After the pattern with this index in ``CreatePlan/autonumbers``.
        case autonumber(Int)
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
    let defaults: [UInt8]
    let autonumbers: [Autonumber]
    /// Whether there is a field that the caller must set.
    let hasRequiredFields: Bool

    init(_ object: ObjectType) {
        var slots: [Slot] = []
        var defaults = ByteWriter()
        var autonumbers: [Autonumber] = []
        for index in object.slotFields {
            guard let index else { continue }
            let field = object.fields[index]
            let source: Source
            let start = defaults.count
            Self.appendDefault(of: field, to: &defaults)
            if let format = field.displayFormat, let autonumber = Autonumber(format: format) {
                source = .autonumber(autonumbers.count)
                autonumbers.append(autonumber)
            } else if field.has(.nameField), !object.namePartIndices.isEmpty {
                source = .name
            } else if field.isOwner {
                source = .owner
            } else if defaults.count > start {
                source = .bytes(start..<defaults.count)
            } else {
                source = field.has(.nillable) ? .nothing : .required
            }
            slots.append(Slot(id: field.id, fieldIndex: index, source: source))
        }
        self.slots = slots
        hasRequiredFields = slots.contains { if case .required = $0.source { true } else { false } }
        self.defaults = defaults.bytes
        self.autonumbers = autonumbers
    }

    private static func appendDefault(of field: Field, to bytes: inout ByteWriter) {
        if let flag = field.defaultBoolean {
            bytes.append(Value.boolean(flag))
        } else if let number = field.defaultInteger {
            bytes.append(Value.integer(number))
        } else if let entry = field.picklist.first(where: { $0.isDefault && $0.isActive }) {
            bytes.append(utf8: entry.value)
        } else if let text = field.defaultText {
            bytes.append(utf8: text)
        }
    }
}
