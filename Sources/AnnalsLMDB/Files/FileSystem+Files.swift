internal import Glibc

// Files next to a store: snapshots, segments, manifests. Links are never followed: the contents of
// such a folder may come from elsewhere.
extension FileSystem {
    /// The contents of the folder, by name.
    package static func names(in path: String) throws(StorageError) -> [String] {
        guard let folder = unsafe opendir(path) else {
            throw .system(errno: errno, doing: "to list \(path)")
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while true {
            // Only errno distinguishes the end from a failure: a list that stops early must not
            // pass for a folder with fewer segments.
            errno = 0
            guard let entry = unsafe readdir(folder) else {
                let code = errno
                if code == 0 { return names.sorted() }
                throw .system(errno: code, doing: "to list \(path)")
            }
            let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// The first bytes of the regular file at `path`, no more than `count`, and its length.
    package static func readFile(
        _ path: String,
        first count: Int
    ) throws(StorageError) -> (bytes: [UInt8], length: Int) {
        let descriptor = try openForReading(path)
        defer { close(descriptor) }
        let length = try length(of: descriptor, path)
        let wanted = min(count, length)
        var bytes = [UInt8](repeating: 0, count: wanted)
        var done = 0
        while done < wanted {
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    descriptor,
                    buffer.baseAddress?.advanced(by: done),
                    wanted - done,
                    done
                )
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw .system(errno: errno, doing: "to read \(path)") }
            if read == 0 { break }
            done += read
        }
        bytes.removeLast(wanted - done)
        return (bytes, length)
    }

    /// Passes the bytes of the regular file at `path` to `body`, a mebibyte at a time.
    ///
    /// - Returns: Whether `body` accepted all of it.
    package static func scanFile(
        _ path: String,
        _ body: (_ part: RawSpan, _ length: Int) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        let descriptor = try openForReading(path)
        defer { close(descriptor) }
        let length = try length(of: descriptor, path)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno: errno, doing: "to read \(path)") }
            if count == 0 { return true }
            let part = unsafe buffer.span.bytes.extracting(0..<count)
            guard try body(part, length) else { return false }
        }
    }

    /// Creates the file at `path`, which must not exist, and syncs it to disk.
    package static func writeFile(
        _ path: String,
        _ parts: [[UInt8]]
    ) throws(StorageError) {
        let file = try NewFile(at: path)
        for part in parts { try file.append(unsafe part.span.bytes) }
        try file.synchronize()
    }

    /// Removes the file at `path`, if there is one.
    package static func removeFile(_ path: String) throws(StorageError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw .system(errno: errno, doing: "to remove \(path)")
        }
    }

    /// As ``synchronize(_:)`` of a folder, also for file systems that do not support it: an object
    /// store that is mounted as a folder has no such operation.
    package static func synchronizeFolder(_ path: String) throws(StorageError) {
        do throws(StorageError) {
            try synchronize(path)
        } catch {
            if case .system(let code, _) = error, code == EINVAL || code == ENOSYS { return }
            throw error
        }
    }

    private static func openForReading(_ path: String) throws(StorageError) -> Int32 {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to open \(path)") }
        return descriptor
    }

    private static func length(
        of descriptor: Int32,
        _ path: String
    ) throws(StorageError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .system(errno: errno, doing: "a look at \(path)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .system(errno: EINVAL, doing: "to read \(path), which is not a file")
        }
        return Int(status.st_size)
    }
}
