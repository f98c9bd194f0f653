import Foundation
import Testing

struct `A session on the command line` {
    let program = Program()

    private func makeStore() async throws -> String {
        let store = program("store")
        #expect(try await program.run("init", store).status == 0)
        return store
    }

    @Test func `creates, changes, deletes and brings back a record, and the log tells of it`()
        async throws
    {
        let store = try await makeStore()
        let created = try await program.run(
            "create",
            store,
            "ContactRequest",
            #"{"PreferredPhone": "+1 555 0100"}"#,
            "--json"
        )
        let id = try #require(created.objects.first?["id"] as? String)
        let update = #"{"Id": "\#(id)", "Status": "Contacted"}"#
        #expect(try await program.run("update", store, "ContactRequest", update).status == 0)
        #expect(
            try await program.run("delete", store, id).output.hasPrefix("deleted \(id), event ")
        )
        #expect(try await program.run("bin", store, "--ids").lines == [id])
        let deleted = try await program.run("deleted", store, "ContactRequest", "--json")
        let undeleted = try await program.run("undelete", store, "--json", input: "\(id)\n")
        let updated = try await program.run("updated", store, "ContactRequest", "--json")
        let retrieved = try await program.run(
            "retrieve",
            store,
            "ContactRequest",
            id,
            "--fields",
            "Id,Status,WhoId",
            "--json"
        )
        let log = try await program.run("log", store, "--record", id, "--json")

