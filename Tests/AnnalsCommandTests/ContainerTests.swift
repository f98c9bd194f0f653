import Annals
import Foundation
import Testing

/// Processes that share a folder but cannot see each other, as in containers.
@Suite(
    .enabled(if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/unshare"))
)
struct `A process in another container` {
    private let program = Program()

    /// Starts the program as the first process of a new PID namespace.
    private func startInside(_ arguments: String...) throws -> Running {
        try program.start(
            ["-p", "-f", "--kill-child", "--", Program.path] + arguments,
            of: "/usr/bin/unshare"
        )
    }

    private func makeStore() async throws -> String {
        let path = program("store")
        try await program.run("init", path)
        try await program.run("create", path, "Contact", #"{"LastName": "Ng"}"#)
        return path
    }

    private func hasRead(_ running: Running) throws -> Bool {
        try !Data(contentsOf: URL(filePath: running.output)).isEmpty
    }

    @Test func `that reads keeps its pages, and keeps compaction away`() async throws {
        let store = try await makeStore()
        let follower = try startInside("log", store, "--follow", "--json")
        try await follower.wait { try hasRead(follower) }

        let compacted = try await program.run("compact", store, "--json")
        #expect(compacted.failure["code"] == "STORE_IN_USE")
        let rebuilt = try await program.run("rebuild", store, "--json")
        #expect(rebuilt.failure["code"] == "STORE_IN_USE")
        // A writer frees the slots of dead readers when it opens; this reader is alive.
        for round in 0..<3 {
            let record = #"{"LastName": "round \#(round)"}"#
            #expect(try await program.run("create", store, "Contact", record).status == 0)
        }
        try await follower.wait {
            try String(contentsOfFile: follower.output, encoding: .utf8).contains("round 2")
        }
        #expect(follower.process.isRunning)
        kill(follower.process.processIdentifier, SIGKILL)
        _ = try await follower.answer()
        #expect(try await program.run("verify", store).status == 0)
        #expect(try await program.run("compact", store).status == 0)
    }

    @Test func `with the same number is told so, and harms nobody`() async throws {
        let store = try await makeStore()
        let first = try startInside("log", store, "--follow", "--json")
        try await first.wait { try hasRead(first) }

        let second = try await startInside("query", store, "SELECT COUNT() FROM Contact", "--json")
            .answer()

        #expect(second.status == 3)
        #expect(second.failure["code"] == "SAME_PROCESS_NUMBER")
        #expect(first.process.isRunning)
        let other = try await program.run("query", store, "SELECT COUNT() FROM Contact")
        #expect(other.status == 0)
        kill(first.process.processIdentifier, SIGKILL)
        _ = try await first.answer()
        #expect(try await program.run("verify", store).status == 0)
    }

    @Test func `that may only read the folder reads it, and not beside a writer`() async throws {
        let store = try await makeStore()
        let mounted = program("mounted")
        let script = """
            set -e; mkdir '\(mounted)'; mount --bind '\(store)' '\(mounted)'
            mount -o remount,ro,bind '\(mounted)'
            trap "umount -l '\(mounted)'" EXIT
            for command in info verify 'query' check; do
              if [ $command = query ]; then set -- 'SELECT COUNT() FROM Contact'; else set --; fi
              '\(Program.path)' $command '\(mounted)' "$@" || exit 9
            done
            '\(Program.path)' log '\(mounted)' --follow > '\(mounted).log' 2>&1 & reader=$!
            while [ ! -s '\(mounted).log' ]; do sleep 0.05; done
            '\(Program.path)' create '\(store)' Contact '{"LastName":"q"}' --json && exit 8
            kill -INT $reader; wait $reader
            '\(Program.path)' create '\(store)' Contact '{"LastName":"q"}'
            printf x > '\(store)/journal'
            '\(Program.path)' info '\(mounted)' --json && exit 7
            exit 0
            """
        let answer = try await program.start(
            ["-m", "--", "/bin/sh", "-c", script],
            of: "/usr/bin/unshare"
        )
        .answer()
        #expect(answer.status == 0, "\(answer.output) \(answer.error)")
        #expect(answer.error.contains("STORE_IN_USE"))
        #expect(answer.error.contains("JOURNAL_WAITING"))
    }

    /// The mutex that it held passes to the next process, even if that cannot see the dead one.
    @Test func `that is killed while it writes blocks nobody`() async throws {
        let store = try await makeStore()
        let record = #"{"LastName": "Ng", "FirstName": "Alice", "Email": "a@example.com"}"#
        let input = Array(repeating: record, count: 20_000).joined(separator: "\n")
        for round in 0..<4 {
            let writer = try program.start(
                [
                    "-p", "-f", "--kill-child", "--", Program.path, "create", store, "Contact",
                    "--durability", round % 2 == 0 ? "on-demand" : "grouped", "--json",
                ],
                of: "/usr/bin/unshare",
                input: input
            )
            try await writer.wait { try hasRead(writer) }
            try await Task.sleep(for: .milliseconds(37 * round))
            kill(writer.process.processIdentifier, SIGKILL)
            _ = try await writer.answer()
            let answer = try await program.run("create", store, "Contact", record)
            #expect(answer.status == 0, "\(answer.error)")
        }
        #expect(try await program.run("verify", store).status == 0)
    }

    @Test func `follows no store that was replaced or removed`() async throws {
        let store = try await makeStore()
        let log = try program.start(["log", store, "--follow", "--json"])
        let archive = try program.start([
            "archive", store, program("archive"), "--follow", "--interval", "0.1", "--json",
        ])
        for follower in [log, archive] { try await follower.wait { try hasRead(follower) } }
        try FileManager.default.removeItem(atPath: store)
        for follower in [log, archive] {
            let answer = try await follower.answer()
            #expect(answer.status == 3)
            #expect(answer.failure["code"] == "STORE_REPLACED")
        }
    }

    @Test func `cannot write beside a writer whose lock file was removed`() async throws {
        let path = try await makeStore()
        let store = try RecordStore(at: path)
        try await store.session().create("Contact", ["LastName": "Ng"])
        try FileManager.default.removeItem(atPath: path + "/writer.lock")
        let answer = try await startInside(
            "create",
            path,
            "Contact",
            #"{"LastName": "Ng"}"#,
            "--json"
        ).answer()
        #expect(answer.failure["code"] == "LOCKED_BY_ANOTHER_PROCESS")
        try await store.session().create("Contact", ["LastName": "Ng"])
        store.close()
        #expect(try await program.run("verify", path).status == 0)
    }
}
