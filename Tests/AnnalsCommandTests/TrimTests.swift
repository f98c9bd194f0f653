import Annals
import Testing

struct `A store whose old transactions may go` {
    let program = Program()

    /// A closed store of 302 transactions.
    private func makeStore() async throws -> String {
        let path = program("store")
        try RecordStore.create(at: path)
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        let store = try RecordStore(at: path, configuration: configuration)
        let id = try await store.session().create("ContactRequest", ["Status": "New"])
        for number in 0..<300 {
            try await store.session().update(
                "ContactRequest",
                id: id,
                ["PreferredPhone": .text("+1 \(number)")]
            )
        }
        try await store.synchronize()
        return path
    }

    @Test func `names the archive for what has left, and reads it when it is given`()
        async throws
    {
        let (store, archive) = (try await makeStore(), program("archive"))
        let id = "0Tz000000000001CAA"
        let whole = try await program.run("history", store, id, "--json")
        #expect(whole.objects.count == 301)
        #expect(try await program.run("compact", store, "--horizon", "9999").status == 64)
        #expect(try await program.run("archive", store, archive).status == 0)
        let compacted = try await program.run(
            "compact",
            store,
            "--archive",
            archive,
            "--horizon",
            "300",
            "--json"
        )
        #expect(compacted.status == 0)
        let trimmed = compacted.objects.first?["trimmed"] as? [String: Any]
        #expect(trimmed?["archivedTransactions"] as? Int == 256)
        let horizon = try #require(trimmed?["horizon"] as? Int)

        let refused = try await program.run("history", store, id, "--json")
        #expect(refused.status == 2)
        #expect(refused.failure["code"] == "ARCHIVED")
        #expect(refused.failure["message"]?.contains("archive at \(archive)") == true)
        #expect(refused.failure["message"]?.contains("position \(horizon) ") == true)
        let read = try await program.run("history", store, id, "--archive", archive, "--json")
        #expect(read.lines == whole.lines)
        let later = try await program.run("log", store, "--after", "\(horizon)", "--json")
        #expect(later.objects.first?["position"] as? Int == horizon + 1)
        let past = ["query", store, "SELECT PreferredPhone FROM ContactRequest", "--as-of", "150"]
        #expect(try await program.start(past).answer().status == 2)
        let given = try await program.start(past + ["--archive", archive]).answer()
        #expect(given.status == 0)

        let info = try await program.run("info", store, "--json").objects.first
        #expect(info?["archivedTransactions"] as? Int == 256)
        #expect(info?["horizon"] as? Int == horizon)
        let alone = try await program.run("verify", store, "--json").objects.first
        #expect(alone?["clean"] as? Bool == true)
        #expect(alone?["unreadTransactions"] as? Int == 256)
        let verified = try await program.run("verify", store, "--archive", archive, "--json")
        #expect(verified.objects.first?["unreadTransactions"] as? Int == 0)
        #expect(try await program.run("check", store).status == 2)
        #expect(try await program.run("check", store, "--archive", archive).status == 0)
        let other = try await program.run("info", store, "--archive", program("none"), "--json")
        #expect(other.status == 2)
        #expect(other.failure["code"] == "UNSUITABLE_ARCHIVE")
    }
}
