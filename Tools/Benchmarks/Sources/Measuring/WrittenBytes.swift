internal import Foundation

/// What processes gave the system to write to a disk, as Linux counts it: a page of a file when it
/// first becomes dirty, and again when it does after it was written.
public enum WrittenBytes {
    /// 0 where the system does not tell.
    public static var ofThisProcess: UInt64 { of(process: "self") }

    /// Of a process and its children, those that have ended included.
    static func ofFamily(_ parent: Int32) -> UInt64 {
        let children = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return children.reduce(of(process: "\(parent)")) { sum, name in
            guard Int32(name) != nil, self.parent(of: name) == parent else { return sum }
            return sum + of(process: name)
        }
    }

    private static func of(process name: String) -> UInt64 {
        let text = (try? String(contentsOfFile: "/proc/\(name)/io", encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") where line.hasPrefix("write_bytes:") {
            return line.split(separator: " ").last.flatMap { UInt64($0) } ?? 0
        }
        return 0
    }

    private static func parent(of name: String) -> Int32? {
        let text = (try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8)) ?? ""
        // Behind the name, which may have anything in it: the state, then the parent.
        let rest = text.split(separator: ")").last?.split(separator: " ") ?? []
        return rest.count > 1 ? Int32(rest[1]) : nil
    }
}
