internal import CContenders
internal import Foundation

/// The memory of this process, as reported by Linux.
public enum ResidentMemory {
    /// Resets the peak, after returning free memory; if the system refuses, the peak remains that
    /// of the whole process.
    public static func forgetPeak() {
        contender_return_memory()
        // Not with FileManager: the file can only be written in place.
        guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
        try? file.write(contentsOf: Data("5".utf8))
        try? file.close()
    }

    /// The most bytes since the peak was reset, including pages of mapped files; 0 if the system
    /// does not report them.
    public static var peakBytes: UInt64 {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
            return 0
        }
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
            return kibibytes.flatMap { UInt64($0) }.map { $0 << 10 } ?? 0
        }
        return 0
    }
}
