import Annals

extension NaiveObject {
    /// In the order in which a deletion looks for references to the deleted record.
    static let all: [NaiveObject] = [user, group, account, contact, contactRequest, site]

    private static let email = NaiveField(name: "Email", label: "Email", kind: .email)

    static let user = NaiveObject(
        name: "User",
        label: "User",
        prefix: "005",
        fields: [
            .required("Username", "Username", 80).with {
                $0.isUnique = true
                $0.isKey = true
            },
            .required("LastName", "Last Name", 80),
            .text("FirstName", "First Name", 40),
            .made("Name", "Full Name"),
            email.with { $0.length = 128 },
            .boolean("IsActive", "Active", true),
        ],
        isDeletable: false
    )

    static let group = NaiveObject(
        name: "Group",
        label: "Group",
        prefix: "00G",
        fields: [
            .required("Name", "Name", 40),
            .text("DeveloperName", "Developer Name", 80).with {
                $0.isUnique = true
                $0.isKey = true
            },
            .picklist("Type", "Type", ["Regular", "Queue"], initial: "Regular").with {
                $0.isNillable = false
                $0.isRestricted = true
                $0.isUpdateable = false
            },
            email.with { $0.length = 255 },
        ]
    )

    static let account = NaiveObject(
        name: "Account",
        label: "Account",
        prefix: "001",
        fields: [
            .owner, .required("Name", "Account Name", 255), .text("Phone", "Account Phone", 40),
            .reference("ParentId", "Parent Account ID", ["Account"]),
        ]
    )

    static let contact = NaiveObject(
        name: "Contact",
        label: "Contact",
        prefix: "003",
        fields: [
            .owner, .required("LastName", "Last Name", 80), .text("FirstName", "First Name", 40),
            .made("Name", "Full Name"),
            .reference("AccountId", "Account ID", ["Account"]),
            .text("Phone", "Business Phone", 40),
            email.with {
                $0.length = 80
                $0.isKey = true
            },
        ]
    )

    static let contactRequest = NaiveObject(
        name: "ContactRequest",
        label: "Contact Request",
        prefix: "0Tz",
        fields: [
            .owner,
            .made("Name", "Contact Request Number", isKey: true),
            .made("LastViewedDate", "Last Viewed Date"),
            .made("LastReferencedDate", "Last Referenced Date"),
            .reference(
                "WhatId",
                "Related To ID",
                ["Account", "Case", "Opportunity", "WorkOrder"]
            ),
            .reference("WhoId", "Requestor ID", ["Contact", "Lead", "User"]),
            .text("PreferredPhone", "Preferred Phone Number", 40),
            .picklist("PreferredChannel", "Preferred Channel", ["Phone"], initial: "Phone")
                .with { $0.isNillable = false },
            .picklist(
                "Status",
                "Request Status",
                ["New", "Attempted", "Contacted", "Abandoned"],
                initial: "New"
            ).with { $0.isNillable = false },
            .picklist(
                "RequestReason",
                "Request Reason",
                ["Account", "Billing", "Case", "General", "Order", "Product", "Other"]
            ),
            .text("RequestDescription", "Request Description", 32_000),
            .boolean("IsCallback", "Is Callback", false).with { $0.since = 60 },
            number("AvailableCallbackAttempts", "Available Callback Attempts", 5),
            number("DelayBetweenCallbackAttempts", "Delay Between Callback Attempts", 10_080),
            .text("Incident__c", "Incident Number", 12).with {
                $0.isUnique = true
                $0.isKey = true
            },
            .reference("Site__c", "Site", ["Site__c"]),
        ],
        numbering: ({ _ in "CR-" }, 8)
    )

    private static func number(_ name: String, _ label: String, _ maximum: Int) -> NaiveField {
        NaiveField(
            name: name,
            label: label,
            kind: .int,
            initial: .integer(0),
            maximum: maximum,
            minimum: 0,
            since: 66
        )
    }

    static let site = NaiveObject(
        name: "Site__c",
        label: "Site",
        prefix: "a00",
        fields: [
            .owner,
            .made("Name", "Site Name", isKey: true),
            .text("Ext__c", "Ext", 20).with {
                $0.isUnique = true
                $0.isKey = true
            },
            .text("Code__c", "Code", 10).with {
                $0.isUnique = true
                $0.isCaseSensitive = true
            },
            .text("Batch__c", "Batch", 10).with { $0.isKey = true },
            .picklist("Region__c", "Region", ["North", "South"], length: 255, initial: "South")
                .with { $0.isRestricted = true },
            NaiveField(name: "Count__c", label: "Count", kind: .int),
            NaiveField(name: "Amount__c", label: "Amount", kind: .double),
            NaiveField(name: "Day__c", label: "Day", kind: .date),
            NaiveField(name: "Moment__c", label: "Moment", kind: .dateTime),
            .reference("Account__c", "Account", ["Account"], .cascade),
            .reference("Contact__c", "Contact", ["Contact"], .restrict),
            .reference("Parent__c", "Parent", ["Site__c"], .cascade),
        ],
        numbering: ({ String($0.description.prefix(7)) + "/" }, 2)
    )

    /// The custom object and fields above, as they are declared in a schema file.
    static let schemaFile = """
        {"objects": [
          {"name": "Site__c",
           "nameField": {"type": "autonumber", "displayFormat": "{YYYY}-{MM}/{00}"},
           "fields": [
            {"name": "Ext__c", "type": "string", "length": 20, "unique": true, "externalId": true},
            {"name": "Code__c", "type": "string", "length": 10, "unique": true,
             "caseSensitive": true},
            {"name": "Batch__c", "type": "string", "length": 10, "externalId": true},
            {"name": "Region__c", "type": "picklist", "restricted": true,
             "values": [{"value": "North"}, {"value": "South", "default": true}]},
            {"name": "Count__c", "type": "int"},
            {"name": "Amount__c", "type": "double"},
            {"name": "Day__c", "type": "date"},
            {"name": "Moment__c", "type": "datetime"},
            {"name": "Account__c", "type": "reference", "referenceTo": ["Account"],
             "onTargetDeletion": "cascade"},
            {"name": "Contact__c", "type": "reference", "referenceTo": ["Contact"],
             "onTargetDeletion": "restrict"},
            {"name": "Parent__c", "type": "reference", "referenceTo": ["Site__c"],
             "onTargetDeletion": "cascade"}]},
          {"name": "ContactRequest", "fields": [
            {"name": "Incident__c", "label": "Incident Number", "type": "string", "length": 12,
             "unique": true, "externalId": true},
            {"name": "Site__c", "type": "reference", "referenceTo": ["Site__c"]}]}
        ]}
        """
}
