import AnnalsSchema
import Foundation
import Testing

struct `The command` {
    let program = Program()

    private func makeStore() async throws -> String {
        let store = program("store")
        try await program.run("init", store)
        return store
    }

    @Test func `takes a version of the API as clients write it, and refuses others by code`()
        async throws
    {
        let store = try await makeStore()
        func describe(_ version: String) async throws -> Program.Answer {
            try await program.run("describe", store, "Account", "--json", "--api-version", version)
        }

        for version in ["60", "60.0", "31.0", "67"] {
            #expect(try await describe(version).status == 0, "\(version)")
        }
        for version in ["0", "10", "30.0"] {
            #expect(try await describe(version).failure["code"] == "UNSUPPORTED_API_VERSION")
        }
        for version in ["68", "99.0"] {
            #expect(try await describe(version).failure["code"] == "INVALID_VERSION")
        }
        #expect(try await describe("60.5").status == 64)
        let delete = try await program.run(
            "delete",
            store,
            "003000000000001",
            "--api-version",
            "99"
        )
        #expect(delete.status == 2)
    }

    @Test func `writes no part of an all-or-none call that is too long`() async throws {
        let store = try await makeStore()
        let accounts = (1...201).map { #"{"Name": "\#($0)"}"# }.joined(separator: "\n")

        let refused = try await program.run(
            "create",
            store,
            "Account",
            "--all-or-none",
            "--json",
            input: accounts
        )
        #expect(refused.status == 2)
        #expect(refused.failure["code"] == "EXCEEDED_ID_LIMIT")
        let count = ["query", store, "SELECT COUNT() FROM Account"]
        #expect(try await program.start(count).answer().output == "0\n")
        let taken = try await program.run("create", store, "Account", input: accounts)
        #expect(taken.status == 0)
        #expect(try await program.start(count).answer().output == "201\n")
    }

    @Test func `writes where a record is with each that it shows`() async throws {
        let store = try await makeStore()
        let created = try await program.run(
            "create",
            store,
            "Group",
            "--json",
            input: #"{"Name": "G"}"#
        )
        let id = try #require(created.objects.first?["id"] as? String)
        let version = ["--api-version", "60.0"]
        let url = "/services/data/v60.0/sobjects/Group/\(id)"
        func urls(_ arguments: [String]) async throws -> [String?] {
            try await program.start(arguments + ["--json"]).answer().objects.map {
                ($0["attributes"] as? [String: Any])?["url"] as? String
            }
        }

        let retrieve = ["retrieve", store, "Group", id, "--fields", "Name"] + version
        #expect(try await urls(retrieve) == [url])
        #expect(
            try await program.start(retrieve + ["--json"]).answer().objects[0]["Id"] as? String
                == id
        )
        #expect(try await urls(["find", store, "Group", "Name", "G"] + version) == [url])
        #expect(try await urls(["export", store, "Group"] + version) == [url])
        try await program.run("delete", store, id)
        #expect(try await urls(["bin", store]) == ["/services/data/v67.0/sobjects/Group/\(id)"])
    }

    @Test func `promises the present minute of a store that stands still`() async throws {
        let store = try await makeStore()
        let minute = { Int(Date().timeIntervalSince1970) / 60 }
        func covered(_ arguments: String...) async throws -> Int {
            let answer = try await program.start(arguments + ["--json"]).answer()
            let text = try #require(answer.objects.first?["latestDateCovered"] as? String)
            let time = try #require(Timestamp(text))
            return Int(time.milliseconds / 60_000)
        }
        // In this store the last commit was long ago, so that the test need not wait for a minute
        // to pass.
        let past = program("past")
        try await program.run("init", past, "--now", "2026-01-01T00:00:00Z")

        let begin = minute()
        for store in [store, past] {
            for call in ["updated", "deleted"] {
                let told = try await covered(call, store, "Account")
                #expect(begin <= told && told <= minute())
            }
        }
    }

    @Test func `tells the store's clock, and the layouts of record types`() async throws {
        let store = try await makeStore()

        let time = try await program.run("timestamp", store, "--now", "2026-01-31T08:15:30.123Z")
        #expect(time.output == "2026-01-31T08:15:30.123Z\n")
        let json = try await program.run("timestamp", store, "--json")
        #expect((json.objects.first?["timestamp"] as? String)?.hasSuffix("Z") == true)
        let master = "012000000000000AAA"
        let layout = ["layout", store, "Account", "--json", "--record-type"]
        #expect(try await program.start(layout + [master]).answer().status == 0)
        let other = try await program.start(layout + ["012000000000001AAA"]).answer()
        #expect(other.failure["code"] == "INVALID_CROSS_REFERENCE_KEY")
    }
}
