internal import AnnalsSchema

/// A value that a picklist offers (Specification: describe 3.2).
public struct PicklistEntryDescription: Sendable, Hashable, Encodable, InJSON {
    /// What records hold.
    public let value: String
    /// What people see.
    public let label: String
    /// Whether a new record has it if no other is set.
    public let defaultValue: Bool

    init(_ entry: Field.PicklistEntry) {
        value = entry.value
        label = entry.label
        defaultValue = entry.isDefault
    }

    package var json: OrderedJSON {
        [
            // Inactive values are not listed.
            "active": true,
            "defaultValue": .boolean(defaultValue),
            "label": .text(label),
            "validFor": nil,
            "value": .text(value),
        ]
    }
}
