extension ObjectType.Definition {
    /// A customer asks support to get back to them.
    ///
    /// Declared line by line after the object reference, which
    /// `fixtures/object-reference/ContactRequest.tsv` contains; a test compares the two. The
    /// default entries of the picklists and the format of Name are unpublished: New, Phone, none,
    /// and `CR-{00000000}` were chosen (Specification: fields 2.3, 6.1).
    package static let contactRequest = ObjectType.Definition(
        "ContactRequest",
        code: 16,
        label: "Contact Request",
        labelPlural: "Contact Requests",
        keyPrefix: "0Tz",
        since: 45,
        fields: [
            SystemFields.id(label: "Contact Request ID"),
            .owner(2),
            SystemFields.isDeleted,
            .autonumber("Name", 1, "Contact Request Number", format: "CR-{00000000}", length: 255),
        ]
            + SystemFields.audit + SystemFields.views + [
                .reference(
                    "WhatId",
                    3,
                    "Related To ID",
                    to: ["Account", "Case", "Opportunity", "WorkOrder"],
                    relationship: "What"
                ),
                .reference(
                    "WhoId",
                    4,
                    "Requestor ID",
                    to: ["Contact", "Lead", "User"],
                    relationship: "Who"
                ),
                .text("PreferredPhone", 5, "Preferred Phone Number", .phone, length: 40),
                .picklist(
                    "PreferredChannel",
                    6,
                    "Preferred Channel",
                    ["Phone"],
                    length: 40,
                    default: "Phone",
                    [.create, .defaultedOnCreate, .filter, .group, .sort, .update]
                ),
                .picklist(
                    "Status",
                    7,
                    "Request Status",
                    ["New", "Attempted", "Contacted", "Abandoned"],
                    length: 40,
                    default: "New",
                    [.create, .defaultedOnCreate, .filter, .group, .sort, .update]
                ),
                .picklist(
                    "RequestReason",
                    8,
                    "Request Reason",
                    ["Account", "Billing", "Case", "General", "Order", "Product", "Other"],
                    length: 40,
                    [.create, .defaultedOnCreate, .filter, .group, .nillable, .sort, .update]
                ),
                .text(
                    "RequestDescription",
                    9,
                    "Request Description",
                    .textarea,
                    length: 32_000,
                    [.create, .nillable, .update]
                ),
                isCallback,
                integer(
                    "AvailableCallbackAttempts",
                    11,
                    "Available Callback Attempts",
                    maximum: 5
                ),
                integer(
                    "DelayBetweenCallbackAttempts",
                    12,
                    "Delay Between Callback Attempts",
                    maximum: 10_080
                ),
            ]
    )

    private static let isCallback: Field = {
        var field = Field(
            "IsCallback",
            id: FieldID(rawValue: 10),
            label: "Is Callback",
            .boolean,
            [.create, .defaultedOnCreate, .filter, .group, .sort, .update],
            since: 60
        )
        field.defaultBoolean = false
        return field
    }()

    private static func integer(
        _ name: String,
        _ id: UInt16,
        _ label: String,
        maximum: Int
    ) -> Field {
        var field = Field(
            name,
            id: FieldID(rawValue: id),
            label: label,
            .int,
            [.create, .filter, .group, .nillable, .sort, .update],
            since: 66
        )
        field.minimum = 0
        field.maximum = maximum
        field.defaultInteger = 0
        return field
    }
}
