internal import Glibc
internal import Synchronization

/// A folder whose database this process has open: LMDB's locks do not survive a second opening.
///
/// The folder is kept open, so that the system does not reuse its inode number while it counts as
/// this one: a store may be removed while someone is still reading it.
final class OpenFolder: Sendable {
    /// How long to wait for another close, while a call of another thread ends.
    private static let patienceSeconds = 2.0

    private let path: String
    private let descriptor: Int32
    private let identity: FileSystem.Identity

    private struct State {
        var isClosing = false
    }

    private static let open = Mutex<[FileSystem.Identity: State]>([:])

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
        guard Self.insert(identity) else {
            close(descriptor)
            throw .alreadyOpen(path: path)
        }
        // Not before: a failing initializer releases properties through `deinit`.
        self.path = path
        self.descriptor = descriptor
        self.identity = identity
    }

    deinit {
        Self.open.withLock { _ = $0.removeValue(forKey: identity) }
        close(descriptor)
    }

    private static func insert(_ identity: FileSystem.Identity) -> Bool {
        let patience = Patience(seconds: patienceSeconds)
        while true {
            let found = open.withLock { open in
                let found = open[identity]
                if found == nil { open[identity] = State() }
                return found
            }
            guard let found else { return true }
            guard found.isClosing, patience.waits() else { return false }
        }
    }

    /// Announces that it will be closed as soon as no one is in a call: opening it again waits for
    /// that.
    func willClose() { Self.open.withLock { $0[identity]?.isClosing = true } }

    static func isOpen(_ identity: FileSystem.Identity) -> Bool {
        open.withLock { $0[identity] != nil }
    }

    /// Whether the path still leads to this folder.
    var isInPlace: Bool { (try? FileSystem.identity(of: path)) == identity }
}
