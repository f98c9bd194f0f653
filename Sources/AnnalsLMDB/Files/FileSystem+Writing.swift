internal import CLMDB
internal import Glibc

extension FileSystem {
    /// Writes all bytes to an open file.
    ///
    /// - Parameters:
    ///   - offset: Where in the file; after the last write if not given.
    ///   - path: For messages.
    static func write(
        _ bytes: RawSpan,
        to descriptor: Int32,
        at offset: Int? = nil,
        _ path: String
    ) throws(StorageError) {
        var done = 0
        while done < bytes.byteCount {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe buffer.baseAddress?.advanced(by: done)
                guard let offset else {
                    return unsafe Glibc.write(descriptor, rest, buffer.count - done)
                }
                return unsafe pwrite(descriptor, rest, buffer.count - done, offset + done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failureOfWriting(path) }
            done += count
        }
    }

    /// The error for a write that the system has just rejected.
    static func failureOfWriting(_ path: String) -> StorageError {
        switch errno {
        case ENOSPC, EDQUOT, EFBIG: .diskFull(path: path)
        case let code: .system(errno: code, doing: "to write \(path)")
        }
    }

    /// Gives the first bytes of a file their room on the disk, without changing its length; makes the
    /// file where there is none.
    ///
    /// - Returns: `false` where there is no room. What else goes wrong, as where a file system cannot do
    ///   such a thing, is left to who uses the file.
    static func allocate(_ path: String, byteCount: Int) -> Bool {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno != ENOSPC && errno != EDQUOT }
        defer { close(descriptor) }
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0, Int(status.st_blocks) * 512 >= byteCount {
            return true
        }
        while fallocate(descriptor, keepingLength, 0, byteCount) != 0 {
            if errno == ENOSPC || errno == EDQUOT { return false }
            guard errno == EINTR else { return true }
        }
        return true
    }

    // FALLOC_FL_KEEP_SIZE, which the Glibc module leaves out.
    private static let keepingLength: Int32 = 1
}
