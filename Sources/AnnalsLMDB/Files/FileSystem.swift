internal import CLMDB
internal import Glibc

/// The few things that the engine needs from the file system in addition to LMDB.
package enum FileSystem {
    /// Which file it is, whatever path leads to it.
    package struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    /// - Parameter path: For messages.
    static func identity(
        ofOpen descriptor: Int32,
        _ path: String
    ) throws(StorageError) -> Identity {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .system(errno: errno, doing: "a look at \(path)")
        }
        return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// Whether the path leads to this file; failing to look is an error, not a no: whoever tries
    /// again until it does would never end.
    static func leads(_ path: String, to identity: Identity) throws(StorageError) -> Bool {
        do throws(StorageError) {
            return try self.identity(of: path) == identity
        } catch .system(let code, _) where code == ENOENT || code == ENOTDIR {
            return false
        }
    }

    /// Which file the path leads to.
    static func identity(of path: String) throws(StorageError) -> Identity {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw .system(errno: errno, doing: "a look at \(path)")
        }
        return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// Whether this process may write to the file or folder at `path`.
    package static func mayWrite(_ path: String) -> Bool {
        unsafe faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0
    }

    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Whether there is a file or folder at `path`; failing to look is an error, not a no.
    package static func isThere(_ path: String) throws(StorageError) -> Bool {
        if exists(path) { return true }
        if errno == ENOENT || errno == ENOTDIR { return false }
        throw .system(errno: errno, doing: "a look at \(path)")
    }

    /// The length of the file in bytes.
    package static func byteCount(ofFile path: String) throws(StorageError) -> Int {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw .system(errno: errno, doing: "a look at \(path)")
        }
        return Int(status.st_size)
    }

    package static func isEmptyFolder(_ path: String) -> Bool {
        guard let folder = unsafe opendir(path) else { return false }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        return count == 2
    }

    package static func makeFolder(_ path: String) throws(StorageError) {
        guard unsafe mkdir(path, 0o700) == 0 else {
            throw .system(errno: errno, doing: "to make the folder \(path)")
        }
    }

    /// Makes what was written to the file or folder at `path` survive a power cut.
    package static func synchronize(_ path: String) throws(StorageError) {
        // Without O_NONBLOCK a named pipe in its place would make the caller wait for its writer.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to open \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .system(errno: errno, doing: "to write \(path) to the disk")
        }
    }

    package static func move(_ from: String, to: String) throws(StorageError) {
        guard unsafe rename(from, to) == 0 else {
            throw .system(errno: errno, doing: "to move \(from) to \(to)")
        }
    }

    /// Removes the folder and the files in it; leaves what cannot be removed.
    package static func removeFolder(_ path: String) {
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                }
                if name != ".", name != ".." { unsafe unlink(path + "/" + name) }
            }
            unsafe closedir(folder)
        }
        unsafe rmdir(path)
    }

    /// The folder that holds the file or folder at `path`.
    package static func parent(of path: String) -> String {
        var trimmed = Substring(path)
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    /// The absolute path; `path` itself if it leads to nothing.
    package static func absolute(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Free bytes for this process on the file system that holds `path`; `nil` if unknown.
    static func freeBytes(at path: String) -> UInt64? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// Rejects file systems on which memory maps and byte-range locks do not work as on a local
    /// disk (Specification: measured 1.2).
    package static func requireLocal(_ path: String) throws(StorageError) {
        var status = statfs()
        guard unsafe statfs(path, &status) == 0 else {
            throw .system(errno: errno, doing: "a look at the file system of \(path)")
        }
        let kind: String? =
            switch UInt32(truncatingIfNeeded: status.f_type) {
            case 0x6969: "NFS"
            case 0x517B, 0xFF53_4D42, 0xFE53_4D42: "SMB"
            case 0x0102_1997: "9p"
            case 0x6573_5546: "FUSE"
            default: nil
            }
        if let kind { throw .unsuitableFileSystem(path: path, kind: kind) }
    }
}
