import Annals
import AnnalsJSON
import AnnalsTestSupport
import Testing

@testable import AnnalsImport

/// A mapping without operations: each row is the state of a record after a change.
private let mapping = """
    {"object": "ContactRequest",
     "key": {"field": "RequestNumber__c", "value": "{number}"},
     "nulls": ["?"],
     "time": {"value": "{at}", "format": "D/M/YYYY HH:mm"},
     "sort": true,
     "fields": {
       "Status": "{state}",
       "RequestReason": "Category {category}, {category#2}",
       "RequestDescription": {"template": "at {place}", "keepNulls": true},
       "IsCallback": {"equals": ["{channel}", "Phone"]},
       "OwnerId": {"first": [{"reference": "User", "by": "Username", "value": "{owner}@x.example",
                              "create": {"LastName": "{owner}"}}, {"importer": true}]},
       "WhatId": {"null": true}}}
    """

private let header = "number,state,category,category,place,channel,owner,at"

struct `An import of CSV` {
    @Test func `sorts rows by time, and those of a minute as they stand`() async throws {
        let store = try ImportStore()
        let summary = try await store.importing(
            """
            \u{FEFF}\(header)
            R1,New,1,2,?,Phone,?,29/2/2016 01:16
            R1,Closed,1,2,?,Phone,?,1/3/2016 00:00
            R2,New,1,2,?,Phone,?,29/2/2016 01:15
            R2,Open,1,2,?,Phone,?,29/2/2016 01:16
            R2,Done,1,2,?,Phone,?,29/2/2016 01:16
            """,
            named: "rows.csv",
            mapping: mapping
        )

        let events = try await store.events().of("ContactRequest")
        #expect(
            events.map { event in event.changes.first { $0.field == "Status" }?.after } == [
                "New", "New", "Open", "Done", "Closed",
            ]
        )
        #expect(events.kinds == [.created, .created, .updated, .updated, .updated])
        #expect(events.map(\.time) == events.map(\.time).sorted())
        #expect(summary.rows == 5)
    }

    @Test func `maps cells as it is told`() async throws {
        let store = try ImportStore()
        _ = try await store.importing(
            """
            \(header)\r
            R1,"New, ""hot\""",1,2,"Main
            Street",Phone,?,29/2/2016 01:16\r
            R2,New,?,2,?,Web,bo,29/2/2016 01:17\r

            """,
            named: "rows.csv",
            mapping: mapping
        )

        try await store.looking { store in
            let session = store.session()
            let fields = [
                "Status", "RequestReason", "RequestDescription", "IsCallback", "OwnerId", "WhatId",
            ]
            let selection = try session.selection(of: "ContactRequest", fields)
            let records = try await store.session().records(selection).map { record in
                fields.map { record[$0] ?? .null }
            }
            let bo = try await #require(
                store.session().find("bo@x.example", in: "Username", of: "User").first
            )
            #expect(
                records == [
                    [
                        "New, \"hot\"", "Category 1, 2", "at Main\nStreet", true,
                        .id(store.administrator), .null,
                    ],
                    ["New", .null, "at ?", false, .id(bo), .null],
                ]
            )
        }
    }
}

