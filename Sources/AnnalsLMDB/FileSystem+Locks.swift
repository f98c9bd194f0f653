internal import Glibc

extension FileSystem {
    /// Whether any process holds a record lock on the file, as LMDB does on `lock.mdb` for as long
    /// as it has an environment open.
    ///
    /// Asked of the kernel's list: to open and close that file would drop LMDB's own locks, if this
    /// process had some. Only inodes are compared, since some file systems tell other devices there
    /// than to who asks for a file's.
    package static func isLocked(_ path: String) throws(StorageError) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            if errno == ENOENT { return false }
            throw .system(errno: errno, doing: "a look at \(path)")
        }
        let locks = try readSystemFile("/proc/locks")
        let inode = ":\(status.st_ino)"
        return locks.split(separator: "\n").contains { line in
            let words = line.split(separator: " ")
            return words.contains("POSIX") && words.contains { $0.hasSuffix(inode) }
        }
    }

    /// A file of the kernel's, whose length is not told before it is read.
    private static func readSystemFile(_ path: String) throws(StorageError) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to open \(path)") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno: errno, doing: "to read \(path)") }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
