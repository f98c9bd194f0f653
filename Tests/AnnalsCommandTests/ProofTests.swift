import Foundation
import Testing

struct `Proofs on the command line` {
    let program = Program()

    /// A store with three requests, and a key in the file `key`.
    private func store() async throws -> (path: String, key: String) {
        let store = program("store")
        try await program.run("init", store)
        for phone in ["1", "2", "3"] {
            let record = #"{"PreferredPhone": "+1 555 \#(phone)"}"#
            try await program.run("create", store, "ContactRequest", record)
        }
        let made = try await program.run("key", "new", program("key"), "--store", store)
        #expect(made.status == 0)
        return (store, try #require(made.lines.first))
    }

    @Test func `hold without the store, and tell what was proven`() async throws {
        let (store, key) = try await store()
        #expect(try await program.run("key", "show", program("key")).lines == [key])
        let pub = try program.write(key + "\n", to: "pub")
        let file = program("checkpoint")
        let given = try await program.run(
            "checkpoint",
            store,
            "--key",
            program("key"),
            "--output",
            file,
            "--json"
        )
        #expect(given.status == 0)
        #expect(given.objects.first?["size"] as? Int == 4)
        let shown = try await program.run("checkpoint", store)
        #expect(shown.output == (try String(contentsOfFile: file, encoding: .utf8)))
        let last = try #require(
            try await program.run("log", store, "--json").objects.last?["position"] as? Int
        )
        let proof = program("proof")
        let proved = try await program.run(
            "prove",
            "inclusion",
            store,
            "--position",
            "\(last)",
            "--output",
            proof
        )
        #expect(proved.status == 0 && proved.output.isEmpty)
        try FileManager.default.removeItem(atPath: store)

        for key in [key, pub] {
            let verified = try await program.run("proof", "verify", proof, "--key", key)
            #expect(verified.status == 0)
            #expect(verified.lines.first?.hasPrefix("The proof holds: transaction 4 of") == true)
            #expect(verified.lines.last?.contains("PreferredPhone: +1 555 3") == true)
        }
        let json = try await program.run("proof", "verify", proof, "--key", key, "--json")
        #expect(json.objects.first?["holds"] as? Bool == true)
        #expect(json.objects.first?["transaction"] as? Int == 4)
        let checkpoint = try await program.run("proof", "verify", file, "--key", key)
        #expect(checkpoint.status == 0)
        #expect(checkpoint.output.hasSuffix("had 4 transactions.\n"))
    }

    @Test func `tell that the log goes on from an earlier checkpoint`() async throws {
        let (store, key) = try await store()
        let old = program("old")
        try await program.run("checkpoint", store, "--key", program("key"), "--output", old)
        try await program.run("create", store, "ContactRequest", #"{"PreferredPhone": "4"}"#)
        let proof = program("proof")
        let proved = try await program.run(
            "prove",
            "consistency",
            store,
            "--from",
            old,
            "--key",
            program("key"),
            "--output",
            proof
        )
        #expect(proved.status == 0)

        let verified = try await program.run("proof", "verify", proof, "--key", key, "--from", old)
        #expect(verified.status == 0)
        #expect(verified.output.contains("the 5 transactions"))
        let without = try await program.run("proof", "verify", proof, "--key", key)
        #expect(without.status == 2)
        let swapped = try await program.run(
            "proof",
            "verify",
            proof,
            "--key",
            key,
            "--from",
            program("other"),
            "--json"
        )
        #expect(swapped.status == 2)
    }

    @Test func `are refused with a code where anything was changed`() async throws {
        let (store, key) = try await store()
        let proof = program("proof")
        try await program.run(
            "prove",
            "inclusion",
            store,
            "--transaction",
            "2",
            "--key",
            program("key"),
            "--output",
            proof
        )
        var text = try String(contentsOfFile: proof, encoding: .utf8)
        #expect(try await program.run("proof", "verify", proof, "--key", key).status == 0)
        text = text.replacingOccurrences(of: "\nindex 1\n", with: "\nindex 2\n")
        let changed = try program.write(text, to: "changed")
        let refused = try await program.run("proof", "verify", changed, "--key", key, "--json")
        #expect(refused.status == 4)
        #expect(refused.failure["code"] == "WRONG_TRANSACTION")
        try await program.run("key", "new", program("key2"), "--name", "example.com/other")
        let other = try await program.run("key", "show", program("key2")).lines
        let unsigned = try await program.run("proof", "verify", proof, "--key", other[0], "--json")
        #expect(unsigned.status == 4)
        #expect(unsigned.failure["code"] == "UNSIGNED")
        let origin = try await program.run(
            "proof",
            "verify",
            proof,
            "--key",
            key,
            "--origin",
            "another",
            "--json"
        )
        #expect(origin.failure["code"] == "WRONG_ORIGIN")
        let malformed = try await program.run("proof", "verify", proof, "--key", "a+b", "--json")
        #expect(malformed.status == 2)
        #expect(malformed.failure["code"] == "MALFORMED_KEY")
    }

    @Test func `are not given where there is nothing to prove, nor a key over another`()
        async throws
    {
        let (store, _) = try await store()
        let none = try await program.run("prove", "inclusion", store, "--position", "1", "--json")
        #expect(none.status == 2)
        #expect(none.failure["code"] == "NO_CHECKPOINT")
        try await program.run("checkpoint", store, "--key", program("key"))
        let late = try await program.run("prove", "inclusion", store, "--position", "99", "--json")
        #expect(late.status == 2)
        #expect(late.failure["code"] == "NOT_INCLUDED")
        let again = try await program.run("key", "new", program("key"), "--store", store, "--json")
        #expect(again.status == 3)
        #expect(again.failure["code"] == "EXISTS")
        let neither = try await program.run("key", "new", program("key3"))
        #expect(neither.status == 64)
    }
}
