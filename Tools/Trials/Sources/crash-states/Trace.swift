import Foundation

/// One thing that was recorded; recorder.h has the format.
enum Recorded {
    case create(file: Int, path: String)
    case write(file: Int, offset: Int, bytes: Data, isSynchronous: Bool)
    case truncate(file: Int, length: Int)
    case sync(file: Int)
    case syncFolder(path: String)
    case rename(from: String, to: String)
    case unlink(path: String)
    case makeFolder(path: String)
    case removeFolder(path: String)
    case link(from: String, to: String)
    case mark(String)
}

struct MalformedTrace: Error {}

/// Reads a trace.
///
/// - Parameter root: The folder that was recorded; paths are relative to it.
func readTrace(_ file: String, root: String) throws -> [Recorded] {
    let data = try Data(contentsOf: URL(fileURLWithPath: file))
    var all: [Recorded] = []
    var offset = data.startIndex
    func number(_ count: Int) -> Int {
        defer { offset += count }
        return data[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    func local(_ bytes: Data) -> String {
        let path = String(decoding: bytes, as: UTF8.self)
        return String(path.dropFirst(root.count + 1))
    }
    while offset < data.endIndex {
        guard data.endIndex - offset >= 32 else { throw MalformedTrace() }
        let (kind, file, flag) = (number(4), number(4), number(4))
        _ = number(4)
        let (place, length) = (number(8), number(8))
        guard data.endIndex - offset >= length else { throw MalformedTrace() }
        let bytes = data[offset..<(offset + length)]
        offset += length
        func both() throws -> (String, String) {
            guard let middle = bytes.firstIndex(of: 0) else { throw MalformedTrace() }
            return (local(bytes[..<middle]), local(bytes[(middle + 1)...]))
        }
        switch kind {
        case 1: all.append(.create(file: file, path: local(bytes)))
        case 2:
            all.append(.write(file: file, offset: place, bytes: bytes, isSynchronous: flag != 0))
        case 3: all.append(.truncate(file: file, length: place))
        case 4: all.append(.sync(file: file))
        case 5: all.append(.syncFolder(path: local(bytes)))
        case 6:
            let (from, to) = try both()
            all.append(.rename(from: from, to: to))
        case 7: all.append(.unlink(path: local(bytes)))
        case 8: all.append(.makeFolder(path: local(bytes)))
        case 9: all.append(.removeFolder(path: local(bytes)))
        case 10:
            let (from, to) = try both()
            all.append(.link(from: from, to: to))
        case 11:
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                all.append(.mark(String(line)))
            }
        default: throw MalformedTrace()
        }
    }
    return all
}