        let entries = try #require(deleted.objects.first?["deletedRecords"] as? [[String: String]])
        #expect(entries.map { $0["id"] } == [id])
        #expect(undeleted.objects.first?["success"] as? Bool == true)
        #expect(updated.objects.first?["ids"] as? [String] == [id])
        #expect(
            retrieved.output == #"{"attributes":{"type":"ContactRequest","url":"#
                + #""/services/data/v67.0/sobjects/ContactRequest/\#(id)"},"Id":"\#(id)","#
                + #""Status":"Contacted","WhoId":null}"# + "\n"
        )
        #expect(
            log.objects.map { $0["kind"] as? String }
                == ["created", "updated", "deleted", "undeleted"]
        )
        #expect(try await program.run("check", store).status == 0)
    }

    @Test func `shows who changed what from what`() async throws {
        let store = try await makeStore()
        let user = try await program.run(
            "create",
            store,
            "User",
            #"{"Username": "ng@example.com", "FirstName": "Ada", "LastName": "Ng"}"#,
            "--json"
        )
        let userID = try #require(user.objects.first?["id"] as? String)
        let created = try await program.run("create", store, "ContactRequest", "{}", "--json")
        let id = try #require(created.objects.first?["id"] as? String)
        let update = #"{"Id": "\#(id)", "Status": "Contacted"}"#

        try await program.run("update", store, "ContactRequest", update, "--user", userID)
        let line = try await program.run("log", store, "--tail", "1").output

        #expect(
            line.contains("  updated    ContactRequest  \(id)  Ada Ng  Status: New → Contacted")
        )
    }

    @Test func `is the same after a rebuild`() async throws {
        let store = try await makeStore()
        try await program.run("create", store, "ContactRequest", #"[{}, {}, {}]"#)
        let before = try await program.run("export", store, "ContactRequest")

        let rebuilt = try await program.run("rebuild", store, "--json")

        #expect((rebuilt.objects.first?["rebuilt"] as? [String])?.isEmpty == false)
        #expect(before.lines.count == 3)
        #expect(try await program.run("export", store, "ContactRequest").output == before.output)
        #expect(
            try await program.run("check", store, "--json").objects.first?["clean"] as? Bool == true
        )
    }

    @Test func `tells figures of the store`() async throws {
        let store = try await makeStore()
        try await program.run("create", store, "ContactRequest", #"[{}, {}]"#)

        let info = try #require(try await program.run("info", store, "--json").objects.first)

        let objects = try #require(info["objects"] as? [[String: Any]])
        let requests = try #require(objects.first { $0["name"] as? String == "ContactRequest" })
        #expect(requests["live"] as? Int == 2)
        #expect((info["digest"] as? String)?.count == 64)
        #expect(try await program.run("info", store).output.contains("ContactRequest  2     0"))
    }

    @Test func `finds records by an indexed field`() async throws {
        let store = try await makeStore()
        try await program.run("create", store, "ContactRequest", #"[{}, {}]"#)

        let found = try await program.run(
            "find",
            store,
            "ContactRequest",
            "Name",
            "CR-00000002",
            "--ids"
        )
        let refused = try await program.run("find", store, "ContactRequest", "PreferredPhone", "1")

        #expect(found.lines.count == 1)
        #expect(refused.status == 2)
    }

    @Test func `empties and purges the bin`() async throws {
        let store = try await makeStore()
        let created = try await program.run("create", store, "ContactRequest", "[{}, {}]", "--json")
        let ids = created.objects.compactMap { $0["id"] as? String }
        try await program.run("delete", store, ids[0], ids[1])

        #expect(try await program.run("empty", store, ids[0]).status == 0)
        #expect(try await program.run("bin", store, "--ids").lines == [ids[1]])
        #expect(try await program.run("purge", store).output == "Purged 0 records.\n")
        let purged = try await program.run(
            "purge",
            store,
            "--now",
            "2099-01-01T00:00:00Z",
            "--json"
        )
        // A clock that is wrong once would purge for good, and affect the time of everything
        // written later.
        #expect(purged.failure["code"] == "TIME_TOO_LATE")
        #expect(try await program.run("undelete", store, ids[1]).status == 0)
    }

    @Test func `takes custom objects from a schema file, once`() async throws {
        let store = try await makeStore()
        let file = try program.write(
            #"{"objects": [{"name": "Site__c", "label": "Site"}]}"#,
            to: "schema.json"
        )

        #expect(
            try await program.run("schema", "apply", store, file).output == "Changed Site__c.\n"
        )
        #expect(
            try await program.run("schema", "apply", store, file).output == "Nothing changed.\n"
        )
        let shown = try await program.run("schema", store, "Site__c", "--json")
        #expect(shown.objects.first?["label"] as? String == "Site")
        #expect(try await program.run("create", store, "Site__c", #"{"Name": "A"}"#).status == 0)
    }

    @Test func `looks at an imported history at its own time`() async throws {
        let store = program("old")
        try await program.run("init", store, "--at", "2016-02-29T00:00:00Z")
        try await program.run(
            "create",
            store,
            "ContactRequest",
            "{}",
            "--time",
            "2016-03-01T12:00:00Z"
        )

        let updated = try await program.run(
            "updated",
            store,
            "ContactRequest",
            "--now",
            "2016-03-01T12:30:00Z",
            "--json"
        )

        #expect((updated.objects.first?["ids"] as? [String])?.count == 1)
    }

    @Test func `ends a log that is followed when it is interrupted`() async throws {
        let store = try await makeStore()
        let running = try program.start(["log", store, "--follow", "--json"])
        try await running.wait {
            try Data(contentsOf: URL(fileURLWithPath: running.output)).count > 0
        }
        // What another process defines in the meantime is also shown under its own names.
        let file = try program.write(#"{"objects": [{"name": "Site__c"}]}"#, to: "schema.json")
        try await program.run("schema", "apply", store, file)
        let created = try await program.run("create", store, "Site__c", "{}", "--json")
        let id = try #require(created.objects.first?["id"] as? String)
        try await running.wait {
            try String(contentsOfFile: running.output, encoding: .utf8).contains(id)
        }
        running.process.interrupt()

        let answer = try await running.answer()

        #expect(answer.status == 0)
        #expect(answer.objects.last?["record"] as? String == id)
    }
}
