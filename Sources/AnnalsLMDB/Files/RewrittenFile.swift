internal import Glibc

/// A file whose bytes are rewritten again and again, within its existing length.
///
/// Such a write changes no length and allocates no block: syncing it takes one write of the disk,
/// without the file system's own.
package final class RewrittenFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Creates the file in `folder`, which must have none with the name, with `byteCount` zeros.
    ///
    /// These are on disk, with the file's name, when this returns. If it fails the file is removed
    /// again.
    package init(_ name: String, in folder: String, byteCount: Int) throws(StorageError) {
        let path = folder + "/" + name
        // An existing file may contain bytes that someone needs: it is never overwritten.
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        // A property would also be released by `deinit`, once the initializer fails.
        let descriptor = unsafe open(path, flags, 0o600)
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to make \(path)") }
        self.path = path
        self.descriptor = descriptor
        do throws(StorageError) {
            guard byteCount > 0 else { return }
            let zeros = [UInt8](repeating: 0, count: byteCount)
            try write(unsafe zeros.span.bytes, at: 0)
            guard fsync(descriptor) == 0 else { throw FileSystem.failureOfWriting(path) }
            try FileSystem.synchronize(folder)
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    deinit { close(descriptor) }

    package func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
        try FileSystem.write(bytes, to: descriptor, at: offset, path)
    }

    /// Makes what was written survive a power cut.
    package func synchronize() throws(StorageError) {
        guard fdatasync(descriptor) == 0 else { throw FileSystem.failureOfWriting(path) }
    }
}
