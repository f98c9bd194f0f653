internal import AnnalsSchema

/// A value that a picklist offers (Specification: describe 3.2).
public struct PicklistEntryDescription: Sendable, Hashable, Encodable, InJSON {
    public let value: String
    public let label: String
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
