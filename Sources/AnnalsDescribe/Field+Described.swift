internal import AnnalsSchema

// From the declaration of a field to its it
// (Specification: describe 3.1, 3.3).

extension Field.Kind {
    /// The type on the wire (Specification: calls 7.3).
    var soapType: String {
        switch self {
        case .id, .reference: "tns:ID"
        case .boolean: "xsd:boolean"
        case .int: "xsd:int"
        case .double: "xsd:double"
        case .date: "xsd:date"
        case .datetime: "xsd:dateTime"
        case .string, .textarea, .phone, .email, .url, .picklist: "xsd:string"
        }
    }
}

extension Field {
    /// Whether a client can set it at all.
    var isWritable: Bool { !properties.isDisjoint(with: [.create, .update]) }

    var describedLength: Int {
        switch kind {
        case .id, .reference: 18
        case _ where kind.isText: length
        default: 0
        }
    }

    /// As many as the longer of the two limits has.
    var describedDigits: Int {
        guard kind == .int else { return 0 }
        let limits = [minimum ?? Int(Int32.min), maximum ?? Int(Int32.max)]
        return limits.map { String($0.magnitude).count }.max() ?? 0
    }

    /// The default of a picklist is that of its entries, or a separate text.
    var describedDefault: Value? {
        switch kind {
        case .boolean: .boolean(defaultBoolean ?? false)
        case .picklist:
            (picklist.first { $0.isDefault && $0.isActive }?.value ?? defaultText).map(Value.text)
        default: nil
        }
    }

    /// Where Salesforce has formulas, the schema has constants, described as such formulas.
    var defaultFormula: String? {
        switch kind {
        case .boolean, .picklist: nil
        case .int: defaultInteger.map(String.init)
        default:
            defaultText.map {
                let escaped = $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                return "\"\(escaped)\""
            }
        }
    }

    /// Whether it could be hidden from a profile.
    ///
    /// Not hidden: what names a record, who owns it, what the engine sets, and required fields; a
    /// boolean always has a value and can be hidden.
    var isPermissionable: Bool {
        isWritable && !isOwner && !has(.nameField) && (has(.nillable) || kind == .boolean)
    }
}
