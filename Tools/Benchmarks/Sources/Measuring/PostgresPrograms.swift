internal import CContenders
internal import Foundation

/// The programs of an installed PostgreSQL, and how to run them.
enum PostgresPrograms {
    /// The folder of `initdb` and `pg_ctl`, the newest if there are several; `nil` if there is
    /// none.
    static let folder: String? = {
        // Debian has a folder for each version, outside of the search path.
        let versions = "/usr/lib/postgresql"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? []
        let newest = names.compactMap { Int($0) }.sorted(by: >).map { "\(versions)/\($0)/bin" }
        let searched = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = newest + searched.split(separator: ":").map(String.init)
        return folders.first { folder in
            ["initdb", "pg_ctl", "postgres"].allSatisfy {
                FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
            }
        }
    }()

    /// The name and version, or `nil` if it is not installed.
    static var version: String? {
        guard let folder else { return nil }
        let words = try? output(of: ["\(folder)/postgres", "--version"])
        return words.map { "PostgreSQL " + ($0.split(separator: " ").dropFirst(2).first ?? "") }
    }

    struct Failure: Error {
        let reason: String
    }

    /// Runs a program as a user who may run a server, because it refuses to run as root.
    @discardableResult
    static func runUnprivileged(_ command: [String]) throws -> String {
        let isRoot = getuid() == 0
        return try output(of: (isRoot ? ["runuser", "-u", "postgres", "--"] : []) + command)
    }

    static func output(of command: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        // Not the current folder, which the other user may not be allowed to enter.
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let name = command.first { !$0.hasPrefix("-") } ?? ""
            throw Failure(reason: "\(name): \(text.split(separator: "\n").last ?? "failed")")
        }
        return text
    }
}
