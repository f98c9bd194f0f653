internal import AnnalsBytes
internal import Glibc

extension FileSystem {
    /// Writes a file that only its owner may read, completely or not at all, if there is none.
    ///
    /// It is written next to its place and linked there when it is on disk, which the system
    /// rejects if something has that name already.
    package static func writeSecret(_ bytes: [UInt8], toNewFile path: String) throws(StorageError) {
        let suffix = SystemRandom.bytes(6).map { String($0, radix: 16) }.joined()
        let scratch = "\(path).new-\(suffix)"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = unsafe open(scratch, flags, 0o600)
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to make \(scratch)") }
        defer { unsafe unlink(scratch) }
        do throws(StorageError) {
            try write(unsafe bytes.span.bytes, to: descriptor, path)
            guard fsync(descriptor) == 0 else { throw failureOfWriting(path) }
        } catch {
            close(descriptor)
            throw error
        }
        close(descriptor)
        guard unsafe link(scratch, path) == 0 else {
            let code = errno
            if code == EEXIST { throw .exists(path: path) }
            throw .system(errno: code, doing: "to make \(path)")
        }
        try synchronize(parent(of: path))
    }
}
