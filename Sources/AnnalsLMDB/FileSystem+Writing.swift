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
}
