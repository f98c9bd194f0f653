import AnnalsTestSupport
import Foundation

/// The built program, run in a temporary folder of its own as a shell would run it.
struct Program {
    /// What a run left: its exit code and what it wrote.
    struct Answer {
        let status: Int32
        let output: String
        let error: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }

        /// The objects of JSON Lines on the standard output.
        var objects: [[String: Any]] { Self.objects(output) }

        /// The `error` object in the only line on the standard error.
        var failure: [String: String] {
            place.compactMapValues { $0 as? String }
        }

        /// The same for values that are not text, such as the position in a query.
        var place: [String: Any] {
            Self.objects(error).first?["error"] as? [String: Any] ?? [:]
        }

        private static func objects(_ text: String) -> [[String: Any]] {
            text.split(separator: "\n").compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        }
    }

    let scratch = Scratch()

    /// The program is next to the tests that are running.
    static let path =
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("annals").path

    /// The path of something in the folder.
    func callAsFunction(_ name: String) -> String { scratch(name) }

    /// Writes a file into the folder.
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: scratch(name)))
        return scratch(name)
    }

    @discardableResult
    func run(_ arguments: String..., input: String = "") async throws -> Answer {
        try await start(arguments, input: input).answer()
    }

    func shell(_ script: String) async throws -> Answer {
        try await start(["-c", script], of: "/bin/sh").answer()
    }

    /// Whether this machine runs a command with success: some do not let everyone do everything.
    static func endsWell(_ command: [String]) -> Bool {
        let probe = Process()
        probe.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        probe.arguments = command
        probe.standardInput = FileHandle.nullDevice
        probe.standardOutput = FileHandle.nullDevice
        probe.standardError = FileHandle.nullDevice
        guard (try? probe.run()) != nil else { return false }
        probe.waitUntilExit()
        return probe.terminationReason == .exit && probe.terminationStatus == 0
    }

    /// Starts a program without waiting for it to end.
    func start(
        _ arguments: [String],
        of path: String = Self.path,
        input: String = ""
    ) throws -> Running {
        let name = UUID().uuidString
        let input = try write(input, to: "\(name).in")
        let running = Running(output: scratch("\(name).out"), error: scratch("\(name).err"))
        let process = running.process
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
        // Files instead of pipes, so that no one has to read while the program runs.
        for path in [running.output, running.error] {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let files = try [
            FileHandle(forReadingFrom: URL(fileURLWithPath: input)),
            FileHandle(forWritingTo: URL(fileURLWithPath: running.output)),
            FileHandle(forWritingTo: URL(fileURLWithPath: running.error)),
        ]
        process.standardInput = files[0]
        process.standardOutput = files[1]
        process.standardError = files[2]
        try running.run()
        // Foundation keeps them open for as long as the tests run: thousands in the end.
        for file in files { try file.close() }
        return running
    }
}

/// A program that was started.
struct Running {
    let process = Process()
    let output: String
    let error: String
    private let ended = AsyncStream<Void>.makeStream()

    init(output: String, error: String) {
        self.output = output
        self.error = error
    }

    fileprivate func run() throws {
        let continuation = ended.continuation
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
    }

    /// Waits until `condition` holds, or the program has ended.
    func wait(until condition: () throws -> Bool) async throws {
        while process.isRunning, try !condition() {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Waits until the program has ended; one that takes minutes hangs, and is killed.
    ///
    /// - Returns: A status of 128 and more for a signal, as in a shell.
    func answer() async throws -> Program.Answer {
        let pid = process.processIdentifier
        let impatience = Task {
            try await Task.sleep(for: .seconds(600))
            kill(pid, SIGKILL)
        }
        for await _ in ended.stream {}
        impatience.cancel()
        let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
        return Program.Answer(
            status: signal + process.terminationStatus,
            output: try String(contentsOfFile: output, encoding: .utf8),
            error: try String(contentsOfFile: error, encoding: .utf8)
        )
    }
}
