internal import Foundation

/// What processes gave the system to write, by their calls: nobody here writes to mapped memory.
///
/// Not `write_bytes`, which counts pages that become dirty: with large folios it counts half a
/// megabyte, or two, for a page.
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
        for line in text.split(separator: "\n") where line.hasPrefix("wchar:") {
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
