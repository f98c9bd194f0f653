import Foundation

/// A disk at the time of a power failure: what is safe, and what was written but is not.
///
/// Each write to a file that has not been followed by a sync may be there or not, in any
/// combination, and in parts as large as a sector. Names (files made, renamed, removed) are safe
/// once their folder has been synced, and until then in the order in which they changed, as in a
/// journaling file system: a sync of a file does not make its name safe, nor the other way around.
struct Disk {
    static let sectorByteCount = 512

    struct Change {
        /// Numbered through the whole trace.
        let number: Int
        let offset: Int
        /// `nil` for a new length, which is in `offset`.
        let bytes: Data?
    }

    struct File {
        var safe = Data()
        /// Grows with every change of ``safe``.
        var version = 0
        var pending: [Change] = []
    }

    enum Name: Equatable {
        case folder
        case file(Int)
    }

    enum NameChange {
        case put(String, Name)
        case remove(String)
        case move(String, String)

        var folder: String {
            switch self {
            case .put(let path, _), .remove(let path), .move(_, let path): Disk.parent(of: path)
            }
        }
    }

    private(set) var files: [Int: File] = [:]
    private(set) var names: [String: Name] = [:]
    private(set) var pendingNames: [NameChange] = []
    /// All names, as the program sees them.
    private var seen: [String: Name] = [:]
    private var changeCount = 0
    /// Grows with every change of what is safe.
    private(set) var version = 0

    static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    var pendingCount: Int { files.values.reduce(0) { $0 + $1.pending.count } }

    mutating func take(_ recorded: Recorded) {
        switch recorded {
        case .create(let file, let path):
            files[file] = File()
            rename(.put(path, .file(file)))
        case .write(let file, let offset, let bytes, _):
            changeCount += 1
            let change = Change(number: changeCount, offset: offset, bytes: bytes)
            files[file]?.pending.append(change)
        case .truncate(let file, let length):
            changeCount += 1
            files[file]?.pending.append(Change(number: changeCount, offset: length, bytes: nil))
        case .sync(let file):
            guard var state = files[file], !state.pending.isEmpty else { return }
            files[file] = nil
            for change in state.pending { Self.apply(change, to: &state.safe) }
            state.pending = []
            state.version += 1
            version += 1
            files[file] = state
        case .syncFolder(let path):
            guard let last = pendingNames.lastIndex(where: { $0.folder == path }) else { return }
            for change in pendingNames[...last] { Self.apply(change, to: &names) }
            pendingNames.removeFirst(last + 1)
            version += 1
        case .rename(let from, let to): rename(.move(from, to))
        case .unlink(let path), .removeFolder(let path): rename(.remove(path))
        case .makeFolder(let path): rename(.put(path, .folder))
        case .link(let from, let to):
            if let name = seen[from] { rename(.put(to, name)) }
        case .mark: break
        }
    }

    /// Makes only the newest change of a file safe: it was written synchronously.
    mutating func settleLast(of number: Int) {
        guard var file = files[number], let change = file.pending.popLast() else { return }
        files[number] = nil
        Self.apply(change, to: &file.safe)
        file.version += 1
        version += 1
        files[number] = file
    }

    private mutating func rename(_ change: NameChange) {
        pendingNames.append(change)
        Self.apply(change, to: &seen)
    }

    static func apply(_ change: NameChange, to names: inout [String: Name]) {
        switch change {
        case .put(let path, let name): names[path] = name
        case .remove(let path): names[path] = nil
        case .move(let from, let to):
            for (path, name) in names where path == from || path.hasPrefix(from + "/") {
                names[path] = nil
                names[to + path.dropFirst(from.count)] = name
            }
        }
    }

    /// - Parameter sectors: Which sectors of the change reached the disk, counted from the first
    ///   that it touches; all if `nil`.
    static func apply(_ change: Change, to data: inout Data, sectors: UInt64? = nil) {
        guard let bytes = change.bytes else {
            if change.offset < data.count {
                data.removeLast(data.count - change.offset)
            } else {
                data.append(Data(count: change.offset - data.count))
            }
            return
        }
        let end = change.offset + bytes.count
        if data.count < end { data.append(Data(count: end - data.count)) }
        guard let sectors else {
            data.replaceSubrange(change.offset..<end, with: bytes)
            return
        }
        let first = change.offset / sectorByteCount
        for sector in first...((end - 1) / sectorByteCount)
        where sectors >> UInt64((sector - first) & 63) & 1 == 1 {
            let start = max(change.offset, sector * sectorByteCount)
            let stop = min(end, (sector + 1) * sectorByteCount)
            let from = bytes.startIndex + start - change.offset
            data.replaceSubrange(start..<stop, with: bytes[from..<(from + stop - start)])
        }
    }
}
