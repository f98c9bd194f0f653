import Foundation
import Testing

struct `A replay on the command line` {
    let program = Program()

    /// A store with a contact request that was created, changed and deleted.
    private func makeStore() async throws -> (store: String, id: String, before: Int) {
        let store = program("store")
        try await program.run("init", store)
        let before = try await program.run("log", store, "--json").objects.count
        let created = try await program.run("create", store, "ContactRequest", "{}", "--json")
        let id = try #require(created.objects.first?["id"] as? String)
        let update = #"{"Id": "\#(id)", "Status": "Contacted", "PreferredPhone": "1"}"#
        try await program.run("update", store, "ContactRequest", update)
        try await program.run("delete", store, id)
        return (store, id, before)
    }

    @Test func `tells the events between two moments, either way round`() async throws {
        let (store, id, before) = try await makeStore()
        func kinds(_ arguments: String...) async throws -> [String] {
            let all = ["replay", store, "--json"] + arguments
            let answer = try await program.start(all).answer()
            #expect(answer.status == 0)
            return answer.objects.compactMap { $0["kind"] as? String }
        }

        let start = String(before)
        #expect(try await kinds("--from", start) == ["created", "updated", "deleted"])
        #expect(try await kinds("--from", start, "--to", String(before + 2)).count == 2)
        #expect(
            try await kinds("--backwards", "--to", start) == ["deleted", "updated", "created"]
        )
        #expect(try await kinds("--record", id, "--kind", "updated") == ["updated"])
        // Three events, and the definition of the object.
        #expect(try await kinds("--object", "ContactRequest").count == 4)
        #expect(try await program.run("replay", store, "--from", "2999-01-01").status == 2)
        #expect(try await kinds("--to", "2000-01-01") == [])
        let phone = try await program.run("replay", store, "--field", "PreferredPhone")
        #expect(phone.lines.count == 1)
        #expect(phone.output.contains("PreferredPhone: (none) → 1"))
        #expect(!phone.output.contains("Contacted"))
        let back = try await program.run("replay", store, "--field", "Status", "--backwards")
        #expect(back.lines.first?.contains("Status: New ← Contacted") == true)
    }

    @Test func `is refused where the moments are the wrong way round or a name is not known`()
        async throws
    {
        let (store, _, _) = try await makeStore()

        let order = try await program.run("replay", store, "--from", "3", "--to", "2")
        #expect(order.status == 64)
        #expect(order.error.contains("--backwards"))
        let forwards = ["replay", store, "--backwards", "--from", "2", "--to", "3"]
        #expect(try await program.start(forwards).answer().status == 64)
        #expect(try await program.run("replay", store, "--kind", "melted").status == 64)
        let field = try await program.run("replay", store, "--field", "Wind", "--json")
        #expect(field.status == 2)
        #expect(field.failure["code"] == "INVALID_FIELD")
    }
}

struct `A replay to a folder` {
    let program = Program()

    @Test func `has a file for each object, in which null and an empty text differ`()
        async throws
    {
        let store = program("store")
        try await program.run("init", store)
        let name = #"{"LastName": "Ng, \"Ada\"\nB", "Email": "ada@example.com"}"#
        let created = try await program.run("create", store, "Contact", name, "--json")
        let id = try #require(created.objects.first?["id"] as? String)
        try await program.run("update", store, "Contact", #"{"Id": "\#(id)", "Email": null}"#)
        try await program.run("delete", store, id)

        let folder = program("events")
        let csv = try await program.run("replay", store, "--to-folder", folder, "--format", "csv")
        #expect(csv.status == 0)
        #expect(csv.lines.contains { $0.hasPrefix("Contact.csv ") && $0.hasSuffix(" 4") })
        let text = try String(contentsOfFile: folder + "/Contact.csv", encoding: .utf8)
        let rows = text.components(separatedBy: "\r\n")
        #expect(rows.first?.hasSuffix(",field,type,before,after") == true)
        #expect(rows.contains { $0.hasSuffix(#",LastName,string,,"Ng, ""Ada""\#nB""#) })
        #expect(rows.contains { $0.hasSuffix(",Email,email,ada@example.com,") })
        #expect(rows.contains { $0.hasSuffix(",,,,") && $0.contains(",deleted,\(id),") })
        #expect(FileManager.default.fileExists(atPath: folder + "/User.csv"))

        let lines = program("lines")
        try await program.run("replay", store, "--to-folder", lines + "/", "--record", id)
        #expect(try FileManager.default.contentsOfDirectory(atPath: lines) == ["Contact.jsonl"])
        let told = try String(contentsOfFile: lines + "/Contact.jsonl", encoding: .utf8)
        #expect(told == (try await program.run("replay", store, "--record", id, "--json")).output)
    }

    @Test func `appears when it is whole, where there is nothing`() async throws {
        let store = program("store")
        try await program.run("init", store)
        let folder = program("events")
        // What a killed run leaves.
        try FileManager.default.createDirectory(
            atPath: program(".annals-new-events"),
            withIntermediateDirectories: false
        )
        _ = try program.write("half", to: ".annals-new-events/Half.jsonl")

        #expect(try await program.run("replay", store, "--to-folder", folder).status == 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(files.contains("User.jsonl") && !files.contains("Half.jsonl"))
        #expect(!FileManager.default.fileExists(atPath: program(".annals-new-events")))
        let again = try await program.run("replay", store, "--to-folder", folder, "--json")
        #expect(again.status == 2)
        #expect(again.failure["code"] == "EXISTS")
    }
}

struct `A replay to a store on the command line` {
    let program = Program()

