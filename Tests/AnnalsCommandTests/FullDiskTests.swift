import Foundation
import Testing

/// Needs a small disk of its own, which only the superuser can make, and not in every container.
@Suite(
    .enabled(
        if: Program.endsWell(
            ["unshare", "-m", "--", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
        )
    )
)
struct `A store on a disk that is full` {
    private let program = Program()

    /// Copies the data file to a small disk, fills that to the last byte, and runs the commands
    /// there.
    private func answers(_ commands: [String], alsoCopying more: String = "") async throws
        -> [String]
    {
        let store = program("store")
        try await program.run("init", store)
        try await program.run("create", store, "Contact", #"{"LastName": "Ng"}"#)
        try FileManager.default.createDirectory(
            atPath: program("disk"),
            withIntermediateDirectories: false
        )
        let lines = commands.map { "\(Program.path) \($0) >out 2>err; echo $? >>status" }
        let script = """
            mount -t tmpfs -o size=1m tmpfs disk || exit 9
            mkdir disk/store; cp store/data.mdb \(more) disk/store
            dd if=/dev/zero of=disk/rest bs=4096 2>/dev/null; dd if=/dev/zero of=disk/end bs=1 2>/dev/null
            \(lines.joined(separator: "\n"))
            """
        let running = try program.start(
            ["-m", "--", "/bin/sh", "-c", script],
            of: "/usr/bin/unshare"
        )
        _ = try await running.answer()
        return try String(contentsOfFile: program("status"), encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    @Test func `is told to have no room for its table of readers, and ends nobody`() async throws {
        let query = "query disk/store 'SELECT COUNT() FROM Contact' --json"
        #expect(try await answers([query, "verify disk/store"]) == ["3", "3"])
        let error = try String(contentsOfFile: program("err"), encoding: .utf8)
        #expect(error.contains("No room left on the disk"))
    }

    @Test func `is the reason that is given where files cannot be written to it`() async throws {
        let replay = "replay store --to-folder disk/store/events --json"
        #expect(try await answers([replay]) == ["3"])
        let error = try String(contentsOfFile: program("err"), encoding: .utf8)
        #expect(error.contains(#""OUTPUT""#) && error.contains("the disk is full"))
    }

    @Test func `is read where the table was made before`() async throws {
        let query = "query disk/store 'SELECT COUNT() FROM Contact' --json"
        let statuses = try await answers(
            [query, "verify disk/store"],
            alsoCopying: "store/lock.mdb"
        )
        #expect(statuses == ["0", "0"])
    }
}
