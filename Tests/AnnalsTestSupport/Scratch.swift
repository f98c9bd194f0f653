import Foundation

/// A temporary folder for one test, deleted after it.
public final class Scratch: Sendable {
    public let path: String

    public init() {
        path = NSTemporaryDirectory() + "annals-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of something in the folder.
    public func callAsFunction(_ name: String) -> String { path + "/" + name }
}
