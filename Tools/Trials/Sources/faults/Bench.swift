import Foundation

/// Runs the workload in a folder, with or without faults.
struct Bench {
    /// Where the built programs are.
    let programs: String
    let scratch: String

    /// The stores that the scenarios begin with.
    var base: String { scratch + "/base" }
    /// The folder in which they run; the same for all, because the report has names.
    var root: String { scratch + "/run" }
    private var report: String { scratch + "/report" }

    struct Outcome {
        /// The lines that the workload printed.
        let lines: [String]
        let calls: [SystemCall]
        /// How it ended, if it did not end as it should.
        let failure: String?
    }

    /// Recreates the folder.
    func reset() throws {
        try? FileManager.default.removeItem(atPath: root)
        try FileManager.default.copyItem(atPath: base, toPath: root)
    }

    func run(_ scenario: String, refusing fault: Fault) throws -> Outcome {
        var variables = [
            "ANNALS_FAULT_KIND": fault.call.kind,
            "ANNALS_FAULT_NUMBER": "\(fault.call.number)",
            "ANNALS_FAULT_ERROR": "\(fault.code ?? 0)",
        ]
        if fault.isForGood { variables["ANNALS_FAULT_FOR_GOOD"] = "1" }
        return try run(scenario, in: root, variables)
    }

    /// Reports all calls, and refuses none.
    func count(_ scenario: String) throws -> Outcome { try run(scenario, in: root, [:]) }

    /// Runs it without the library.
    func run(_ scenario: String, in folder: String) throws -> Outcome {
        try run(scenario, in: folder, nil)
    }

    private func run(
        _ scenario: String,
        in folder: String,
        _ variables: [String: String]?
    ) throws -> Outcome {
        try? FileManager.default.removeItem(atPath: report)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programs + "/fault-workload")
        process.arguments = [scenario, folder]
        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_BACKTRACE"] = "enable=no"
        if let variables {
            environment["LD_PRELOAD"] = programs + "/librefusing.so"
            environment["ANNALS_FAULT_ROOT"] = folder + "/"
            environment["ANNALS_FAULT_REPORT"] = report
            environment.merge(variables) { $1 }
        }
        process.environment = environment
        let output = scratch + "/output"
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        guard let handle = FileHandle(forWritingAtPath: output) else {
            throw CocoaError(.fileNoSuchFile)
        }
        process.standardOutput = handle
        process.standardError = handle
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        var failure: String?
        if ended.wait(timeout: .now() + 30) == .timedOut {
            kill(process.processIdentifier, SIGKILL)
            ended.wait()
            failure = "it did not end in 30 s"
        } else if process.terminationReason == .uncaughtSignal {
            failure = "it died of signal \(process.terminationStatus)"
        } else if process.terminationStatus != 0 {
            failure = "it ended with \(process.terminationStatus)"
        }
        let lines = try Self.lines(output)
        if failure == nil, lines.last != "end" { failure = "it did not come to its end" }
        let calls = (try? Self.lines(report)) ?? []
        return Outcome(
            lines: lines,
            calls: calls.compactMap { SystemCall($0[...]) },
            failure: failure.map { "\($0): \(lines.suffix(3))" }
        )
    }

    private static func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
