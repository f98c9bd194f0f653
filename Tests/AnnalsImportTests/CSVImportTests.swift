import Annals
import AnnalsImport
import AnnalsTestSupport
import Testing

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

        let events = try store.events().of("ContactRequest")
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

        try store.looking { store in
            let session = store.session()
            let fields = [
                "Status", "RequestReason", "RequestDescription", "IsCallback", "OwnerId", "WhatId",
            ]
            let selection = try session.selection(of: "ContactRequest", fields)
            let records = try store.records(selection).map { record in
                fields.map { record[$0] ?? .null }
            }
            let bo = try #require(store.find("bo@x.example", in: "Username", of: "User").first)
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