struct `Refused rows` {
    @Test func `are told with their lines, and the others are imported`() async throws {
        let store = try ImportStore()
        let summary = try await store.importing(
            """
            \(header)
            R1,New,1,2,"two
            lines",Phone,?,29/2/2016 01:16
            R2,New,1,2,?,Phone,?
            R3,New,1,2,"x"y,Phone,?,29/2/2016 01:16
            R4,New,1,2,?,Phone,?,30/2/2016 01:16
            ?,New,1,2,?,Phone,?,29/2/2016 01:16
            R6,New,1,2,?,Phone,\(String(repeating: "o", count: 99)),29/2/2016 01:17
            R7-is-too-long-for-it,New,1,2,?,Phone,?,29/2/2016 01:17
            R8,New,1,2,?,Phone,?,29/2/2016 01:18
            """,
            named: "rows.csv",
            mapping: mapping,
            options: store.rejectOptions()
        )

        let rejects = try store.rejects()
        #expect(summary.created == 2)
        #expect(summary.rejected == 6)
        // Rows without a time come first, because nobody knows when their turn would be.
        #expect(rejects.map(\.line) == [4, 5, 6, 7, 8, 9])
        #expect(
            rejects.map(\.error.statusCode)
                == [
                    "MALFORMED_ROW", "MALFORMED_ROW", "MALFORMED_TIME", "MISSING_ARGUMENT",
                    "STRING_TOO_LONG", "STRING_TOO_LONG",
                ]
        )
        #expect(rejects.first?.row == .text("R2,New,1,2,?,Phone,?"))
        #expect(
            rejects.dropFirst(2).first?.row
                == .object([
                    ("number", .text("R4")), ("state", .text("New")), ("category", .text("1")),
                    ("category#2", .text("2")), ("place", .text("?")), ("channel", .text("Phone")),
                    ("owner", .text("?")), ("at", .text("30/2/2016 01:16")),
                ])
        )
        #expect(rejects.last?.error.fields == ["RequestNumber__c"])
        #expect(try await store.events().of("ContactRequest").count == 2)
    }

    @Test func `are those that JSON, the operation, the key or the log refuse`() async throws {
        let store = try ImportStore()
        let summary = try await store.importing(
            """
            {"number":"R1","at":"2026-01-05T08:00:00Z","op":"create"}
            {"number":"R2","at":"2026-01-05T08:00:00Z","op":"create"
            {"number":"R3","at":"2026-01-05T08:00:00Z","op":"create","status":["x"]}
            {"number":"R4","at":"2026-01-05T08:00:00Z","op":"merge"}
            {"number":"R5","at":"2026-01-05T08:00:00Z","op":"delete"}
            {"number":"R6","at":"2026-01-05T07:59:59Z","op":"create","by":"new"}
            {"number":"R1","at":"2026-01-05T08:00:00Z","op":"create"}
            {"number":"R1","at":"2026-01-05T08:00:00Z","op":"undelete"}
            {"number":"R1","at":"2026-01-05T08:00:00Z","op":"update","callback":"perhaps"}
            {"number":"R8","at":"2026-01-05T08:00:00Z","op":"create"}
            "R9"
            """,
            options: store.rejectOptions()
        )

        let rejects = try store.rejects()
        #expect(
            rejects.map(\.error.statusCode) == [
                "MALFORMED_ROW", "MALFORMED_ROW", "UNKNOWN_OPERATION",
                "INVALID_CROSS_REFERENCE_KEY", "TIME_TOO_EARLY", "DUPLICATE_VALUE",
                "UNDELETE_FAILED", "INVALID_TYPE_ON_FIELD_IN_RECORD", "MALFORMED_ROW",
            ]
        )
        #expect(rejects.map(\.line) == [2, 3, 4, 5, 6, 7, 8, 9, 11])
        #expect(summary.created == 2)
        #expect(summary.rejected == 9)
        #expect(summary.referencesCreated == [:])
    }

    @Test func `stop the import where there are too many`() async throws {
        let store = try ImportStore()
        var options = store.rejectOptions()
        options.rejectLimit = 2
        options.batchRowCountMax = 1

        await #expect(throws: ImportError.tooManyRejects(2)) {
            try await store.importing("1\n2\n3\n", options: options)
        }
        #expect(try store.rejects().map(\.line) == [1, 2])
    }

    @Test func `of a run before are not in the file of a new import`() async throws {
        let store = try ImportStore()
        let options = store.rejectOptions()
        _ = try await store.importing("1\n", options: options)
        _ = try await store.importing("\n2\n", options: options)

        #expect(try store.rejects().map(\.line) == [2])
    }
}
