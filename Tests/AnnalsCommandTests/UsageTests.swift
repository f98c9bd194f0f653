import Testing

struct `A command line` {
    let program = Program()

    @Test(arguments: [
        ["qury", "store"], ["help", "nosuch"], ["snapshot", "crate", "store"],
        ["help", "snapshot", "x"],
    ])
    func `with a command that there is not names it`(arguments: [String]) async throws {
        let answer = try await program.start(arguments).answer()

        #expect(answer.status == 64)
        #expect(answer.error.hasPrefix("Error: There is no command"))
        #expect(answer.error.contains("Usage: annals"))
        #expect(answer.output.isEmpty)
    }

    /// Replaced bytes would make one of two keys, paths or values that differ.
    @Test func `with an argument that is not text is not understood`() async throws {
        let program = Program()
        let store = program("store")
        try await program.run("init", store)
        for script in [
            #"create store Contact "$(printf '{"LastName":"M\374ller"}')""#,
            #"info "$(printf 'st\374re')" --json"#,
        ] {
            let answer = try await program.shell("'\(Program.path)' \(script)")
            #expect(answer.status == 64 && answer.error.contains("is not UTF-8"), "\(script)")
        }
        let query = try await program.shell(
            #"printf 'SELECT Id FROM Contact WHERE LastName = "M\374"' | '\#(Program.path)' query store -"#
        )
        #expect(query.status == 2 && query.error.contains("not UTF-8"))
    }

    @Test func `whose input begins with a byte order mark is understood`() async throws {
        let program = Program()
        let store = program("store")
        try await program.run("init", store)
        let created = try await program.run(
            "create",
            store,
            "Contact",
            #"{"LastName":"A"}"#,
            "--json"
        )
        let id = try #require(created.output.firstMatch(of: #/003[0-9A-Za-z]{15}/#)?.output)
        for script in [
            #"printf '\357\273\277SELECT Id FROM Contact' | '\#(Program.path)' query '\#(store)' -"#,
            #"printf '\357\273\277\#(id)\n' | '\#(Program.path)' retrieve '\#(store)' Contact --file -"#,
        ] {
            let answer = try await program.shell(script)
            #expect(answer.status == 0 && answer.output.contains(id), "\(answer)")
        }
    }

    @Test func `that is nearly right is put right`() async throws {
        let answer = try await program.run("qury", "store")

        #expect(answer.error.contains("There is no command qury; did you mean query?"))
    }

    @Test(arguments: [
        ["create", "--json"], ["nosuch", "--json"], ["log", "s", "--tail", "x", "--json"],
        ["log", "s", "--tail", "1", "--after", "1", "--json"],
    ])
    func `that is not understood is told in JSON where that is asked for`(
        arguments: [String]
    ) async throws {
        let answer = try await program.start(arguments).answer()

        #expect(answer.status == 64)
        #expect(answer.failure["code"] == "USAGE")
        #expect(answer.failure["message"]?.isEmpty == false)
    }

    @Test func `without what a command needs shows the usage of that command`() async throws {
        try await program.run("init", program("store"))

        let answer = try await program.run("delete", program("store"), "a", "b", "--expect", "1")

        #expect(answer.status == 64)
        #expect(answer.error.contains("Usage: annals delete"))
    }

    @Test func `is still answered with help`() async throws {
        for arguments in [
            ["help"], ["--help"], ["help", "replay"], ["help", "snapshot", "prune"],
        ] {
            let answer = try await program.start(arguments).answer()
            #expect(answer.status == 0, "\(arguments)")
            #expect(answer.output.hasPrefix("OVERVIEW"))
        }
        let help = try await program.run("help", "replay").output
        #expect(help.contains("A record went to the recycle bin."))
    }
}

struct `A value that is looked for` {
    let program = Program()

