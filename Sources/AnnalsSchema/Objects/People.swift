// People who act, own and ask, as far as a ContactRequest refers to them.

extension ObjectType.Definition {
    private static func boolean(
        _ name: String,
        _ id: UInt16,
        _ label: String,
        default flag: Bool
    ) -> Field {
        var field = Field(
            name,
            id: FieldID(rawValue: id),
            label: label,
            .boolean,
            [.create, .defaultedOnCreate, .filter, .group, .sort, .update]
        )
        field.defaultBoolean = flag
        return field
    }

    /// A name that the engine composes from its parts.
    private static let composedName = Field.text(
        "Name",
        1,
        "Full Name",
        length: 121,
        [.defaultedOnCreate, .filter, .group, .nameField, .sort]
    )

    private static let required: Field.Properties = [.create, .filter, .group, .sort, .update]

    /// Users are deactivated, never deleted.
    package static let user: ObjectType.Definition = {
        var user = ObjectType.Definition(
            "User",
            code: 1,
            label: "User",
            labelPlural: "Users",
            keyPrefix: "005",
            abilities: [.create, .update, .retrieve, .replicate],
            fields: [
                SystemFields.id(label: "User ID"),
                SystemFields.isDeleted,
                .text("Username", 2, "Username", length: 80, required.union([.idLookup, .unique])),
                .text("LastName", 3, "Last Name", length: 80, required),
                .text("FirstName", 4, "First Name", length: 40),
                composedName,
                .text("Email", 5, "Email", .email, length: 128),
                boolean("IsActive", 6, "Active", default: true),
            ] + SystemFields.audit
        )
        user.nameParts = ["FirstName", "LastName"]
        return user
    }()

    /// Public groups and queues.
    package static let group = ObjectType.Definition(
        "Group",
        code: 2,
        label: "Group",
        labelPlural: "Group",
        keyPrefix: "00G",
        fields: [
            SystemFields.id(label: "Group ID"),
            SystemFields.isDeleted,
            .text("Name", 1, "Name", length: 40, required.union(.nameField)),
            .text(
                "DeveloperName",
                2,
                "Developer Name",
                length: 80,
                [.create, .filter, .group, .idLookup, .nillable, .sort, .unique, .update]
            ),
            .picklist(
                "Type",
                3,
                "Type",
                ["Regular", "Queue"],
                length: 40,
                default: "Regular",
                [.create, .defaultedOnCreate, .filter, .group, .restrictedPicklist, .sort]
            ),
            .text("Email", 4, "Email", .email, length: 255),
        ] + SystemFields.audit
    )

    package static let contact: ObjectType.Definition = {
        var contact = ObjectType.Definition(
            "Contact",
            code: 4,
            label: "Contact",
            labelPlural: "Contacts",
            keyPrefix: "003",
            fields: [
                SystemFields.id(label: "Contact ID"),
                .owner(2),
                SystemFields.isDeleted,
                .text("LastName", 3, "Last Name", length: 80, required),
                .text("FirstName", 4, "First Name", length: 40),
                composedName,
                .reference(
                    "AccountId",
                    5,
                    "Account ID",
                    to: ["Account"],
                    relationship: "Account"
                ),
                .text("Phone", 6, "Business Phone", .phone, length: 40),
                .text(
                    "Email",
                    7,
                    "Email",
                    .email,
                    length: 80,
                    [.create, .filter, .group, .idLookup, .indexed, .nillable, .sort, .update]
                ),
            ] + SystemFields.audit
        )
        contact.nameParts = ["FirstName", "LastName"]
        return contact
    }()

    package static let lead: ObjectType.Definition = {
        var lead = ObjectType.Definition(
            "Lead",
            code: 5,
            label: "Lead",
            labelPlural: "Leads",
            keyPrefix: "00Q",
            fields: [
                SystemFields.id(label: "Lead ID"),
                .owner(2),
                SystemFields.isDeleted,
                .text("LastName", 3, "Last Name", length: 80, required),
                .text("FirstName", 4, "First Name", length: 40),
                composedName,
                .text("Company", 5, "Company", length: 255, required),
                .text("Phone", 6, "Phone", .phone, length: 40),
                .text(
                    "Email",
                    7,
                    "Email",
                    .email,
                    length: 80,
                    [.create, .filter, .group, .idLookup, .indexed, .nillable, .sort, .update]
                ),
                .picklist(
                    "Status",
                    8,
                    "Status",
                    ["Open", "Working", "Closed"],
                    default: "Open",
                    required.union(.defaultedOnCreate)
                ),
            ] + SystemFields.audit
        )
        lead.nameParts = ["FirstName", "LastName"]
        return lead
    }()
}
