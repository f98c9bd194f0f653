import Foundation

/// A folder of its own for one test, gone when the test is.
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
