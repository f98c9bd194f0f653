import Foundation

/// A folder for this process alone, in `TMPDIR`, which should be in memory.
public enum Scratch {
    public static let folder: String = {
        let path = NSTemporaryDirectory() + "annals-fuzz-\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }()

    /// Writes the bytes to a file of that name.
    public static func write(_ bytes: [UInt8], to name: String) -> String {
        let path = folder + "/" + name
        do {
            try Data(bytes).write(to: URL(filePath: path))
        } catch {
            preconditionFailure("\(path): \(error)")
        }
        return path
    }
}
