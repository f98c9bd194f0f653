import Glibc

/// A temporary folder for a test, which is deleted after it.
final class Folder: Sendable {
    let folder: String

    init() {
        var template = Array(
            "\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/annals-XXXXXX\0".utf8CString
        )
        precondition(mkdtemp(&template) != nil)
        folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit {
        guard let entries = opendir(folder) else { return }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink(folder + "/" + name)
        }
        closedir(entries)
        rmdir(folder)
    }

    func path(_ name: String) -> String { folder + "/" + name }

    /// Writes a file with these bytes, and replaces the one before.
    func file(_ bytes: [UInt8]) -> String {
        let path = path("data.mdb")
        replace(path, bytes)
        return path
    }

    func replace(_ path: String, _ bytes: [UInt8]) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
    }
}

func contents(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
    precondition(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
    close(descriptor)
    return bytes
}

/// Overwrites single bytes in place: with those given, or with those of `source` at the same
/// offsets.
func overwrite(_ path: String, _ bytes: [Int: UInt8], from source: [UInt8]? = nil) {
    let descriptor = open(path, O_WRONLY)
    for (offset, byte) in bytes {
        var byte = source?[offset] ?? byte
        precondition(pwrite(descriptor, &byte, 1, offset) == 1)
    }
    close(descriptor)
}
