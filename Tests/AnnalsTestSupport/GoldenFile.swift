import Foundation
import Testing

/// A file of `fixtures` that pins an outcome; those in `fixtures/format` pin bytes of the format.
///
/// `REWRITE=1` writes what the test made instead of comparing it with the file: look at the
/// difference before you commit it, because a byte that changed means a new version of the format.
public struct GoldenFile {
    private let url: URL

    public init(_ name: String, in folder: String = "format", source: String = #filePath) {
        url = URL(fileURLWithPath: source)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("fixtures/\(folder)")
            .appendingPathComponent(name)
    }

    public func expect(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        if ProcessInfo.processInfo.environment["REWRITE"] == "1" {
            let folder = url.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        let pinned = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        #expect(text == pinned, sourceLocation: sourceLocation)
    }
}

/// Sixteen bytes per line.
public func hexadecimal(_ bytes: [UInt8]) -> String {
    stride(from: 0, to: bytes.count, by: 16).map { start in
        bytes[start..<min(start + 16, bytes.count)]
            .map { String(format: "%02x", $0) }
            .joined(separator: " ") + "\n"
    }.joined()
}
