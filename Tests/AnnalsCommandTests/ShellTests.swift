import Foundation
import Testing

struct `A shell that reads a script` {
    let program = Program()

    private func makeStore() async throws -> String {
        let store = program("store")
        try await program.run("init", store)
        try await program.run("create", store, "Contact", #"[{"LastName": "Ng; ;"}]"#)
        return store
    }

    @Test func `answers statements up to their semicolons, and the last without`() async throws {
        let store = try await makeStore()
        let script = """
            SELECT LastName
            FROM Contact
            WHERE LastName = 'Ng; ;'; SELECT COUNT()
            FROM Contact;

            .mode json
            SELECT COUNT() FROM Contact
            """

        let answer = try await program.run("shell", store, input: script)

        #expect(answer.status == 0)
        #expect(answer.error.isEmpty)
        #expect(
            answer.lines == [
                "LastName", "Ng; ;", "1 row", "1", #"{"totalSize":1,"done":true,"records":[]}"#,
            ]
        )
    }

    @Test func `looks back, at the deleted and at plans`() async throws {
        let store = try await makeStore()
        try await program.run("delete", store, "003000000000001AAA")
        let info = try await program.run("info", store, "--json").objects
        let position = try #require(info.first?["lastPosition"] as? Int)
        let script = """
            SELECT COUNT() FROM Contact;
            .all on
            SELECT COUNT() FROM Contact;
            .all off
            .as-of \(position - 1)
            SELECT COUNT() FROM Contact;
            .as-of now
            .explain SELECT Id FROM Contact;
            .explain on
            SELECT Id FROM Contact;
            .explain off
            SELECT COUNT() FROM Contact;
            """

        let answer = try await program.run("shell", store, "--csv", input: script)

        #expect(answer.status == 0)
        let lines = answer.output.split(whereSeparator: \.isNewline)
        #expect(lines.filter { Int($0) != nil } == ["0", "1", "1", "0"])
        #expect(lines.filter { $0.hasPrefix("operation  object") }.count == 2)
    }

    @Test func `goes on after what is refused, and tells the line`() async throws {
        let store = try await makeStore()
        let script = """
            .nothing
            SELECT Id
            FROM Nothing;
            .as-of yesterday
            .describe Nothing
            SELECT COUNT() FROM Contact;
            """

        let text = try await program.run("shell", store, input: script)
        let json = try await program.run("shell", store, "--json", input: script)

        #expect(text.status == 2)
        #expect(text.output == "1\n")
        #expect(text.error.hasPrefix("annals: line 1: There is no .nothing; .help shows"))
        #expect(text.error.contains("\nannals: line 2: INVALID_TYPE:\nSELECT Id FROM Nothing\n"))
        #expect(text.error.contains("\nannals: line 4: .as-of takes a position such as 1200"))
        #expect(text.error.contains("\nannals: line 5: INVALID_TYPE: "))
        #expect(json.error.split(separator: "\n").count == 4)
        #expect(json.failure["code"] == "INVALID_INPUT")
    }

    @Test func `describes, helps and quits`() async throws {
        let store = try await makeStore()

        let answer = try await program.run(
            "shell",
            store,
            input: ".help\n.describe\n.describe Account;\n.quit\nSELECT nothing more"
        )

        #expect(answer.status == 0)
        #expect(answer.lines.contains { $0.hasPrefix(".describe  [OBJECT]") })
        #expect(answer.lines.contains { $0.hasPrefix("User            005     User") })
        #expect(answer.lines.contains("Account: Account, ids begin with 001"))
    }
}

struct `A shell on a terminal` {
    let program = Program()

    private func makeStore() async throws -> String {
        let store = program("store")
        try await program.run("init", store)
        try await program.run("create", store, "ContactRequest", "{}")
        return store
    }

    @Test func `completes what is typed, over several lines`() async throws {
        let store = try await makeStore()
        let terminal = try Terminal(["shell", store], state: program.scratch.path)
        try await terminal.wait(for: "annals> ")

        terminal.type("select Name\r")
        try await terminal.wait(for: "   ...> ")
        terminal.type("from ContactR\t wh\t Owner.Na\t != null and Stat\t = 'new';\r")
        try await terminal.wait(for: "1 row\r\nannals> ")
        terminal.type("\u{04}")

        #expect(try await terminal.status() == 0)
        #expect(terminal.shown.contains("CR-00000001"))
    }

    @Test func `throws away what is typed when it is interrupted`() async throws {
        let store = try await makeStore()
        let terminal = try Terminal(["shell", store], state: program.scratch.path)
        try await terminal.wait(for: "annals> ")

        terminal.type("SELECT nothing\r")
        try await terminal.wait(for: "...> ")
        terminal.type("FROM")
        try await terminal.wait(for: "FROM")
        terminal.interrupt()
        try await terminal.wait(for: "\r\nannals> ")
        terminal.type("SELECT COUNT() FROM Lead;\r")
        try await terminal.wait(for: "\r\n0\r\nannals> ")
        terminal.type(".quit\r")

        #expect(try await terminal.status() == 0)
    }

    @Test func `remembers statements until the next time`() async throws {
        let store = try await makeStore()
        let first = try Terminal(["shell", store], state: program.scratch.path)
        try await first.wait(for: "annals> ")
        first.type("SELECT COUNT()\r")
        try await first.wait(for: "...> ")
        first.type("FROM Lead WHERE Name = 'é漢';\r")
        try await first.wait(for: "\r\n0\r\nannals> ")
        first.type("\u{04}")
        #expect(try await first.status() == 0)

        let second = try Terminal(["shell", store], state: program.scratch.path)
        try await second.wait(for: "annals> ")
        second.type("\u{10}\r")  // Ctrl-P, the previous line
        try await second.wait(for: "SELECT COUNT() FROM Lead WHERE Name = 'é漢';")
        try await second.wait(for: "\r\n0\r\nannals> ")
        second.type("\u{04}")

        #expect(try await second.status() == 0)
        let file = program("annals/history")
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
}
