internal import AnnalsSchema

/// The fields of Name, the object that queries see at the end of a reference to several objects
/// (Specification: soql 3.2), except Type.
///
/// They do not depend on the objects that a reference may refer to: a query may ask for
/// `Owner.IsActive` of queues as well, and `What.ProfileId` of objects that never have one.
enum NameFields {
    private static let byName: [String: Field] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.name.lowercased(), $0) }
    )

    /// - Parameter name: In lower case.
    static func field(_ name: String) -> Field? { byName[name] }

    private static let all: [Field] = [
        field("Id", .id), field("Name", .string), field("FirstName", .string),
        field("LastName", .string), field("Username", .string), field("Alias", .string),
        field("Email", .email), field("Phone", .phone), field("Title", .string),
        field("IsActive", .boolean), field("ProfileId", .reference, to: ["Profile"]),
        field("UserRoleId", .reference, to: ["UserRole"]),
        field("RecordTypeId", .reference, to: ["RecordType"]),
        field("LastViewedDate", .datetime), field("LastReferencedDate", .datetime),
    ]

    private static func field(
        _ name: String,
        _ kind: Field.Kind,
        to targets: [String] = []
    ) -> Field {
        var field = Field(
            name,
            // No row has it: the fields of the objects determine where a value lies.
            id: FieldID(rawValue: 0xFFF0),
            label: name,
            kind,
            [.filter, .group, .nillable, .sort],
            length: 255
        )
        field.referenceTo = targets
        return field
    }
}
