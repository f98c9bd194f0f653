internal import Foundation

/// What processes asked the system to write, by calls: nobody here writes to mapped memory.
///
/// Not `write_bytes`, which counts pages that become dirty: with large folios it counts half a
/// megabyte or more for one page.
public enum WrittenBytes {
    /// 0 if the system does not report it.
    public static var ofThisProcess: UInt64 { of(process: "self") }

    /// The sum for a process and its children, including those that have ended.
    static func ofFamily(_ parent: Int32) -> UInt64 {
        let children = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return children.reduce(of(process: "\(parent)")) { sum, name in
            guard Int32(name) != nil, self.parent(of: name) == parent else { return sum }
            return sum + of(process: name)
        }
    }

    private static func of(process name: String) -> UInt64 {
        let text = (try? String(contentsOfFile: "/proc/\(name)/io", encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") where line.hasPrefix("wchar:") {
            return line.split(separator: " ").last.flatMap { UInt64($0) } ?? 0
        }
        return 0
    }

    private static func parent(of name: String) -> Int32? {
        let text = (try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8)) ?? ""
        // After the name, which may contain anything: the state, then the parent.
        let rest = text.split(separator: ")").last?.split(separator: " ") ?? []
        return rest.count > 1 ? Int32(rest[1]) : nil
    }
}
