import Testing

@testable import AnnalsCommand

struct `Stepping through events` {
    let program = Program()

    /// A store with a contact that was changed and deleted.
    private func makeStore() async throws -> (store: String, id: String) {
        let store = program("store")
        try await program.run("init", store)
        let record = #"{"LastName": "Ng", "FirstName": "Ada"}"#
        let created = try await program.run("create", store, "Contact", record, "--json")
        let id = try #require(created.objects.first?["id"] as? String)
        let update = #"{"Id": "\#(id)", "LastName": "Li"}"#
        try await program.run("update", store, "Contact", update)
        try await program.run("delete", store, id)
        return (store, id)
    }

    @Test func `shows each with its record and what it changed, and leaves the terminal as it was`()
        async throws
    {
        let (store, id) = try await makeStore()
        let terminal = try Terminal(
            ["replay", store, "--step", "--record", id],
            state: program.scratch.path
        )
        #expect(terminal.isCooked)

        try await terminal.wait(for: "created Contact \(id)")
        try await terminal.wait(for: "* LastName")
        try await terminal.wait(for: "event 1   n next   p previous   q quit")
        #expect(!terminal.isCooked)
        terminal.type("n")
        try await terminal.wait(for: "updated Contact")
        try await terminal.wait(for: "Ng → Li")
        try await terminal.wait(for: "  FirstName")
        terminal.type("\u{1B}[C")
        try await terminal.wait(for: "deleted Contact")
        try await terminal.wait(for: "event 3, the last")
        // There is no event after it.
        terminal.type("nnp")
        try await terminal.wait(for: "updated Contact")
        terminal.type("q")

        #expect(try await terminal.status() == 0)
        #expect(terminal.isCooked)
    }

    @Test func `goes backwards, and ends with 5 when it is interrupted`() async throws {
        let (store, id) = try await makeStore()
        let terminal = try Terminal(
            ["replay", store, "--step", "--record", id, "--backwards", "--kind", "updated"],
            state: program.scratch.path
        )

        try await terminal.wait(for: "Ng ← Li")
        try await terminal.wait(for: "event 1, the last")
        terminal.interrupt()

        #expect(try await terminal.status() == 5)
        #expect(terminal.isCooked)
    }

    @Test func `needs a terminal`() async throws {
        let (store, _) = try await makeStore()

        let answer = try await program.run("replay", store, "--step")
        #expect(answer.status == 2)
        #expect(answer.error.contains("terminal"))
        #expect(try await program.run("replay", store, "--step", "--json").status == 64)
    }

    @Test func `knows letters and arrows`() {
        func keys(_ text: String) -> [Key] { Key.keys(in: Array(text.utf8)[...]) }

        #expect(keys("n j\r") == [.next, .next, .next, .next])
        #expect(keys("pk\u{7F}") == [.previous, .previous, .previous])
        #expect(
            keys("\u{1B}[C\u{1B}[D\u{1B}OB\u{1B}[1;5A") == [.next, .previous, .next, .previous]
        )
        #expect(keys("xq\u{1B}") == [.quit])
    }

    @Test func `leaves out first what was left alone where there is no room`() {
        let lines = [("a", true), ("b", false), ("c", true), ("d", false)].map {
            (text: $0.0, isChanged: $0.1)
        }

        #expect(lines.fitted(to: 4) == ["a", "b", "c", "d"])
        #expect(lines.fitted(to: 3) == ["a", "c", "…"])
        #expect(lines.fitted(to: 2) == ["a", "…"])
    }
}
