internal import Glibc

/// A file whose bytes are written again and again, at places that lie in it already.
///
/// A write to such a place changes no length and takes no new block: bringing it to the disk is one
/// write of the disk, without the file system's own.
package final class RewrittenFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens the file in `folder`, and makes it where there is none, with `byteCount` zeros.
    ///
    /// It is on the disk, with its name, when this returns.
    package init(_ name: String, in folder: String, byteCount: Int) throws(StorageError) {
        let path = folder + "/" + name
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        // A property would be let go of by `deinit` too, once the initializer fails.
        let descriptor = unsafe open(path, flags, 0o600)
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to make \(path)") }
        self.path = path
        self.descriptor = descriptor
        let zeros = [UInt8](repeating: 0, count: byteCount)
        try write(unsafe zeros.span.bytes, at: 0)
        guard fsync(descriptor) == 0 else { throw failure() }
        try FileSystem.synchronize(folder)
    }

    deinit { close(descriptor) }

    package func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
        var done = 0
        while done < bytes.byteCount {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    descriptor,
                    buffer.baseAddress?.advanced(by: done),
                    buffer.count - done,
                    offset + done
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            done += count
        }
    }

    /// Makes what was written survive a power cut.
    package func synchronize() throws(StorageError) {
        guard fdatasync(descriptor) == 0 else { throw failure() }
    }

    private func failure() -> StorageError {
        switch errno {
        case ENOSPC, EDQUOT, EFBIG: .diskFull(path: path)
        case let code: .system(errno: code, doing: "to write \(path)")
        }
    }
}
