import Annals
import AnnalsImport
import AnnalsTestSupport
import Foundation
import Testing

struct `A file that was imported before` {
    /// Without times, so that rows may come later than others.
    private static let mapping = """
        {"object": "ContactRequest",
         "key": {"field": "RequestNumber__c", "value": "{number}"},
         "operation": {"value": "{op}"},
         "fields": {"Status": "{status}", "PreferredPhone": "{phone}"}}
        """

    private func rows(_ rows: [(String, String, String)]) -> String {
        rows.map { "{\"op\":\"\($0.0)\",\"number\":\"\($0.1)\",\"status\":\"\($0.2)\"}\n" }.joined()
    }

    private func status(_ number: String, in store: ImportStore) async throws -> Value? {
        try await store.looking { store in
            guard
                let id = try await store.session().find(
                    number,
                    in: "RequestNumber__c",
                    of: "ContactRequest"
                ).first
            else { return nil }
            let session = store.session()
            return try await session.retrieve(from: "ContactRequest", ids: [RecordReference(id)])[
                0
            ]?[
                "Status"
            ]
        }
    }

    @Test
    func `is imported where a row differs, in the middle too, and again when it is as it was`()
        async throws
    {
        let store = try ImportStore()
        // Longer than what a check of only its first and last bytes would cover.
        var first = (0..<3000).map { ("upsert", "R\($0)", "New") }
        let a = rows(first)
        first[1500].2 = "Old"
        let b = rows(first)
        #expect(try await store.importing(a, mapping: Self.mapping).created == 3000)

        let second = try await store.importing(b, mapping: Self.mapping)
        #expect(second.updated == 1 && second.created == 0 && second.skipped == 2999)
        #expect(try await status("R1500", in: store) == "Old")

        let third = try await store.importing(a, mapping: Self.mapping)
        #expect(third.updated == 1 && third.skipped == 2999)
        #expect(try await status("R1500", in: store) == "New")

        let fourth = try await store.importing(a, mapping: Self.mapping)
        #expect(fourth.events == 0 && fourth.skipped == 3000)
    }

    @Test func `keeps its last word about a record`() async throws {
        let store = try ImportStore()
        var list = [
            ("upsert", "R1", "A"), ("upsert", "R1", "A"), ("upsert", "R1", "B"),
            ("upsert", "R1", "C"),
        ]
        _ = try await store.importing(rows(list), mapping: Self.mapping)
        #expect(try await status("R1", in: store) == "C")

        // The second row changed nothing the first time, and must not do so now.
        #expect(try await store.importing(rows(list), mapping: Self.mapping).events == 0)
        #expect(try await status("R1", in: store) == "C")

        // A corrected row does not win over the rows that follow it.
        list[1].2 = "X"
        _ = try await store.importing(rows(list), mapping: Self.mapping)
        #expect(try await status("R1", in: store) == "C")
    }

    /// What an earlier file has at the same place as a row does not show what became of that row.
    @Test(arguments: [
        // It was rejected, and a later row created what it had asked for.
        [("update", "R1", "A"), ("upsert", "R1", "B"), ("upsert", "R2", "C")],
        // It changed nothing, and a later row of the record did.
        [("upsert", "R9", "A"), ("upsert", "R9", "B"), ("upsert", "R2", "C")],
    ])
    func `does nothing twice, though another file had other rows in its places`(
        list: [(String, String, String)]
    ) async throws {
        let store = try ImportStore()
        let other = [("upsert", "R8", "A"), ("upsert", "R9", "A"), ("upsert", "R7", "A")]
        _ = try await store.importing(rows(other), mapping: Self.mapping)
        #expect(try await store.importing(rows(list), mapping: Self.mapping).events == 2)
        #expect(try await store.importing(rows(list), mapping: Self.mapping).events == 0)
        #expect(try await status(list[1].1, in: store) == "B")
    }

    @Test
    func `is imported again where another came after it, in the place of a row without trace too`()
        async throws
    {
        let store = try ImportStore()
        let list = [("upsert", "R1", "A"), ("upsert", "R1", "A"), ("upsert", "R2", "A")]
        var other = list
        other[1].2 = "X"
        _ = try await store.importing(rows(list), mapping: Self.mapping)
        #expect(try await store.importing(rows(other), mapping: Self.mapping).events == 1)
        #expect(try await store.importing(rows(list), mapping: Self.mapping).events == 1)
        #expect(try await status("R1", in: store) == "A")
    }

    @Test func `has its refused rows tried again`() async throws {
        let store = try ImportStore()
        let list = rows([
            ("upsert", "R1", "A"), ("upsert", String(repeating: "7", count: 13), "A"),
            ("upsert", "R2", "A"),
        ])
        #expect(try await store.importing(list, mapping: Self.mapping).rejected == 1)
        let again = try await store.importing(list, mapping: Self.mapping)
        #expect(again.rejected == 1 && again.events == 0 && again.skipped == 2)
    }

