import Foundation

/// A state of the disk as files, of which as few as possible are rewritten from state to state.
struct Image {
    let root: String
    private var written: [String: FileKey] = [:]

    init(at root: String) throws {
        self.root = root
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    mutating func show(_ choice: Choice, of disk: Disk) throws {
        let (folders, files) = disk.image(of: choice)
        let files0 = FileManager.default
        let wanted = Set(folders).union(files.keys)
        for case let path as String in files0.enumerator(atPath: root) ?? .init() {
            if wanted.contains(path) { continue }
            // Names below a folder disappear with it.
            try? files0.removeItem(atPath: root + "/" + path)
        }
        for path in written.keys where files[path] == nil { written[path] = nil }
        for folder in folders {
            try? files0.createDirectory(
                atPath: root + "/" + folder,
                withIntermediateDirectories: true
            )
        }
        for (path, found) in files where written[path] != found.key {
            let place = root + "/" + path
            guard files0.fileExists(atPath: Disk.parent(of: place)) else { continue }
            try disk.contents(of: found.file, choice).write(to: URL(fileURLWithPath: place))
            written[path] = found.key
        }
    }

    /// Whether even reading a store here writes to it.
    var hasJournal: Bool { written.keys.contains { $0.hasSuffix("/journal") } }

    /// Forgets the contents of the files, because somebody has written to them.
    mutating func forget() { written = [:] }
}
