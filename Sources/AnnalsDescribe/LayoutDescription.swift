public import AnnalsSchema

/// What `describeLayout` answers: how a page would show and edit a record
/// (Specification: describe 5.1).
///
/// Nothing holds a call to it: a field that only the layout requires may be left out of a record.
public struct LayoutDescription: Sendable, Hashable, Encodable {
    /// One: all record types and profiles share it.
    public let layouts: [Layout]
    public let recordTypeMappings: [RecordTypeMapping]

    package var json: OrderedJSON {
        [
            "layouts": .list(layouts.map(\.json)),
            "recordTypeMappings": .list(recordTypeMappings.map(\.json)),
            // A list in the guide's sample, for whatever reason.
            "recordTypeSelectorRequired": [false],
        ]
    }

    public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}

/// How one page shows the fields of a record, and how another edits them.
public struct Layout: Sendable, Hashable, Encodable {
    public let id: RecordID
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

    public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}

/// Which layout a record type has, and what its picklists offer.
public struct RecordTypeMapping: Sendable, Hashable, Encodable {
    public let recordType: RecordTypeInfo
    public let layoutId: RecordID
    public let picklistsForRecordType: [Picklist]

    /// What a picklist of the object offers to a record type: here all that it has.
    public struct Picklist: Sendable, Hashable, Encodable {
        public let picklistName: String
        public let picklistValues: [PicklistEntryDescription]

        package var json: OrderedJSON {
            [
                "picklistName": .text(picklistName),
                "picklistValues": .list(picklistValues.map(\.json)),
            ]
        }

        public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
    }

    package var json: OrderedJSON {
        recordType.json.merged(with: [
            "layoutId": .text(layoutId.description),
            "picklistsForRecordType": .list(picklistsForRecordType.map(\.json)),
        ])
    }

    public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}
