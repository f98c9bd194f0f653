internal import Foundation

/// The bytes of a pipe, which can be read only once, in a temporary file without a name.
///
/// An import counts its rows before it begins, sorts them by their times, and reads rejected ones
/// again. Only the process can open the file, and it disappears when the process ends.
final class Spool: Sendable {
    private let handle: FileHandle

    /// Where the process finds the file, as long as the spool exists.
    var path: String { "/proc/self/fd/\(handle.fileDescriptor)" }

    /// Whether there is something at `path` that is neither a regular file nor a folder.
    static func isNeeded(for path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        let kind = status.st_mode & S_IFMT
        return kind != S_IFREG && kind != S_IFDIR
    }

    /// Copies the contents of `path` until its end.
    ///
    /// - Parameter progress: Called with how many bytes were read; `false` stops it.
    init(of path: String, progress: (Int) -> Bool) throws(ImportError) {
        let source: FileHandle
        do {
            source = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw .source(reason: "\(path): \(reason(of: error))")
        }
        let name = FileManager.default.temporaryDirectory
            .appendingPathComponent("annals-import-\(UUID().uuidString)").path
        let descriptor = unsafe open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let text = reason(of: NSError(domain: NSPOSIXErrorDomain, code: Int(errno)))
            throw .source(reason: "\(path) cannot be copied into the temporary folder: \(text)")
        }
        unsafe unlink(name)
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var count = 0
        do {
            while let chunk = try source.read(upToCount: 1 << 20), !chunk.isEmpty {
                try handle.write(contentsOf: chunk)
                count += chunk.count
                guard progress(count) else { throw ImportError.interrupted }
            }
        } catch let error as ImportError {
            throw error
        } catch {
            throw .source(
                reason: "\(path) cannot be copied into the temporary folder: \(reason(of: error))"
            )
        }
    }
}
