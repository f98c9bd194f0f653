// What a ContactRequest may be about, as far as it refers to it.

extension ObjectType.Definition {
    private static let required: Field.Properties = [.create, .filter, .group, .sort, .update]

    package static let account = ObjectType.Definition(
        "Account",
        code: 3,
        label: "Account",
        labelPlural: "Accounts",
        keyPrefix: "001",
        fields: [
            SystemFields.id(label: "Account ID"),
            .owner(2),
            SystemFields.isDeleted,
            .text("Name", 1, "Account Name", length: 255, required.union(.nameField)),
            .text("Phone", 3, "Account Phone", .phone, length: 40),
            .reference(
                "ParentId",
                4,
                "Parent Account ID",
                to: ["Account"],
                relationship: "Parent"
            ),
        ] + SystemFields.audit
    )

    package static let opportunity = ObjectType.Definition(
        "Opportunity",
        code: 6,
        label: "Opportunity",
        labelPlural: "Opportunities",
        keyPrefix: "006",
        fields: [
            SystemFields.id(label: "Opportunity ID"),
            .owner(2),
            SystemFields.isDeleted,
            .text("Name", 1, "Name", length: 120, required.union(.nameField)),
            .reference("AccountId", 3, "Account ID", to: ["Account"], relationship: "Account"),
            .picklist(
                "StageName",
                4,
                "Stage",
                ["Prospecting", "Qualification", "Proposal", "Closed Won", "Closed Lost"],
                required
            ),
            Field("CloseDate", id: FieldID(rawValue: 5), label: "Close Date", .date, required),
        ] + SystemFields.audit
    )

    package static let caseObject = ObjectType.Definition(
        "Case",
        code: 7,
        label: "Case",
        labelPlural: "Cases",
        keyPrefix: "500",
        fields: [
            SystemFields.id(label: "Case ID"),
            .owner(2),
            SystemFields.isDeleted,
            .autonumber("CaseNumber", 1, "Case Number", format: "{00000000}", length: 30),
            .reference("ContactId", 3, "Contact ID", to: ["Contact"], relationship: "Contact"),
            .reference("AccountId", 4, "Account ID", to: ["Account"], relationship: "Account"),
            .text("Subject", 5, "Subject", length: 255),
            .picklist(
                "Status",
                6,
                "Status",
                ["New", "Working", "Escalated", "Closed"],
                default: "New",
                required.union(.defaultedOnCreate)
            ),
        ] + SystemFields.audit
    )

    package static let workOrder = ObjectType.Definition(
        "WorkOrder",
        code: 8,
        label: "Work Order",
        labelPlural: "Work Orders",
        keyPrefix: "0WO",
        fields: [
            SystemFields.id(label: "Work Order ID"),
            .owner(2),
            SystemFields.isDeleted,
            .autonumber(
                "WorkOrderNumber",
                1,
                "Work Order Number",
                format: "{00000000}",
                length: 255
            ),
            .reference("CaseId", 3, "Case ID", to: ["Case"], relationship: "Case"),
            .reference("AccountId", 4, "Account ID", to: ["Account"], relationship: "Account"),
            .text("Subject", 5, "Subject", length: 255),
            .picklist(
                "Status",
                6,
                "Status",
                ["New", "In Progress", "Completed", "Canceled"],
                default: "New"
            ),
        ] + SystemFields.audit
    )

    /// The objects that every store has.
    package static let standard: [ObjectType.Definition] = [
        .user, .group, .account, .contact, .lead, .opportunity, .caseObject, .workOrder,
        .contactRequest,
    ]
}
