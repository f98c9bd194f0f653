import Foundation

/// The system's figures for this process's memory (proc(5), status).
struct ResidentMemory {
    /// The most that was ever resident, including mapped pages of the store's file.
    let peakBytes: Int
    /// Mapped pages of files, which the system reclaims when it needs them.
    let fileBytes: Int
    /// The program's own memory.
    let anonymousBytes: Int

    static var peak: ResidentMemory {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        func bytes(_ name: String) -> Int {
            for line in status.split(separator: "\n") where line.hasPrefix(name + ":") {
                return (line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first)
                    .flatMap { Int($0) }.map { $0 * 1024 } ?? 0
            }
            return 0
        }
        return ResidentMemory(
            peakBytes: bytes("VmHWM"),
            fileBytes: bytes("RssFile"),
            anonymousBytes: bytes("RssAnon")
        )
    }
}
