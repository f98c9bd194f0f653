import Foundation
import Testing

struct `A store that is lost` {
    let program = Program()

    private func makeStore(_ count: Int) async throws -> String {
        let store = program("store")
        try await program.run("init", store)
        for number in 0..<count {
            try await program.run(
                "create",
                store,
                "ContactRequest",
                #"{"PreferredPhone": "\#(number)"}"#
            )
        }
        return store
    }

    @Test func `is made again of its snapshots and its archive`() async throws {
        let store = try await makeStore(3)
        let (snapshots, archive) = (program("snapshots"), program("archive"))
        let snapshot = try await program.run("snapshot", "create", store, snapshots, "--json")
        #expect(snapshot.status == 0)
        #expect(snapshot.objects.first?["transactions"] as? Int == 4)
        try await program.run("create", store, "ContactRequest", #"{"PreferredPhone": "last"}"#)
        let archived = try await program.run("archive", store, archive, "--json")
        #expect(archived.objects.first?["transactions"] as? Int == 5)
        let info = try await program.run("info", store, "--json").objects.first
        #expect(try await program.run("snapshot", "verify", snapshots).status == 0)
        try FileManager.default.removeItem(atPath: store)

        let restored = try await program.run(
            "restore",
            store,
            "--snapshot",
            snapshots,
            "--archive",
            archive,
            "--json"
        )
        #expect(restored.status == 0)
        #expect(restored.objects.first?["digest"] as? String == info?["digest"] as? String)
        #expect(restored.objects.first?["epoch"] as? Int == 2)
        #expect(try await program.run("check", store).status == 0)

        let earlier = program("earlier")
        let answer = try await program.run(
            "restore",
            earlier,
            "--archive",
            archive,
            "--to-position",
            "12",
            "--json"
        )
        #expect(answer.objects.first?["lastPosition"] as? Int == 12)
        let query = try await program.run(
            "query",
            earlier,
            "SELECT PreferredPhone FROM ContactRequest",
            "--json"
        )
        #expect(query.lines.count == 2)
        let beyond = try await program.run(
            "restore",
            program("none"),
            "--archive",
            archive,
            "--to-position",
            "999",
            "--json"
        )
        #expect(beyond.status == 2)
        #expect(beyond.failure["code"] == "OUT_OF_REACH")
        #expect(try await program.run("restore", program("none")).status == 64)
    }

    @Test func `is not made of damaged files`() async throws {
        let store = try await makeStore(2)
        let (snapshots, archive) = (program("snapshots"), program("archive"))
        try await program.run("archive", store, archive)
        try await program.run("snapshot", "create", store, snapshots)
        let path = try #require(
            try await program.run("snapshot", "list", snapshots, "--json")
                .objects.first?["path"] as? String
        )
        let segment = try #require(
            try FileManager.default.contentsOfDirectory(atPath: archive).first
        )
        for file in [path + "/data.mdb", path + "/manifest.json", archive + "/" + segment] {
            let url = URL(fileURLWithPath: file)
            var bytes = try Data(contentsOf: url)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: url)
        }

        let verified = try await program.run("snapshot", "verify", snapshots, "--json")
        #expect(verified.status == 4)
        #expect(try await program.run("snapshot", "list", snapshots).status == 4)
        let restored = try await program.run(
            "restore",
            program("target"),
            "--archive",
            archive,
            "--json"
        )
        #expect(restored.status == 4)
        #expect(restored.failure["code"] == "DAMAGED")
        #expect(restored.failure["message"]?.contains(segment) == true)
        #expect(!FileManager.default.fileExists(atPath: program("target")))
    }

    @Test func `is followed by its archive until it is told to stop`() async throws {
        let store = try await makeStore(1)
        let archive = program("archive")
        let follower = try program.start(
            ["archive", store, archive, "--follow", "--interval", "0.05", "--json"]
        )
        func lines() throws -> Int {
            try String(contentsOfFile: follower.output, encoding: .utf8)
                .split(separator: "\n").count
        }
        try await follower.wait { try lines() >= 1 }
        try await program.run("create", store, "ContactRequest", "{}")
        try await follower.wait { try lines() >= 2 }
        let second = try await program.run("archive", store, archive, "--json")
        #expect(second.failure["code"] == "LOCKED_BY_ANOTHER_PROCESS")
        follower.process.interrupt()
        let answer = try await follower.answer()

        #expect(answer.status == 0)
        #expect(answer.objects.last?["transactions"] as? Int == 3)
    }

    @Test func `keeps as many snapshots as it was told`() async throws {
        let store = try await makeStore(0)
        let snapshots = program("snapshots")
        for _ in 0..<4 {
            try await program.run("create", store, "ContactRequest", "{}")
            try await program.run("snapshot", "create", store, snapshots)
        }

        let pruned = try await program.run(
            "snapshot",
            "prune",
            snapshots,
            "--keep",
            "2",
            "--keep-days",
            "0",
            "--json"
        )
        #expect((pruned.objects.first?["removed"] as? [String])?.count == 2)
        #expect(try await program.run("snapshot", "list", snapshots, "--json").lines.count == 2)
    }
}
