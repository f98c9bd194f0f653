import Testing

struct `A call that is refused` {
    let program = Program()

    private func makeStore() async throws -> String {
        try await program.run("init", program("store"))
        return program("store")
    }

    static let malformed = [
        (#"{"Status": "New""#, "line 1"),
        ("{\n  \"Status\" \"New\"\n}", "line 2, character 12"),
        ("{}\n{}\n{\"Status\": 01}\n", "line 3, character 1"),
        ("hello", "line 1, character 1"),
        ("{}}", "line 1, character 3"),
        ("[{}, {}", "line 1"),
        ("\u{1}", "line 1"),
    ]

    @Test(arguments: malformed)
    func `for malformed JSON names the place`(json: String, place: String) async throws {
        let store = try await makeStore()

        let answer = try await program.run("create", store, "ContactRequest", "--json", input: json)

        #expect(answer.status == 2)
        #expect(answer.failure["code"] == "MALFORMED_JSON")
        #expect(answer.failure["message"]?.hasPrefix("standard input, \(place)") == true)
        #expect(try await program.run("export", store, "ContactRequest").output.isEmpty)
    }

    @Test func `for a key that a record has twice names the key and the place`() async throws {
        let store = try await makeStore()
        let records = "{}\n{\"Status\": \"New\",\n \"Status\": \"Contacted\"}\n"

        let answer = try await program.run(
            "create",
            store,
            "ContactRequest",
            "--json",
            input: records
        )

        #expect(answer.status == 2)
        #expect(answer.failure["code"] == "MALFORMED_JSON")
        #expect(
            answer.failure["message"]
                == "standard input, line 3, character 2: an object has the key \"Status\" twice."
        )
        #expect(try await program.run("export", store, "ContactRequest").output.isEmpty)
    }

    static let unsuitable = [
        "[]", "", "7", #""text""#, "[[]]", #"{"Status": ["New"]}"#, #"{"Nobody": {"Id": "x"}}"#,
        #"{"Who": {"Email": "a@b.c"}}"#, #"{"Who": {"attributes": {"type": "Contact"}}}"#,
        #"{"attributes": 7}"#, #"{"attributes": {"type": 7}}"#,
    ]

    @Test(arguments: unsuitable)
    func `for JSON that is no record says so`(json: String) async throws {
        let store = try await makeStore()

        let answer = try await program.run("create", store, "ContactRequest", "--json", input: json)

        #expect(answer.status == 2)
        #expect(answer.failure["code"] == "INVALID_INPUT")
        #expect(answer.output.isEmpty)
    }

    @Test func `for an unknown object, field or table has the code of the API`() async throws {
        let store = try await makeStore()

        let object = try await program.run("create", store, "Nothing", "{}", "--json")
        let field = try await program.run("create", store, "Contact", #"{"No": 1}"#, "--json")
        let table = try await program.run("rebuild", store, "nothing", "--json")
        let sentence = try await program.run("export", store, "Contact", "--fields", "No")

        #expect(object.failure["code"] == "INVALID_TYPE")
        #expect(field.failure["code"] == "INVALID_FIELD")
        #expect(sentence.error.hasPrefix("annals: INVALID_FIELD: No such column 'No'"))
        #expect(table.failure["message"]?.contains("nothing") == true)
        for answer in [object, field, table, sentence] { #expect(answer.status == 2) }
    }

    @Test func `for a malformed id is the record's where records are written`() async throws {
        let store = try await makeStore()

        let deleted = try await program.run("delete", store, "nonsense", "--json")
        let retrieved = try await program.run("retrieve", store, "Contact", "nonsense", "--json")

        #expect(deleted.status == 1)
        #expect(deleted.output.contains("MALFORMED_ID"))
        #expect(retrieved.status == 2)
        #expect(retrieved.failure["code"] == "MALFORMED_ID")
    }

    @Test func `for a window that is none has the code of the API`() async throws {
        let store = try await makeStore()

        let answer = try await program.run(
            "updated",
            store,
            "Contact",
            "--from",
            "2026-01-31T08:15:30Z",
            "--to",
            "2026-01-31T08:15:40Z",
            "--json"
        )

        #expect(answer.status == 2)
        #expect(answer.failure["code"] == "INVALID_REPLICATION_DATE")
    }

    @Test func `for a schema that cannot be names the place in the file`() async throws {
        let store = try await makeStore()
        let file = try program.write(
            #"{"objects": [{"name": "Site"}]}"#,
            to: "schema.json"
        )

        let answer = try await program.run("schema", "apply", store, file, "--json")

        #expect(answer.status == 2)
        #expect(answer.failure["code"] == "INVALID_SCHEMA")
        #expect(answer.failure["message"]?.contains("objects[0].name") == true)
    }

    @Test func `for a command line that cannot be read ends with 64`() async throws {
        let store = try await makeStore()

        for arguments in [
            ["nothing"], ["create"], ["create", store, "--user", "x"],
            ["log", store, "--tail", "1", "--after", "1"],
            ["updated", store, "X", "--from", "now"],
            ["create", store, "Contact", "{}", "--file", "x"],
            ["delete", store, "a", "b", "--expect", "1"],
        ] {
            let answer = try await program.start(arguments).answer()
            #expect(answer.status == 64, "\(arguments)")
            #expect(answer.error.contains("Usage: annals"))
        }
    }
}
