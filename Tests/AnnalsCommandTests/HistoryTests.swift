import Testing

struct `The history of a record on the command line` {
    let program = Program()

    @Test func `is a table of who changed what from what, and who set each field last`()
        async throws
    {
        let store = program("store")
        try await program.run("init", store)
        let created = try await program.run(
            "create",
            store,
            "ContactRequest",
            #"{"PreferredPhone": "1"}"#,
            "--json"
        )
        let id = try #require(created.objects.first?["id"] as? String)
        let update = #"{"Id": "\#(id)", "Status": "Contacted", "PreferredPhone": null}"#
        try await program.run("update", store, "ContactRequest", update)
        try await program.run("delete", store, id)

        let history = try await program.run("history", store, id)
        #expect(history.status == 0)
        #expect(history.lines.first?.hasPrefix("when ") == true)
        let change = history.lines.first { $0.contains("Contacted") }
        #expect(change?.split(separator: " ").suffix(3) == ["Status", "New", "Contacted"])
        let cleared = history.lines.first { $0.hasSuffix("(none)") }
        #expect(cleared?.split(separator: " ").suffix(3) == ["PreferredPhone", "1", "(none)"])
        #expect(history.lines.last?.contains("Administrator  deleted") == true)
        let events = try await program.run("history", store, id, "--json").objects
        #expect(events.map { $0["kind"] as? String } == ["created", "updated", "deleted"])

        let creation = try #require(events.first?["position"] as? Int)
        let retrieve = ["retrieve", store, "ContactRequest", id, "--json", "--as-of"]
        let then = try await program.start(retrieve + [String(creation)]).answer().objects
        #expect(then.first?["Status"] as? String == "New")
        #expect(then.first?["PreferredPhone"] as? String == "1")
        let now = try await program.start(retrieve + [String(creation + 2)]).answer()
        #expect(now.output == "null\n")
        #expect(now.status == 1)
        #expect(try await program.start(retrieve + ["2999-01-01"]).answer().status == 2)

        let blame = try await program.run("blame", store, id, "--json").objects
        let status = blame.first { $0["field"] as? String == "Status" }
        #expect(status?["value"] as? String == "Contacted")
        #expect(status?["kind"] as? String == "updated")
        let table = try await program.run("blame", store, id).lines
        #expect(table.contains { $0.hasPrefix("Status") && $0.contains("Administrator") })
    }

    @Test func `tells that values were erased, and why`() async throws {
        let store = program("store")
        try await program.run("init", store)
        let record = #"{"PreferredPhone": "+1 555 0100"}"#
        let created = try await program.run("create", store, "ContactRequest", record, "--json")
        let id = try #require(created.objects.first?["id"] as? String)

        let without = try await program.run("erase", store, id, "--json")
        #expect(without.status != 0)
        let erased = try await program.run("erase", store, id, "--reason", "request 4711")
        #expect(erased.status == 0)
        #expect(erased.output.contains("erased"))
        let history = try await program.run("history", store, id)
        #expect(history.lines.contains { $0.hasSuffix("(values erased)") })
        #expect(history.lines.last?.hasSuffix("request 4711") == true)
        let log = try await program.run("log", store)
        #expect(!log.output.contains("555 0100"))
        let events = try await program.run("log", store, "--json").objects
        #expect(events.last?["reason"] as? String == "request 4711")
        #expect(events.contains { $0["isErased"] as? Bool == true })
        #expect(try await program.run("check", store).status == 0)
    }

    @Test(arguments: ["history", "blame"])
    func `is refused for a record that never was`(command: String) async throws {
        let store = program("store")
        try await program.run("init", store)
        let answer = try await program.run(command, store, "0Tz000000000077", "--json")

        #expect(answer.status == 2)
        #expect(answer.failure["code"] == "NOT_FOUND")
        #expect(answer.output == "")
    }

    @Test func `is counted by kind and by actor, with a bar for each`() async throws {
        let store = program("store")
        try await program.run("init", store)
        let first = try await program.run("log", store, "--json").objects.count
        for _ in 0..<3 { try await program.run("create", store, "ContactRequest", "{}") }

        let kinds = try await program.run("stats", store, "--by", "kind", "--json")
        let created = kinds.objects.first { $0["kind"] as? String == "created" }
        #expect(created?["events"] as? Int == 4)
        let since = try await program.run(
            "stats",
            store,
            "--by",
            "actor",
            "--from",
            String(first)
        )
        #expect(since.lines.count == 2)
        #expect(since.lines.last?.hasPrefix("Administrator  3       █") == true)
        let none = try await program.run("stats", store, "--to", "0", "--json")
        #expect(none.status == 0)
        #expect(none.output == "")
        #expect(try await program.run("stats", store, "--by", "weather").status == 64)
    }
}
