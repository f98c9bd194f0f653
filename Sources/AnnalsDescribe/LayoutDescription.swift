public import AnnalsSchema

/// The response of `describeLayout`: how a page would show and edit a record
/// (Specification: describe 5.1).
///
/// No call enforces it: a field that only the layout requires may be omitted.
public struct LayoutDescription: Sendable, Hashable, Encodable, InJSON {
    /// One: all record types and profiles share it.
    public let layouts: [Layout]
    /// The layout of each record type; there is one.
    public let recordTypeMappings: [RecordTypeMapping]

    package var json: OrderedJSON {
        [
            "layouts": .list(layouts.map(\.json)),
            "recordTypeMappings": .list(recordTypeMappings.map(\.json)),
            // A list in the guide's sample, for an unknown reason.
            "recordTypeSelectorRequired": [false],
        ]
    }
}

/// How one page shows the fields of a record, and how another edits them.
public struct Layout: Sendable, Hashable, Encodable, InJSON {
    /// The id of the layout.
    public let id: RecordID
    /// The sections of the page that shows a record.
    public let detailLayoutSections: [LayoutSection]
    /// The same, with empty space where a field cannot be written.
    public let editLayoutSections: [LayoutSection]

    package var json: OrderedJSON {
        [
            "buttonLayoutSection": nil,
            "detailLayoutSections": .list(detailLayoutSections.map(\.json)),
            "editLayoutSections": .list(editLayoutSections.map(\.json)),
            "feedView": nil,
            "highlightsPanelLayoutSection": nil,
            "id": .text(id.description),
            "multirowEditLayoutSections": [],
            "offlineLinks": [],
            "quickActionList": ["quickActionListItems": []],
            "relatedContent": nil,
            "relatedLists": [],
            "saveOptions": [],
        ]
    }
}

/// The layout of a record type, and the values of its picklists.
public struct RecordTypeMapping: Sendable, Hashable, Encodable, InJSON {
    /// The record type.
    public let recordType: RecordTypeInfo
    /// The id of its layout.
    public let layoutId: RecordID
    /// The values that its picklists offer.
    public let picklistsForRecordType: [Picklist]

    /// The values of a picklist for a record type: here all of them.
    public struct Picklist: Sendable, Hashable, Encodable, InJSON {
        /// The API name of the field.
        public let picklistName: String
        /// The values, in their order.
        public let picklistValues: [PicklistEntryDescription]

        package var json: OrderedJSON {
            [
                "picklistName": .text(picklistName),
                "picklistValues": .list(picklistValues.map(\.json)),
            ]
        }
    }

    package var json: OrderedJSON {
        recordType.json.merged(with: [
            "layoutId": .text(layoutId.description),
            "picklistsForRecordType": .list(picklistsForRecordType.map(\.json)),
        ])
    }
}
