internal import Foundation

/// The bytes of a file, read on demand: the file is never in memory as a whole.
struct InputFile {
    let path: String
    let byteCount: Int
    private let handle: FileHandle

    /// - Parameters:
    ///   - path: Its name in messages.
    ///   - place: Where it is, if elsewhere.
    init(_ path: String, at place: String? = nil) throws(ImportError) {
        self.path = path
        do {
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: place ?? path))
            byteCount = Int(clamping: try handle.seekToEnd())
        } catch {
            throw .source(reason: "\(path): \(reason(of: error))")
        }
    }

    /// Up to `count` bytes from `offset`; less at the end of the file.
    func bytes(at offset: Int, count: Int) throws(ImportError) -> [UInt8] {
        do {
            try handle.seek(toOffset: UInt64(offset))
            return [UInt8](try handle.read(upToCount: count) ?? Data())
        } catch {
            throw .source(reason: "\(path): \(reason(of: error))")
        }
    }
}

/// The system's reason for a failed access to a file.
package func reason(of error: any Error) -> String {
    let error = error as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    if cause.domain == NSPOSIXErrorDomain, let code = POSIXErrorCode(rawValue: Int32(cause.code)) {
        return switch code {
        case .ENOENT: "there is no such file"
        case .EACCES: "it may not be accessed"
        case .EISDIR: "it is a folder"
        case .ENOSPC: "the disk is full"
        case .ESPIPE: "it is not a regular file"
        default: cause.localizedDescription
        }
    }
    switch CocoaError.Code(rawValue: error.code) {
    case .fileReadNoSuchFile, .fileNoSuchFile: return "there is no such file"
    case .fileReadNoPermission, .fileWriteNoPermission: return "it may not be accessed"
    default: return error.localizedDescription
    }
}
