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
        // With its definition.
        #expect(try await kinds("--object", "ContactRequest").count == 4)
        #expect(try await kinds("--from", "2999-01-01") == [])
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
