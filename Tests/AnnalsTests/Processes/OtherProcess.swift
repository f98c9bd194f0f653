import Annals
import AnnalsTestSupport
import Foundation

/// Another process that has a store open for reading: the built program, which follows the log.
///
/// An exit test will not do, because one of the tests' threads waits while it runs.
///
/// Unchecked: it is started once, and then only asked.
final class OtherReader: @unchecked Sendable {
    private let process = Process()
    private let scratch = Scratch()

    init(of path: String) throws {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("annals")
        process.arguments = ["log", path, "--follow", "--json"]
        for name in ["out", "err"] {
            _ = FileManager.default.createFile(atPath: scratch(name), contents: nil)
        }
        let files = try ["out", "err"].map {
            try FileHandle(forWritingTo: URL(fileURLWithPath: scratch($0)))
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = files[0]
        process.standardError = files[1]
        try process.run()
        for file in files { try file.close() }
    }

    /// It only reads: nothing is lost, and a reader that hangs ends as well.
    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// What it has printed, or why it could not read.
    var told: String {
        ["out", "err"].compactMap { try? String(contentsOfFile: scratch($0), encoding: .utf8) }
            .joined()
    }

    /// Waits until its output satisfies `condition`, or until it has ended.
    func wait(until condition: (String) -> Bool) async throws {
        while process.isRunning, !condition(told) {
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// Runs `body` while another process has the store open for reading.
func whileRead<T>(_ path: String, _ body: () async throws -> T) async throws -> T {
    let reader = try OtherReader(of: path)
    try await reader.wait { !$0.isEmpty }
    defer { withExtendedLifetime(reader) {} }
    return try await body()
}

/// The store, opened for reading.
func reader(of path: String) throws -> RecordStore {
    var configuration = RecordStore.Configuration()
    configuration.isReadOnly = true
    return try RecordStore(at: path, configuration: configuration)
}
