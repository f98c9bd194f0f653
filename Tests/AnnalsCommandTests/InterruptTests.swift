import Foundation
import Testing

struct `A command that is interrupted` {
    let program = Program()

    /// Enough to keep even an optimized command busy until it is interrupted.
    private static let recordCount: Int = {
        #if DEBUG
        3600
        #else
        20_000
        #endif
    }()

    /// A store whose log is longer than what a replay reads at once, which is 8 MB.
    private func makeStore() async throws -> String {
        let store = program("store")
        try await program.run("init", store)
        let text = String(repeating: "what is the matter ", count: 150)
        let record = #"{"RequestDescription": "\#(text)"}"#
        let records = Array(repeating: record, count: Self.recordCount).joined(separator: "\n")
        let arguments = ["create", store, "ContactRequest", "--durability", "on-demand"]
        #expect(try await program.start(arguments, input: records).answer().status == 0)
        return store
    }

    @Test func `in the middle of a check or a rebuild ends with 5 and changes nothing`()
        async throws
    {
        let store = try await makeStore()
        let folder = program("scratch")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        func replays() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder)
        }

        // On a busy machine the work may be finished before it is asked to stop; then try again.
        var answer: Program.Answer?
        for _ in 0..<8 where answer?.status != 5 {
            let running = try program.start(["check", store, "--scratch", folder, "--json"])
            try await running.wait { try !replays().isEmpty }
            running.process.interrupt()
            answer = try await running.answer()
        }

        #expect(answer?.status == 5)
        #expect(answer?.failure["code"] == "INTERRUPTED")
        #expect(try replays() == [])

        var rebuilt: Program.Answer?
        for _ in 0..<8 where rebuilt?.status != 5 {
            let rebuild = try program.start(["rebuild", store])
            try await rebuild.wait { FileManager.default.fileExists(atPath: store + "/rebuild") }
            rebuild.process.interrupt()
            rebuilt = try await rebuild.answer()
        }

        #expect(rebuilt?.status == 5)
        #expect(rebuilt?.error.contains("Run it again") == true)
        #expect(try await program.run("check", store).status == 0)
    }

    @Test func `in the middle of a replay ends with 5 and leaves nothing`() async throws {
        let store = try await makeStore()
        func left() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: program.scratch.path)
                .filter { $0.hasPrefix("copy") || $0.hasPrefix(".annals") }
        }

        for target in ["--to-store", "--to-folder"] {
            // On a busy machine the work may be finished before it is asked to stop; then try
            // again.
            var answer: Program.Answer?
            for _ in 0..<30 where answer?.status != 5 {
                try? FileManager.default.removeItem(atPath: program("copy"))
                let running = try program.start(["replay", store, target, program("copy")])
                try await running.wait { try !left().isEmpty }
                running.process.interrupt()
                answer = try await running.answer()
            }

            #expect(answer?.status == 5, "\(target)")
            #expect(try left() == [], "\(target)")
        }
    }

    @Test func `in the middle of a query ends with 5 between two batches`() async throws {
        let store = program("store")
        try await program.run("init", store)
        let name = String(repeating: "n", count: 80)
        let records = Array(repeating: #"{"LastName": "\#(name)"}"#, count: 2000)
        let create = ["create", store, "Contact", "--durability", "on-demand"]
        let input = records.joined(separator: "\n")
        #expect(try await program.start(create, input: input).answer().status == 0)

        // More than fits into a pipe, so that the query waits for its reader when it is
        // interrupted.
        let answer = try await program.shell(
            """
            mkfifo pipe
            '\(Program.path)' query '\(store)' 'SELECT Id, LastName FROM Contact' \
                --batch-size 200 > pipe &
            exec 3< pipe
            read -r head <&3
            kill -TERM $!
            wc -l <&3
            wait $!
            echo $?
            """
        )

        #expect(answer.lines.last == "5")
        #expect(answer.error.hasPrefix("annals: Interrupted after "))
        let count = try #require(answer.lines.first.flatMap { Int($0) })
        #expect(count % 200 == 0 && count < 2000)
    }
}
