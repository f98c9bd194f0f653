import Foundation

/// What this process holds in memory, as Linux tells it.
///
/// The file of a store is mapped, and its pages count as resident although the system may take
/// them back at any time; they are left out.
struct ProcessMemory {
    /// The most that was ever resident, without the pages of files that are resident now.
    let peakResidentBytes: Int
    /// What is resident now and belongs to no file.
    let anonymousBytes: Int

    /// - Returns: `nil` where the system does not tell.
    init?() {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
            return nil
        }
        func bytes(_ name: String) -> Int? {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap {
                Int($0).map { $0 * 1024 }
            }
        }
        guard let peak = bytes("VmHWM"), let file = bytes("RssFile"), let own = bytes("RssAnon")
        else { return nil }
        peakResidentBytes = max(own, peak - file)
        anonymousBytes = own
    }
}
