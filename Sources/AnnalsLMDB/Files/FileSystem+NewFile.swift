internal import AnnalsBytes
internal import Glibc

extension FileSystem {
    /// Writes a file that only its owner may read, completely or not at all, if there is none.
    ///
    /// It has no name until it is on disk, where the file system can do that: a process that is
    /// killed leaves nothing. Elsewhere it is written next to its place. It is linked there, which the
    /// system rejects if something has that name already.
    package static func writeSecret(_ bytes: [UInt8], toNewFile path: String) throws(StorageError) {
        let unnamed = unsafe open(parent(of: path), O_WRONLY | O_CLOEXEC | unnamedFile, 0o600)
        if unnamed >= 0 {
            defer { close(unnamed) }
            try writeDown(bytes, to: unnamed, path)
            // Fails without /proc.
            let source = "/proc/self/fd/\(unnamed)"
            if unsafe linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 {
                try synchronize(parent(of: path))
                return
            }
            if errno == EEXIST { throw .exists(path: path) }
        }
        try writeNamed(bytes, toNewFile: path)
    }

    /// `O_TMPFILE`, which the Glibc module leaves out.
    private static let unnamedFile: Int32 = 0o2020_0000

    private static func writeNamed(
        _ bytes: [UInt8],
        toNewFile path: String
    ) throws(StorageError) {
        let suffix = SystemRandom.bytes(6).hexadecimal
        let scratch = "\(path).new-\(suffix)"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = unsafe open(scratch, flags, 0o600)
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to make \(scratch)") }
        defer { unsafe unlink(scratch) }
        do throws(StorageError) {
            try writeDown(bytes, to: descriptor, path)
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

    private static func writeDown(
        _ bytes: [UInt8],
        to descriptor: Int32,
        _ path: String
    ) throws(StorageError) {
        try write(unsafe bytes.span.bytes, to: descriptor, path)
        guard fsync(descriptor) == 0 else { throw failureOfWriting(path) }
    }
}
