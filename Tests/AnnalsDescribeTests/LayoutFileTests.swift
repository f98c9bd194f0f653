import AnnalsDescribe
import AnnalsSchema
import Foundation
import Testing

struct `A layout file` {
    private func use(_ json: String, for name: String = "ContactRequest") throws {
        let view = SchemaView(try sampleSchema(), apiVersion: 67)
        let file = try LayoutFile(json: Array(json.utf8))
        _ = try view.layout(of: try #require(view.object(name)), file)
    }

    private static func file(_ section: String) -> String {
        #"{"object": "ContactRequest", "sections": [\#(section)]}"#
    }

    static let wrong = [
        ("", "", "it is not JSON: it ends too early"),
        ("{\"object\": \"ContactRequest\",\n \"sections\" []}", "", "in line 2"),
        ("{\"object\": \"Contact\",\n \"object\": \"Lead\"}", "", "the second time in line 2"),
        ("[]", "", "it is a list where an object is expected"),
        (#"{"sections": [{"rows": [["Name"]]}]}"#, "object", "it is missing"),
        (#"{"object": "ContactRequest"}"#, "sections", "it is missing"),
        (#"{"object": "ContactRequest", "sections": []}"#, "sections", "it is empty"),
        (#"{"object": 7, "sections": [{"rows": [["Name"]]}]}"#, "object", "it is a number"),
        (file(#"{"rows": [["Name"]], "titel": "x"}"#), "sections[0].titel", "it is none of"),
        (file(#"{"rows": [["Name"]]}, {"rows": []}"#), "sections[1].rows", "it is empty"),
        (file(#"{"heading": "x"}"#), "sections[0].rows", "it is missing"),
        (file(#"{"heading": "", "rows": [["Name"]]}"#), "sections[0].heading", "it is empty"),
        (file(#"{"columns": 5, "rows": [["Name"]]}"#), "sections[0].columns", "it is 5"),
        (file(#"{"columns": 1.5, "rows": [["Name"]]}"#), "sections[0].columns", "a number"),
        (file(#"{"tabOrder": "Up", "rows": [["Name"]]}"#), "sections[0].tabOrder", "Up is none"),
        (file(#"{"collapsed": true, "rows": [["Name"]]}"#), "sections[0].collapsed", "expand"),
        (file(#"{"rows": [[]]}"#), "sections[0].rows[0]", "it has 0 cells"),
        (file(#"{"rows": [["Name"], ["Id", "WhoId", "WhatId"]]}"#), "sections[0].rows[1]", "has 3"),
        (file(#"{"rows": [["Name", 7]]}"#), "sections[0].rows[0][1]", "it is a number"),
        (file(#"{"rows": [[""]]}"#), "sections[0].rows[0][0]", "it is empty"),
        (file(#"{"rows": [[{"label": "x"}]]}"#), "sections[0].rows[0][0].field", "it is missing"),
        (
            file(#"{"rows": [[{"field": "Status", "behaviour": "Edit"}]]}"#),
            "sections[0].rows[0][0].behaviour", "it is none of field, label, behavior, displayLines"
        ),
        (
            file(#"{"rows": [[{"field": "Status", "behavior": "edit"}]]}"#),
            "sections[0].rows[0][0].behavior", "edit is none of Edit, Required, Readonly"
        ),
        (
            file(#"{"rows": [[{"field": "Status", "displayLines": 0}]]}"#),
            "sections[0].rows[0][0].displayLines", "a number from 1 to 100"
        ),
        (file(#"{"rows": [["Statuss"]]}"#), "sections[0].rows[0][0]", "no field Statuss"),
        (
            file(#"{"rows": [["Status"]]}, {"rows": [[null, "status"]]}"#),
            "sections[1].rows[0][1]", "Status has a place already"
        ),
        (
            file(#"{"rows": [[{"field": "Name", "behavior": "Required"}]]}"#),
            "sections[0].rows[0][0]", "Name cannot be written"
        ),
        (
            #"{"object": "Contact", "sections": [{"rows": [["Name"]]}]}"#, "object",
            "ContactRequest is described"
        ),
    ]

    @Test(arguments: wrong)
    func `that is wrong is refused with the place and the reason`(
        json: String,
        place: String,
        reason: String
    ) throws {
        let error = try #require(throws: LayoutError.self) { try use(json) }

        #expect(error.place == place)
        #expect(error.reason.contains(reason), "\(error)")
    }

    @Test func `may ask for a name that is made of its parts`() throws {
        try use(
            #"{"object": "contact", "sections": [{"rows": [[{"field": "Name", "behavior": "Edit"}]]}]}"#,
            for: "Contact"
        )
    }
    @Test func `is the one that the documents show`() throws {
        let url = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/Annals/Documentation.docc/Describing.md")
        let page = try String(contentsOf: url, encoding: .utf8)
        let start = try #require(page.range(of: "```json\n")?.upperBound)
        let end = try #require(page.range(of: "```", range: start..<page.endIndex)?.lowerBound)

        try use(String(page[start..<end]))
    }
}
