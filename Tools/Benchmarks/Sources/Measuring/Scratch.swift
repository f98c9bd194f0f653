internal import Foundation

/// A folder for the contenders' stores, removed when it is no longer referenced.
public final class Scratch {
    public struct Failure: Error, CustomStringConvertible {
        public let parent: String
        public let reason: String

        public var description: String { "no folder can be made in \(parent): \(reason)" }
    }

    public let path: String

    /// Makes a folder in `parent`, or next to the package's build folder.
    ///
    /// Not in the system's folder for temporary files, which may be in memory, where a sync costs
    /// nothing.
    public init(in parent: String?) throws(Failure) {
        let parent = parent ?? Self.packageFolder
        path = parent + "/.build-contenders-\(ProcessInfo.processInfo.processIdentifier)"
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false
            )
        } catch {
            throw Failure(parent: parent, reason: error.localizedDescription)
        }
    }

    /// The sum of the sizes of the files in a folder.
    public static func byteCount(ofFolder folder: String) -> UInt64 {
        let manager = FileManager.default
        let names = (try? manager.contentsOfDirectory(atPath: folder)) ?? []
        return names.reduce(0) { sum, name in
            let attributes = try? manager.attributesOfItem(atPath: folder + "/" + name)
            return sum + ((attributes?[.size] as? NSNumber)?.uint64Value ?? 0)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The folder that contains the build folder of this program, or else the current one.
    private static var packageFolder: String {
        var folder = Bundle.main.bundleURL
        while folder.path != "/" {
            if folder.lastPathComponent == ".build" {
                return folder.deletingLastPathComponent().path
            }
            folder.deleteLastPathComponent()
        }
        return FileManager.default.currentDirectoryPath
    }
}
