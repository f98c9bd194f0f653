import Annals
import Foundation
import Testing

struct `A moment` {
    static let forms: [(String, String)] = [
        ("20260305", "20260305"),
        ("0", "0"),
        ("2026-03-05", "2026-03-05"),
        ("2026-03-05T08:15:07Z", "2026-03-05T08:15:07Z"),
        ("2026-03-05T08:15:07.000+0000", "2026-03-05T08:15:07Z"),
        ("2026-03-05T08:15:07.120Z", "2026-03-05T08:15:07.120Z"),
        ("2026-03-05T09:15:07+01:00", "2026-03-05T08:15:07Z"),
        ("2026-03-05T08:15Z", "2026-03-05T08:15:59Z"),
        ("2026-03-04T23:59:59Z", "2026-03-05"),
    ]

    @Test(arguments: forms)
    func `is read in one way`(text: String, told: String) throws {
        let moment = try #require(QueryOptions.Moment(text))

        #expect(moment.description == told)
        #expect(QueryOptions.Moment(told) == moment)
    }

    @Test(arguments: [
        "", "now", "-1", "2026-3-5", "2026-02-30", "99999999999999999999", "2026-03-05T08",
    ])
    func `is nothing else`(text: String) { #expect(QueryOptions.Moment(text) == nil) }

    @Test func `to the second has all of the second`() throws {
        let time = try #require(Timestamp("2026-03-05T08:15:07.999Z"))

        #expect(QueryOptions.Moment("2026-03-05T08:15:07Z") == .time(time))
    }
}

struct `A moment that is asked for` {
    let program = Program()

    private func makeStore() async throws -> String {
        let store = program("store")
        try await program.run("init", store)
        try await program.run("create", store, "Contact", #"{"LastName": "Ng"}"#)
        return store
    }

    @Test(arguments: ["20260305", "2106-01-01", "2106-01-01T00:00:00Z", "18446744073709551615"])
    func `and has not come is refused by all who take one`(moment: String) async throws {
        let store = try await makeStore()
        try await program.run("archive", store, program("archive"))
        let id = "003000000000001AAA"

        for arguments in [
            ["query", store, "SELECT Id FROM Contact", "--as-of", moment],
            ["query", store, "SELECT Id FROM Contact", "--explain", "--as-of", moment],
            ["retrieve", store, "Contact", id, "--as-of", moment],
            ["diff", store, "--from", moment], ["diff", store, "--from", "1", "--to", moment],
            ["stats", store, "--to", moment], ["stats", store, "--from", moment],
            ["replay", store, "--to", moment],
            ["replay", store, "--record", id, "--to", moment],
            ["replay", store, "--to", moment, "--to-store", program("replayed")],
            ["compact", store, "--archive", program("archive"), "--horizon", moment],
        ] {
            let answer = try await program.start(arguments + ["--json"]).answer()
            #expect(answer.status == 2, "\(arguments): \(answer.error)")
            #expect(answer.failure["code"] == "MOMENT_AHEAD", "\(arguments)")
            #expect(answer.output.isEmpty)
        }
        #expect(
            try await program.run("info", store, "--json").objects[0]["transactions"] as? Int == 2
        )
    }

    @Test(arguments: ["2001-01-01", "0", "2001-01-01T00:00:00Z"])
    func `and lies before all says so`(moment: String) async throws {
        let store = try await makeStore()

        for arguments in [
            ["query", store, "SELECT Id FROM Contact", "--as-of", moment],
            ["retrieve", store, "Contact", "003000000000001AAA", "--as-of", moment],
            ["replay", store, "--to", moment, "--to-store", program("replayed")],
        ] {
            let answer = try await program.start(arguments + ["--json"]).answer()
            #expect(answer.status == 2, "\(arguments)")
            #expect(answer.failure["code"] == "NO_TRANSACTION_YET", "\(arguments) \(answer.error)")
        }
        // There are no events up to then, and that is a valid answer.
        #expect(try await program.run("diff", store, "--from", moment, "--json").status == 0)
    }

    @Test func `as a record tells it has that change`() async throws {
        let store = try await makeStore()
        let query = "SELECT Id, SystemModstamp FROM Contact"
        let rows = try await program.run("query", store, query, "--json")
        let stamp = try #require(rows.objects.first?["SystemModstamp"] as? String)

        let found = try await program.run("query", store, query, "--as-of", stamp, "--json")

        #expect(found.objects.count == 1)
        let record = try await program.run(
            "retrieve",
            store,
            "Contact",
            "003000000000001AAA",
            "--as-of",
            stamp,
            "--json"
        )
        #expect(record.status == 0)
    }

    @Test func `after the other is refused`() async throws {
        let store = try await makeStore()

        let known = try await program.run("stats", store, "--from", "3", "--to", "2")
        let mixed = try await program.run(
            "stats",
            store,
            "--from",
            "2026-01-01",
            "--to",
            "1",
            "--json"
        )

        #expect(known.status == 64)
        #expect(mixed.status == 0)
    }
}

struct `A clock in the future` {
    let program = Program()
    static let future = "2106-01-01T00:00:00Z"

    @Test func `is refused by whoever writes`() async throws {
        let store = program("store")
        try await program.run("init", store)
        try await program.run("create", store, "Contact", #"{"LastName": "Ng"}"#)
        try await program.run("delete", store, "003000000000001AAA")
        let before = try await program.run("info", store, "--json").output

        for arguments in [
            ["purge", store, "--now", Self.future],
            ["create", store, "Contact", #"{"LastName": "x"}"#, "--now", Self.future],
            ["create", store, "Contact", #"{"LastName": "x"}"#, "--time", Self.future],
            ["update", store, "Contact", #"{"Id": "003000000000001AAA"}"#, "--now", Self.future],
            ["init", program("other"), "--at", Self.future],
            ["init", program("other"), "--now", Self.future],
        ] {
            let answer = try await program.start(arguments + ["--json"]).answer()
            #expect(answer.status == 2, "\(arguments)")
            #expect(answer.failure["code"] == "TIME_TOO_LATE", "\(arguments)")
        }
        #expect(try await program.run("info", store, "--json").output == before)
        #expect(!FileManager.default.fileExists(atPath: program("other")))
        // Reading at another time is harmless.
        #expect(try await program.run("bin", store, "--now", Self.future).status == 0)
    }
}
