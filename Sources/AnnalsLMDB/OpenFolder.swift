internal import Glibc
internal import Synchronization

/// A folder whose database this process has open: LMDB's locks do not survive a second opening.
///
/// The folder is kept open, so that the system gives its number to no other while it counts as this
/// one: a store may be removed while somebody still reads it.
final class OpenFolder: Sendable {
    private let descriptor: Int32
    private let identity: FileSystem.Identity

    private static let open = Mutex<Set<FileSystem.Identity>>([])

    /// - Throws: ``StorageError/alreadyOpen(path:)``, ``StorageError/system(errno:doing:)``.
    init(_ path: String) throws(StorageError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno: errno, doing: "to open \(path)") }
        let identity: FileSystem.Identity
        do throws(StorageError) {
            identity = try FileSystem.identity(ofOpen: descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        guard Self.open.withLock({ $0.insert(identity).inserted }) else {
            close(descriptor)
            throw .alreadyOpen(path: path)
        }
        // Not before: a failing initializer lets go of properties through `deinit`.
        self.descriptor = descriptor
        self.identity = identity
    }

    deinit {
        Self.open.withLock { _ = $0.remove(identity) }
        close(descriptor)
    }
}
