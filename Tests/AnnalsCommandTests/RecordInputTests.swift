import Testing

struct `Records on the command line` {
    let program = Program()

    private func makeStore() async throws -> String {
        try await program.run("init", program("store"))
        return program("store")
    }

    @Test func `are answered one by one in the shape of the REST API`() async throws {
        let store = try await makeStore()
        let records = #"[{"LastName": "Ng"}, {"FirstName": "No last name"}]"#

        let answer = try await program.run("create", store, "Contact", records, "--json")

        #expect(answer.status == 1)
        #expect(answer.objects.count == 2)
        let (good, bad) = (answer.objects[0], answer.objects[1])
        #expect(Set(good.keys) == ["id", "success", "errors", "position"])
        #expect(good["success"] as? Bool == true)
        #expect(bad["success"] as? Bool == false)
        let error = try #require((bad["errors"] as? [[String: Any]])?.first)
        #expect(error["statusCode"] as? String == "REQUIRED_FIELD_MISSING")
        #expect(error["fields"] as? [String] == ["LastName"])
        #expect(error["message"] is String)
    }

    @Test func `may come from a file, from the standard input, in lines or in an array`()
        async throws
    {
        let store = try await makeStore()
        let lines = """
            \u{FEFF}{"attributes": {"type": "Contact"}, "LastName": "Ng"}

            {"attributes": {"type": "Account"},
             "Name": "Ng & Co"}
            """
        let file = try program.write(lines, to: "records.jsonl")

        let fromFile = try await program.run("create", store, "--file", file)
        let fromInput = try await program.run("create", store, input: lines)
        let asArray = try await program.run("create", store, "Contact", #"[{"LastName": "Wu"}]"#)

        for answer in [fromFile, fromInput, asArray] { #expect(answer.status == 0) }
        #expect(fromFile.lines.count == 2)
        #expect(fromInput.lines.count == 2)
        #expect(asArray.lines.count == 1)
    }

    @Test func `refer to others by external ids, and null takes a value away`() async throws {
        let store = try await makeStore()
        try await program.run(
            "create",
            store,
            "Contact",
            #"{"LastName": "Ng", "Email": "ng@example.com"}"#
        )
        let record =
            #"{"Who": {"attributes": {"type": "Contact"}, "Email": "ng@example.com"}}"#
        let created = try await program.run("create", store, "ContactRequest", record, "--json")
        let id = try #require(created.objects.first?["id"] as? String)
        func who() async throws -> String {
            try await program.run(
                "retrieve",
                store,
                "ContactRequest",
                id,
                "--fields",
                "WhoId",
                "--json"
            ).output
        }

        #expect(try await who().contains(#""WhoId":"003"#))
        let update = #"{"Id": "\#(id)", "Who": null}"#
        #expect(try await program.run("update", store, "ContactRequest", update).status == 0)
        #expect(try await who().contains(#""WhoId":null"#))
    }

    @Test func `are found by a field and created where there is none`() async throws {
        let store = try await makeStore()
        let records = #"[{"Username": "ng@example.com", "LastName": "Ng"}]"#

        let first = try await program.run(
            "upsert",
            store,
            "User",
            records,
            "--by",
            "Username",
            "--json"
        )
        let second = try await program.run(
            "upsert",
            store,
            "User",
            records,
            "--by",
            "Username",
            "--json",
            "--skip-unchanged"
        )

        #expect(first.objects.first?["created"] as? Bool == true)
        #expect(second.objects.first?["created"] as? Bool == false)
        #expect(second.objects.first?["position"] is Int == false)
    }

    @Test func `are written in calls of 200`() async throws {
        let store = try await makeStore()
        let records = "[" + Array(repeating: "{}", count: 450).joined(separator: ",") + "]"

        let arguments = ["create", store, "ContactRequest", "--json", "--idempotency-key", "k"]
        let first = try await program.start(arguments, input: records).answer()
        let second = try await program.start(arguments, input: records).answer()
        let info = try await program.run("info", store, "--json")

        #expect(first.objects.count == 450)
        #expect(second.output == first.output)
        // Three for the calls, and one for the schema and the administrator.
        #expect(info.objects.first?["transactions"] as? Int == 4)
        // Too long for the number of a later call: refused before the first.
        let key = String(repeating: "k", count: 195)
        let long = try await program.start(arguments.dropLast() + [key], input: records).answer()
        #expect(long.status == 64 && long.error.contains("1 to 190 bytes"))
        let last = try await program.run("info", store, "--json")
        #expect(last.objects.first?["transactions"] as? Int == 4)
    }

    @Test func `are all refused where one is, if asked`() async throws {
        let store = try await makeStore()
        let records = #"[{"LastName": "Ng"}, {}]"#

        let answer = try await program.run("create", store, "Contact", records, "--all-or-none")

        #expect(answer.status == 1)
        #expect(answer.output.contains("record 1: refused: ALL_OR_NONE_OPERATION_ROLLED_BACK"))
        #expect(try await program.run("export", store, "Contact").output.isEmpty)
    }

    @Test func `are refused where another has changed them since`() async throws {
        let store = try await makeStore()
        let created = try await program.run("create", store, "ContactRequest", "{}", "--json")
        let id = try #require(created.objects.first?["id"] as? String)
        let position = try #require(created.objects.first?["position"] as? Int)
        let update = #"{"Id": "\#(id)", "Status": "Contacted"}"#
        func expecting(_ position: Int) async throws -> Program.Answer {
            try await program.run(
                "update",
                store,
                "ContactRequest",
                update,
                "--expect",
                "\(position)",
                "--json"
            )
        }

        #expect(try await expecting(position).status == 0)
        let stale = try await expecting(position)
        #expect(stale.status == 1)
        let error = try #require((stale.objects.first?["errors"] as? [[String: Any]])?.first)
        #expect((error["conflict"] as? [String: Int])?["actual"] == position + 1)
    }

    @Test func `cannot make a terminal obey`() async throws {
        let store = try await makeStore()
        let record = #"{"RequestDescription": "a\u001b[2Jb\u202ec"}"#
        let created = try await program.run("create", store, "ContactRequest", record, "--json")
        let id = try #require(created.objects.first?["id"] as? String)

        let log = try await program.run("log", store, "--tail", "1")
        let json = try await program.run("log", store, "--tail", "1", "--json")
        let shown = try await program.run("retrieve", store, "ContactRequest", id)
        let failed = try await program.run("retrieve", store, "\u{1B}[2J", id)

        #expect(log.output.contains(#"a\u{1b}[2Jb\u{202e}c"#))
        #expect(json.output.contains(#"a\u001b[2Jb\u202ec"#))
        #expect(shown.output.contains(#"a\u{1b}[2Jb\u{202e}c"#))
        for text in [log.output, json.output, shown.output, failed.error] {
            #expect(!text.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
        }
    }
}