    /// Imports a list, and erases the record of its first row.
    private func importAndErase(_ list: String, in store: ImportStore) async throws {
        _ = try await store.importing(list, mapping: Self.mapping)
        try await {
            let open = try store.open()
            let id = try #require(
                try await open.session().find("R1", in: "RequestNumber__c", of: "ContactRequest")
                    .first
            )
            _ = try await open.session().erase([RecordReference(id)], reason: "asked for")
        }()
        try waitUntilClosed(store.scratch("store"))
    }

    @Test func `brings nothing back that was erased`() async throws {
        let store = try ImportStore()
        let list = rows([("upsert", "R1", "A"), ("upsert", "R2", "A")])
        try await importAndErase(list, in: store)
        let options = store.rejectOptions()
        let again = try await store.importing(list, mapping: Self.mapping, options: options)

        #expect(again.rejected == 1 && again.skipped == 1 && again.events == 0)
        #expect(try store.rejects().map(\.error.statusCode) == ["ROW_ERASED"])
        #expect(try await status("R1", in: store) == nil)
    }

    /// Quotes in the header say nothing about the rows.
    @Test func `is the same file however its header is quoted`() async throws {
        let store = try ImportStore()
        let rows = "upsert,R1,A\nupsert,R2,A\nupsert,R3,\"A,B\"\n"
        let mapping = Self.mapping.replacing(#", "PreferredPhone": "{phone}""#, with: "")
            .replacing("{status}", with: "{the, status}")
        func importing(_ header: String, _ options: ImportOptions) async throws -> ImportSummary {
            try await store.importing(
                header + rows,
                named: "rows.csv",
                mapping: mapping,
                options: options
            )
        }
        let options = store.rejectOptions()
        _ = try await importing("op,number,\"the, status\"\n", options)
        let again = try await importing("\"op\",\"number\",\"the, status\"\r\n", options)
        #expect(again.events == 0 && again.skipped == 3)
        let other = try await importing("op,number,\"the, status\",more\n", options)
        #expect(other.skipped == 0)
    }

    @Test func `brings nothing back that was erased by rows of its that left nothing in the log`()
        async throws
    {
        // The second and the last row of the record change nothing; the third is rejected.
        let again = [
            ("upsert", "R1", "A"), ("upsert", "R1", String(repeating: "A", count: 300)),
            ("upsert", "R1", "A"),
        ]
        for others in [[], [("upsert", "R2", "A")]] {
            for before in [0, 1] {
                let store = try ImportStore()
                let first = before == 1 ? others : []
                let list = rows(first + [("upsert", "R1", "A")] + again + others)
                try await importAndErase(list, in: store)
                let options = store.rejectOptions()
                let next = try await store.importing(list, mapping: Self.mapping, options: options)
                #expect(next.events == 0)
                #expect(try await status("R1", in: store) == nil)
                let codes = try store.rejects().map(\.error.statusCode)
                #expect(codes.first == "ROW_ERASED")

                let grown = list + rows([("upsert", "R3", "A"), ("upsert", "R1", "B")])
                let more = try await store.importing(grown, mapping: Self.mapping)
                #expect(more.created == 1)
                #expect(try await status("R1", in: store) == nil)
                #expect(try await status("R3", in: store) == "A")
            }
        }
    }

    @Test func `keeps no row of another file back for what was erased`() async throws {
        let store = try ImportStore()
        try await importAndErase(rows([("upsert", "R1", "A"), ("upsert", "R2", "A")]), in: store)
        let others = rows([("upsert", "R3", "A"), ("upsert", "R4", "A")])

        let next = try await store.importing(others, mapping: Self.mapping)
        #expect(next.created == 2 && next.rejected == 0)
        #expect(try await status("R3", in: store) == "A")
        let again = try await store.importing(others, mapping: Self.mapping)
        #expect(again.skipped == 2 && again.events == 0)
    }

    @Test func `leaves nothing of its rows in the store once they are erased`() async throws {
        let store = try ImportStore()
        func row(_ number: String, _ time: String, _ more: String) -> String {
            "{\"op\":\"upsert\",\"number\":\"\(number)\",\"at\":\"\(time)\",\"by\":\"zqmark\"\(more)}\n"
        }
        let times = (1...4).map { "2026-01-0\($0)T00:00:00Z" }
        let more = ",\"email\":\"zqmark@x.y\",\"status\":\"zqmark\",\"queue\":\"zqmark\""
        let rows =
            row("zqmark1", times[0], more) + row("zqmark1", times[1], more)
            + row("zqmark2", times[2], ",\"callback\":\"zqmark\"")
            + row("zqmark3", "zqmark", "") + row("zqmark4", times[3], ",\"email\":\"zqmark@@\"")
            + row("zqmark5", times[3], ",\"phone\":\"zqmark\"") + "zqmark\n"
        let summary = try await store.importing(
            rows,
            named: "zqmark.jsonl",
            options: store.rejectOptions()
        )
        #expect(summary.created == 2 && summary.rejected == 4 && summary.unchanged == 1)
        do {
            let open = try store.open()
            for object in ["ContactRequest", "Contact", "User", "Group"] {
                let found = try await open.session().queryAll(text: "SELECT Id FROM \(object)")
                let results = try await open.session().erase(
                    found.records.compactMap(\.id).map { RecordReference($0) },
                    reason: "request 4711"
                )
                #expect(results.filter { !$0.isSuccess } == [])
            }
            open.close()
        }
        let path = store.scratch("store")
        try waitUntilClosed(path)
        try await RecordStore.compact(at: path)
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            let data = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
            #expect(data.range(of: Data("zqmark".utf8)) == nil, "\(name)")
        }
    }
}