    @Test func `ends where it is told to, there and back`() async throws {
        let store = program("store")
        try await program.run("init", store)
        let first = try await program.run("log", store, "--json").objects.count
        for _ in 0..<3 { try await program.run("create", store, "ContactRequest", "{}") }
        func count(in store: String) async throws -> Int? {
            let query = "SELECT COUNT() FROM ContactRequest"
            let answer = try await program.run("query", store, query, "--json").objects.first
            return answer?["totalSize"] as? Int
        }

        let part = program("part")
        let made = try await program.run(
            "replay",
            store,
            "--to-store",
            part,
            "--to",
            String(first + 2),
            "--json"
        )
        #expect(made.objects.first?["lastPosition"] as? Int == first + 2)
        #expect(try await count(in: part) == 2)
        #expect(try await program.run("check", part).status == 0)

        let back = program("back")
        let rewound = try await program.run(
            "replay",
            store,
            "--to-store",
            back,
            "--backwards",
            "--to",
            String(first + 1)
        )
        #expect(rewound.output.contains("took 2 of them back"))
        #expect(try await count(in: back) == 1)
        #expect(try await program.run("check", back).status == 0)

        let filter = ["replay", store, "--to-store", program("x"), "--kind", "created"]
        #expect(try await program.start(filter).answer().status == 64)
        let early = try await program.run(
            "replay",
            store,
            "--to-store",
            program("x"),
            "--to",
            "0",
            "--json"
        )
        #expect(early.status == 2)
        #expect(early.failure["code"] == "NO_TRANSACTION_YET")
    }
}

struct `A difference on the command line` {
    let program = Program()

    @Test func `is a table of records and fields, and counts`() async throws {
        let store = program("store")
        try await program.run("init", store)
        var ids: [String] = []
        for phone in 1...3 {
            let record = #"{"PreferredPhone": "\#(phone)"}"#
            let created = try await program.run(
                "create",
                store,
                "ContactRequest",
                record,
                "--json"
            )
            ids.append(try #require(created.objects.first?["id"] as? String))
        }
        let from = String(try await program.run("log", store, "--json").objects.count)
        let update = #"{"Id": "\#(ids[0])", "PreferredPhone": "9"}"#
        try await program.run("update", store, "ContactRequest", update)
        try await program.run("delete", store, ids[1])
        try await program.run("create", store, "Contact", #"{"LastName": "Ng"}"#)

        let table = try await program.run("diff", store, "--from", from)
        #expect(table.status == 0)
        #expect(table.lines.last == "1 created, 1 deleted, 0 undeleted, 1 changed")
        let changed = table.lines.first { $0.hasPrefix("changed") }
        #expect(changed?.split(separator: " ").suffix(3) == ["PreferredPhone", "1", "9"])
        #expect(table.lines.contains { $0.hasPrefix("deleted") && $0.contains(ids[1]) })

        let contacts = try await program.run(
            "diff",
            store,
            "--from",
            from,
            "--object",
            "Contact",
            "--json"
        )
        #expect(contacts.objects.map { $0["kind"] as? String } == ["created", nil])
        let counts = contacts.objects.last?["counts"] as? [String: Int]
        #expect(counts == ["created": 1, "deleted": 0, "undeleted": 0, "changed": 0])
        let none = try await program.run("diff", store, "--from", "2999-01-01")
        #expect(none.status == 2)
        let last = try await program.run("log", store, "--tail", "1", "--json").objects
        let end = try #require(last.first?["position"] as? Int)
        #expect(
            try await program.run("diff", store, "--from", String(end)).output
                == "0 created, 0 deleted, 0 undeleted, 0 changed\n"
        )
        let order = ["diff", store, "--from", "2026-05-02", "--to", "2026-05-01"]
        #expect(try await program.start(order).answer().status == 64)
        let name = ["diff", store, "--from", "1", "--object", "Weather"]
        #expect(try await program.start(name).answer().status == 2)
    }
}
