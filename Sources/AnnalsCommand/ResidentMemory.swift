import Foundation

/// What the system says of this process's memory (proc(5), status).
struct ResidentMemory {
    /// The most that was ever resident, mapped pages of the store's file included.
    let peakBytes: Int
    /// Mapped pages of files, which the system takes back when it needs them.
    let fileBytes: Int
    /// What the program itself holds.
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
