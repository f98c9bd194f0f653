internal import Glibc

/// A file that is being written from its beginning to its end.
package final class NewFile: Sendable {
    package let path: String
    let descriptor: Int32

    /// Creates the file, which must not exist.
    package init(at path: String) throws(StorageError) {
        self.path = path
        descriptor = unsafe open(
            path,
            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
            0o600
        )
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to make \(path)") }
    }

    deinit { close(descriptor) }

    package func append(_ bytes: RawSpan) throws(StorageError) {
        try FileSystem.write(bytes, to: descriptor, path)
    }

    /// Makes what was written survive a power cut.
    package func synchronize() throws(StorageError) {
        guard fsync(descriptor) == 0 else { throw FileSystem.failureOfWriting(path) }
    }
}
