import AnnalsDescribe
import AnnalsSchema
import AnnalsTestSupport
import Testing

struct `The layout of an object` {
    private func layout(
        of name: String,
        version: Int = 67,
        _ file: String? = nil
    ) throws -> LayoutDescription {
        let view = SchemaView(try sampleSchema(sampleFile), apiVersion: version)
        let object = try #require(view.object(name))
        return try view.layout(of: object, file.map { try LayoutFile(json: Array($0.utf8)) })
    }

    private func fields(of section: LayoutSection) -> [[String?]] {
        section.layoutRows.map { $0.layoutItems.map { $0.field?.name } }
    }

    @Test(arguments: ["ContactRequest", "Contact", "Site__c"])
    func `is what its golden file says`(name: String) throws {
        let described = try layout(of: name).json.withoutDetails.golden

        try GoldenFile("\(name)-layout-v67.json", in: "describe").expect(described)
    }

    /// The layout proposed for an engine without pages (Specification: describe 5.3).
    @Test func `of ContactRequest at 60 has the proposed fields`() throws {
        let view = SchemaView(try sampleSchema(), apiVersion: 60)
        let request = try #require(view.object("ContactRequest"))

        let sections = try view.layout(of: request).layouts[0].detailLayoutSections

        #expect(
            sections.map(\.heading) == ["Contact Request Information", "System Information"]
        )
        #expect(
            fields(of: sections[0]) == [
                ["Name", "OwnerId"], ["WhoId", "WhatId"], ["Status", "PreferredChannel"],
                ["PreferredPhone", "RequestReason"], ["IsCallback", "RequestDescription"],
            ]
        )
        #expect(fields(of: sections[1]) == [["CreatedById", "LastModifiedById"]])
    }

    @Test func `tells everything of a field where the field stands`() throws {
        let view = SchemaView(try sampleSchema(), apiVersion: 60)
        let request = try #require(view.object("ContactRequest"))

        let layout = try view.layout(of: request).layouts[0]

        let status = layout.detailLayoutSections[0].layoutRows[2].layoutItems[0]
        #expect(status.field == view.description(of: request)["Status"])
        #expect(
            status.json == [
                "editableForNew": true, "editableForUpdate": true, "label": "Request Status",
                "layoutComponents": [
                    [
                        "components": [], "details": try #require(status.field).json,
                        "displayLines": 1, "fieldType": "picklist", "tabOrder": 5,
                        "type": "Field", "value": "Status",
                    ]
                ], "placeholder": false, "required": true,
            ]
        )
    }

    @Test func `tells what a page does with a field from 67 on`() throws {
        let old = try layout(of: "Lead", version: 66).layouts[0].detailLayoutSections[0].json
        let new = try layout(of: "Lead", version: 67).layouts[0].detailLayoutSections[0].json

        func names(_ section: OrderedJSON) -> [String] {
            guard case .list(let rows)? = section["layoutRows"],
                case .list(let items)? = rows.first?["layoutItems"]
            else { return [] }
            return items.first?.names ?? []
        }
        #expect(names(new) == names(old) + ["uiBehavior"])
    }

    @Test func `leaves the places empty that nobody can edit, and sections without others out`()
        throws
    {
        let edit = try layout(of: "ContactRequest").layouts[0].editLayoutSections

        #expect(edit.map(\.heading) == ["Contact Request Information"])
        #expect(fields(of: edit[0])[0] == [nil, nil])
        #expect(fields(of: edit[0])[1] == ["WhoId", "WhatId"])
        #expect(
            edit[0].layoutRows[0].json["numItems"] == 2
                && edit[0].layoutRows[0].layoutItems.allSatisfy { $0.json["placeholder"] == true }
        )
    }

    @Test func `maps the master record type to itself and to all picklists`() throws {
        let described = try layout(of: "Site__c")

        let mapping = described.recordTypeMappings[0]
        #expect(mapping.layoutId == described.layouts[0].id)
        #expect(mapping.picklistsForRecordType.map(\.picklistName) == ["Region__c"])
        let values = mapping.picklistsForRecordType.first?.picklistValues.map(\.value)
        #expect(values == ["North", "South"])
        #expect(described.json["recordTypeSelectorRequired"] == [false])
    }

    static let declared = #"""
        {"object": "ContactRequest", "sections": [
          {"heading": "Who to call", "columns": 3, "tabOrder": "LeftToRight",
           "useCollapsibleSection": true, "collapsed": true,
           "rows": [["whoid", null, {"field": "PreferredPhone", "behavior": "Required",
                                     "label": "Call back on", "displayLines": 2}],
                    ["IsCallback"]]},
          {"rows": [[{"field": "Status", "behavior": "Readonly"}, "Name"]]}
        ]}
        """#

    @Test func `is the declared one where one is`() throws {
        let layout = try layout(of: "ContactRequest", Self.declared).layouts[0]

        let first = layout.detailLayoutSections[0]
        #expect(first.heading == "Who to call")
        #expect(first.columns == 3)
        #expect(first.tabOrder == .leftToRight)
        #expect(first.useCollapsibleSection && first.collapsed)
        #expect(fields(of: first) == [["WhoId", nil, "PreferredPhone"], ["IsCallback"]])
        let phone = first.layoutRows[0].layoutItems[2]
        #expect(phone.label == "Call back on")
        #expect(phone.required && phone.behavior == .required)
        #expect((phone.displayLines, phone.tabOrder) == (2, 3))
        let second = layout.detailLayoutSections[1]
        #expect(second.heading == nil)
        #expect(second.json["useHeading"] == false)
        #expect(second.layoutRows[0].layoutItems.map(\.behavior) == [.readonly, .readonly])
        #expect(layout.editLayoutSections.count == 1)
    }

    @Test func `leaves the place of a field empty that its version does not know`() throws {
        let layout = try layout(of: "ContactRequest", version: 59, Self.declared).layouts[0]

        #expect(fields(of: layout.detailLayoutSections[0])[1] == [nil])
    }

    @Test func `has ids that differ from object to object and section to section`() throws {
        let layouts = try ["ContactRequest", "Contact", "Site__c"].map {
            try layout(of: $0).layouts[0]
        }

        let sections = layouts.flatMap { $0.detailLayoutSections.map(\.layoutSectionId) }
        #expect(Set(layouts.map(\.id)).count == 3)
        #expect(Set(sections).count == sections.count)
        #expect(layouts[0].detailLayoutSections.allSatisfy { $0.parentLayoutId == layouts[0].id })
    }
}