    private func makeStore() async throws -> String {
        let store = program("store")
        try await program.run("init", store)
        try await program.run("create", store, "Contact", #"{"LastName": "Ng"}"#)
        try await program.run(
            "create",
            store,
            "ContactRequest",
            #"[{"WhoId": "003000000000001AAA"}, {}]"#
        )
        return store
    }

    @Test(arguments: ["003000000000001AAA", "003000000000001"])
    func `is found where it is a reference`(id: String) async throws {
        let store = try await makeStore()

        let found = try await program.run("find", store, "ContactRequest", "WhoId", id, "--ids")

        #expect(found.output == "0Tz000000000001CAA\n")
        let owned = try await program.run(
            "find",
            store,
            "ContactRequest",
            "OwnerId",
            "005000000000001",
            "--ids"
        )
        #expect(owned.lines.count == 2)
    }

    @Test func `is found where it is the time of creation`() async throws {
        let store = try await makeStore()
        let rows = try await program.run(
            "query",
            store,
            "SELECT CreatedDate FROM Contact",
            "--json"
        )
        let time = try #require(rows.objects.first?["CreatedDate"] as? String)

        let found = try await program.run("find", store, "Contact", "CreatedDate", time, "--ids")

        #expect(found.output == "003000000000001AAA\n")
    }

    @Test(arguments: [
        ("WhoId", "garbage", "MALFORMED_ID"), ("WhoId", "0Tz000000000001CAA", "INVALID_ID_FIELD"),
        ("CreatedDate", "soon", "INVALID_TYPE_ON_FIELD_IN_RECORD"), ("Name", " ", "INVALID_INPUT"),
    ])
    func `is refused where no record can hold it`(
        field: String,
        value: String,
        code: String
    ) async throws {
        let store = try await makeStore()

        let answer = try await program.run("find", store, "ContactRequest", field, value, "--json")

        #expect(answer.status == 2)
        #expect(answer.failure["code"] == code)
    }

    @Test func `of a record that never was ends with a code`() async throws {
        let store = try await makeStore()
        let id = "003000000000009AAA"

        let logged = try await program.run("log", store, "--record", id, "--json")
        let retrieved = try await program.run("retrieve", store, "Contact", id)

        #expect(logged.status == 2)
        #expect(logged.failure["code"] == "NOT_FOUND")
        #expect(retrieved.status == 1)
        #expect(retrieved.output.isEmpty)
        #expect(retrieved.error.contains(id))
    }
}

struct `An archive that is given` {
    let program = Program()

    @Test func `and is none of the store is refused by whoever takes it`() async throws {
        try await program.run("init", program("store"))
        try await program.run("init", program("other"))
        try await program.run("archive", program("other"), program("archive"))

        for archive in ["nowhere", program("archive")] {
            for arguments in [["verify"], ["check"], ["query", "SELECT Id FROM User"], ["info"]] {
                var words = arguments
                words.insert(program("store"), at: 1)
                let answer = try await program.start(words + ["--archive", archive, "--json"])
                    .answer()
                #expect(answer.status == 2, "\(words)")
                #expect(answer.failure["code"] == "UNSUITABLE_ARCHIVE", "\(words)")
            }
        }
    }
}

struct `A pipe` {
    let program = Program()

    private static let mapping = """
        {"object": "Contact", "key": {"field": "Key__c", "value": "{k}"},
         "fields": {"LastName": "{n}"}}
        """

    private func makeStore() async throws -> String {
        let schema = try program.write(
            #"""
            {"objects": [{"name": "Contact", "fields": [
              {"name": "Key__c", "type": "string", "unique": true, "externalId": true}]}]}
            """#,
            to: "schema.json"
        )
        try await program.run("init", program("store"), "--schema", schema)
        _ = try program.write(Self.mapping, to: "mapping.json")
        return program("store")
    }

    /// - Parameter script: With `ANNALS` for the command, and `STORE` for a store.
    private func shell(_ script: String, _ store: String) async throws -> Program.Answer {
        let script = script.replacing("ANNALS", with: Program.path).replacing("STORE", with: store)
        return try await program.start(["-c", script], of: "/bin/bash").answer()
    }

    @Test(arguments: [
        "echo '{\"LastName\": \"Ng\"}' | ANNALS create STORE Contact --file /dev/stdin",
        "ANNALS create STORE Contact --file <(echo '{\"LastName\": \"Ng\"}')",
        "echo '{\"LastName\": \"Ng\"}' | ANNALS create STORE Contact --file -",
        "mkfifo f; (echo '{\"LastName\": \"Ng\"}' > f &); ANNALS create STORE Contact --file f",
    ])
    func `is a file of records`(script: String) async throws {
        let store = try await makeStore()

        let answer = try await shell(script, store)

        #expect(answer.status == 0, "\(answer.error)")
        #expect(try await program.run("export", store, "Contact").objects.count == 1)
    }

    @Test(arguments: [
        "printf 'k,n\\na,A\\nb,B\\n' | ANNALS import STORE /dev/stdin --format csv --mapping mapping.json",
        "printf 'k,n\\na,A\\nb,B\\n' | ANNALS import STORE - --format csv --mapping mapping.json",
        "ANNALS import STORE <(printf 'k,n\\ra,A\\rb,B\\r') --format csv --mapping mapping.json",
        "printf 'k,n\\na,A\\nb,B\\n' | ANNALS import STORE - --format csv --mapping <(cat mapping.json)",
    ])
    func `is a file of rows`(script: String) async throws {
        let store = try await makeStore()

        let answer = try await shell(script, store)

        #expect(answer.status == 0, "\(answer.error)")
        #expect(answer.error.contains("can only be read once"))
        #expect(answer.output.hasPrefix("2 rows: 2 created"))
    }
}
