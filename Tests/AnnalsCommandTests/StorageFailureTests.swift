import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A store that cannot be used` {
    let program = Program()

    private func makeStore() async throws -> String {
        try await program.run("init", program("store"))
        return program("store")
    }

    @Test func `because there is none ends with 3`() async throws {
        let missing = program("missing")

        for arguments in [
            ["info", missing], ["create", missing, "Contact", "{}"], ["check", missing],
            ["rebuild", missing], ["log", missing],
        ] {
            let answer = try await program.start(arguments + ["--json"]).answer()
            #expect(answer.status == 3, "\(arguments)")
            #expect(answer.failure["code"] == "NOT_A_STORE", "\(arguments)")
            #expect(!FileManager.default.fileExists(atPath: missing))
        }
    }

    @Test func `because it is another program's is left as it is`() async throws {
        let folder = program("foreign")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let file = try program.write(
            String(repeating: "another", count: 5000),
            to: "foreign/data.mdb"
        )

        let read = try await program.run("info", folder, "--json")
        let written = try await program.run("create", folder, "Contact", "{}", "--json")
        let made = try await program.run("init", folder, "--json")
        let checked = try await program.run("check", folder)

        #expect(read.status == 3)
        #expect(read.failure["code"] == "NOT_A_STORE")
        #expect(written.status == 3)
        #expect(made.status == 3)
        #expect(made.failure["code"] == "EXISTS")
        #expect(checked.status == 4)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)).count == 35_000)
    }

    @Test func `because its file is a pipe ends with 3, and waits for nobody`() async throws {
        let store = try await makeStore()
        try FileManager.default.removeItem(atPath: store + "/data.mdb")
        #expect(mkfifo(store + "/data.mdb", 0o600) == 0)
        for arguments in [
            ["info", store], ["create", store, "Contact", "{}"], ["updated", store, "Contact"],
            ["compact", store], ["rebuild", store],
        ] {
            let answer = try await program.shell(
                "timeout -s KILL 20 '\(Program.path)' \(arguments.joined(separator: " "))"
            )
            #expect([3, 4].contains(answer.status), "\(arguments)")
        }
    }

    @Test func `because it is damaged is told by check`() async throws {
        let store = try await makeStore()
        try await program.run("create", store, "ContactRequest", #"[{}, {}, {}]"#)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: store + "/data.mdb"))
        // Changes the name of a record in the log, or in a table that is derived from it.
        let bytes = try #require(try file.readToEnd())
        let place = try #require(bytes.range(of: Data("CR-00000002".utf8)))
        try file.seek(toOffset: UInt64(place.lowerBound))
        try file.write(contentsOf: Data("CR-00000007".utf8))
        try file.close()

        let answer = try await program.run("check", store, "--json")

        #expect(answer.status == 4)
    }

    @Test func `because it lacks a table is told by check, and mended by rebuild`() async throws {
        let whole = try await makeStore()
        try await program.run("create", whole, "Contact", #"{"LastName": "Ng"}"#)
        let store = program("damaged")
        try copyStore(at: whole, to: store, without: ["times.4"])

        let refused = try await program.run("info", store, "--json")
        let checked = try await program.run("check", store)
        let rebuilt = try await program.run("rebuild", store)

        #expect(refused.status == 3)
        #expect(refused.failure["code"] == "REBUILD_NEEDED")
        #expect(refused.failure["message"]?.contains("annals rebuild \(store)") == true)
        #expect(checked.status == 4)
        #expect(checked.lines == ["damage: every entry is missing in table times.4"])
        #expect(rebuilt.status == 0)
        #expect(try await program.run("check", store).status == 0)
        #expect(try await program.run("export", store, "Contact").lines.count == 1)
    }

    @Test func `because another process writes ends with 3, and can be read`() async throws {
        let path = try await makeStore()
        let store = try RecordStore(at: path)
        try await store.session().create("Contact", ["LastName": "Ng"])

        let written = try await program.run("create", path, "Contact", "{}", "--json")
        let read = try await program.run("export", path, "Contact")

        #expect(written.status == 3)
        #expect(written.failure["code"] == "LOCKED_BY_ANOTHER_PROCESS")
        #expect(read.lines.count == 1)
        store.close()
    }

    @Test func `because the disk is full keeps what was answered, and goes on with room`()
        async throws
    {
        let store = try await makeStore()
        let records = Array(repeating: #"{"LastName": "Ng"}"#, count: 200).joined(separator: "\n")
        let file = try program.write(records, to: "records.jsonl")
        // A limit on the size of files stands in for a full disk.
        let script = """
            trap '' XFSZ; ulimit -f 1200; \
            '\(Program.path)' create '\(store)' Contact --file '\(file)' --json
            """
        var kept = 0
        var answer = try await program.shell(script)
        while answer.status == 0, kept < 100_000 {
            kept += 200
            answer = try await program.shell(script)
        }

        #expect(kept > 0)
        #expect(answer.status == 3)
        // A write that was cut short is an input/output error unless the disk is really full.
        #expect(["DISK_FULL", "SYSTEM"].contains(answer.failure["code"]))
        #expect(try await program.run("export", store, "Contact").lines.count == kept)
        #expect(try await program.run("create", store, "Contact", "--file", file).status == 0)
        #expect(try await program.run("check", store).status == 0)
    }

    @Test func `because the disk has no room for a journal takes calls without one`() async throws {
        let store = try await makeStore()
        let call = #"create '\#(store)' Contact '{"LastName": "Ng"}' --durability journaled"#

        let answer = try await program.shell(
            "trap '' XFSZ; ulimit -f 1200; '\(Program.path)' \(call)"
        )

        #expect(answer.status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: store)
        #expect(names.contains("data.mdb") && !names.contains("journal"))
        #expect(try await program.run("export", store, "Contact").lines.count == 1)
    }

    /// The command that runs the program as a user without privileges, or why there is none.
    private static let unprivileged: (prefix: String?, reason: String) = {
        if getuid() != 0 { return ("", "") }
        let command = ["setpriv", "--reuid", "65534", "--clear-groups", Program.path, "version"]
        return Program.endsWell(command)
            ? ("setpriv --reuid 65534 --clear-groups ", "")
            : (nil, "setpriv cannot run the program as another user")
    }()

    @Test(.enabled(if: unprivileged.prefix != nil, "\(unprivileged.reason)"))
    func `because the folder may only be read ends with 3 when it is written`() async throws {
        let store = try await makeStore()
        let manager = FileManager.default
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.scratch.path)
        for name in try manager.contentsOfDirectory(atPath: store) {
            try manager.setAttributes(
                [.posixPermissions: 0o444],
                ofItemAtPath: store + "/" + name
            )
        }
        try manager.setAttributes([.posixPermissions: 0o555], ofItemAtPath: store)
        let prefix = try #require(Self.unprivileged.prefix)

        let written = try await program.shell(
            "\(prefix)'\(Program.path)' create '\(store)' Contact '{}' --json"
        )
        let made = try await program.shell("\(prefix)'\(Program.path)' init '\(store)/new' --json")

        #expect(written.status == 3)
        #expect(written.failure["code"] == "SYSTEM")
        #expect(made.status == 3)
        #expect(made.failure["code"] == "SYSTEM")
        // Who may not read it does not know whether it is damaged, or there.
        try manager.setAttributes([.posixPermissions: 0], ofItemAtPath: store + "/data.mdb")
        let verified = try await program.shell(
            "\(prefix)'\(Program.path)' verify '\(store)' --json"
        )
        #expect(verified.status == 3)
        try manager.setAttributes([.posixPermissions: 0o700], ofItemAtPath: store)
        let shown = try await program.shell("\(prefix)'\(Program.path)' info '\(store)' --json")
        #expect(shown.status == 3)
        #expect(getuid() != 0 || shown.failure["code"] == "SYSTEM")
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: store)
        #expect(!manager.fileExists(atPath: store + "/new"))
    }
}
