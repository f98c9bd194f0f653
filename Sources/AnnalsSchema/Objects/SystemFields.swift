/// The fields that every object has, whose values the engine sets (Specification: fields 5).
enum SystemFields {
    /// Id, which comes first.
    static func id(label: String) -> Field {
        Field(
            "Id",
            id: .id,
            label: label,
            .id,
            [.defaultedOnCreate, .filter, .group, .idLookup, .sort],
            length: 18
        )
    }

    static let isDeleted = Field(
        "IsDeleted",
        id: .isDeleted,
        label: "Deleted",
        .boolean,
        [.defaultedOnCreate, .filter, .group, .sort]
    )

    /// Who and when: the audit fields, in the order of the object reference.
    static let audit: [Field] = [
        date("CreatedDate", .createdDate, "Created Date"),
        user("CreatedById", .createdByID, "Created By ID", relationship: "CreatedBy"),
        date("LastModifiedDate", .lastModifiedDate, "Last Modified Date"),
        user(
            "LastModifiedById",
            .lastModifiedByID,
            "Last Modified By ID",
            relationship: "LastModifiedBy"
        ),
        date("SystemModstamp", .systemModstamp, "System Modstamp"),
    ]

    /// When the requesting user last saw a record; kept for each user, not for the record.
    static let views: [Field] = [
        Field(
            "LastViewedDate",
            id: .lastViewedDate,
            label: "Last Viewed Date",
            .datetime,
            [.filter, .nillable, .sort]
        ),
        Field(
            "LastReferencedDate",
            id: .lastReferencedDate,
            label: "Last Referenced Date",
            .datetime,
            [.filter, .nillable, .sort]
        ),
    ]

    private static func date(_ name: String, _ id: FieldID, _ label: String) -> Field {
        Field(name, id: id, label: label, .datetime, [.defaultedOnCreate, .filter, .sort])
    }

    private static func user(
        _ name: String,
        _ id: FieldID,
        _ label: String,
        relationship: String
    ) -> Field {
        var field = Field(
            name,
            id: id,
            label: label,
            .reference,
            [.defaultedOnCreate, .filter, .group, .sort],
            length: 18
        )
        field.referenceTo = ["User"]
        field.relationshipName = relationship
        return field
    }
}

extension Field {
    /// A one-line declaration; by default with the uses of an ordinary object's field.
    static func text(
        _ name: String,
        _ id: UInt16,
        _ label: String,
        _ kind: Kind = .string,
        length: Int,
        _ properties: Properties = [.create, .filter, .group, .nillable, .sort, .update],
        since: Int = APIVersion.oldest
    ) -> Field {
        Field(
            name,
            id: FieldID(rawValue: id),
            label: label,
            kind,
            properties,
            length: length,
            since: since
        )
    }

    static func reference(
        _ name: String,
        _ id: UInt16,
        _ label: String,
        to objects: [String],
        relationship: String,
        _ properties: Properties = [.create, .filter, .group, .nillable, .sort, .update]
    ) -> Field {
        var field = Field(
            name,
            id: FieldID(rawValue: id),
            label: label,
            .reference,
            objects.count > 1 ? properties.union(.namePointing) : properties,
            length: 18
        )
        field.referenceTo = objects
        field.relationshipName = relationship
        return field
    }

    static func owner(_ id: UInt16) -> Field {
        .reference(
            "OwnerId",
            id,
            "Owner ID",
            to: ["Group", "User"],
            relationship: "Owner",
            [.create, .defaultedOnCreate, .filter, .group, .sort, .update]
        )
    }

    static func autonumber(
        _ name: String,
        _ id: UInt16,
        _ label: String,
        format: String,
        length: Int
    ) -> Field {
        var field = Field.text(
            name,
            id,
            label,
            length: length,
            [.autonumber, .defaultedOnCreate, .filter, .idLookup, .nameField, .sort]
        )
        field.displayFormat = format
        return field
    }

    static func picklist(
        _ name: String,
        _ id: UInt16,
        _ label: String,
        _ values: [String],
        length: Int = 255,
        default defaultValue: String? = nil,
        _ properties: Properties = [.create, .filter, .group, .nillable, .sort, .update]
    ) -> Field {
        var field = Field.text(name, id, label, .picklist, length: length, properties)
        field.picklist = values.map { PicklistEntry($0, isDefault: $0 == defaultValue) }
        return field
    }
}
