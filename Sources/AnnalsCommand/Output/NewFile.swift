import Annals
import AnnalsImport
import AnnalsLMDB
import Foundation

/// A file that the command writes, whose contents are as confidential as the store.
struct NewFile {
    private let path: String
    private let handle: FileHandle

    /// Creates the file in place of one that a run left that did not finish.
    init(_ path: String) throws(Failure) {
        self.path = path
        // Not emptied: others might have it open, or be allowed to read it.
        _ = unsafe unlink(path)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = unsafe open(path, flags, 0o600)
        guard descriptor >= 0 else {
            throw Failure.output(
                "The file \(path) cannot be created",
                NSError(domain: NSPOSIXErrorDomain, code: Int(errno))
            )
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func write(_ data: Data) throws(Failure) {
        do {
            try handle.write(contentsOf: data)
        } catch {
            throw unwritten(error)
        }
    }

    /// Syncs it to disk.
    func close() throws(Failure) {
        do {
            try handle.synchronize()
            try handle.close()
        } catch {
            throw unwritten(error)
        }
    }

    private func unwritten(_ error: any Error) -> Failure {
        .output("The file \(path) could not be written", error)
    }
}

extension Failure {
    /// Something that cannot be written, with the system's reason.
    static func output(_ what: String, _ error: any Error) -> Failure {
        Failure("OUTPUT", "\(what): \(reason(of: error)).", .storageFailed)
    }

    /// The same, where it was the engine that met it.
    static func output(_ what: String, _ error: StorageError) -> Failure {
        switch error {
        case .system(let code, _):
            output(what, NSError(domain: NSPOSIXErrorDomain, code: Int(code)))
        case .diskFull: output(what, NSError(domain: NSPOSIXErrorDomain, code: Int(ENOSPC)))
        default: Failure(.storage(error))
        }
    }
}
