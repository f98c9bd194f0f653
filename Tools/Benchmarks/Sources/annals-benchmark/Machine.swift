internal import Foundation
internal import Measuring

/// The machine that was measured: without it the figures mean little.
struct Machine: Encodable {
    let processor: String
    let cores: Int
    let memoryBytes: UInt64
    let system: String
    let kernel: String
    let lmdb: String
    let sqlite: String
    let postgresql: String

    static func current() -> Machine {
        Machine(
            processor: value("model name", in: "/proc/cpuinfo", separator: ":") ?? "unknown",
            cores: ProcessInfo.processInfo.activeProcessorCount,
            memoryBytes: ProcessInfo.processInfo.physicalMemory,
            system: value("PRETTY_NAME", in: "/etc/os-release", separator: "=") ?? "unknown",
            kernel: text(of: "/proc/sys/kernel/osrelease")?
                .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown",
            lmdb: StorageContender.Library.lmdb.version,
            sqlite: StorageContender.Library.sqlite.version,
            postgresql: StorageContender.Library.postgresql.version
        )
    }

    var lines: [String] {
        [
            "\(processor), \(cores) cores, \(memoryBytes >> 30) GiB of memory",
            "\(system), Linux \(kernel)",
            "\(lmdb); \(sqlite); \(postgresql)",
        ]
    }

    private static func text(of path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }

    /// The value of `key` in a file with one key and value per line.
    private static func value(_ key: String, in path: String, separator: Character) -> String? {
        let line = text(of: path)?.split(separator: "\n").first { $0.hasPrefix(key) }
        return line?.split(separator: separator, maxSplits: 1).last
            .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t\"")) }
    }
}
