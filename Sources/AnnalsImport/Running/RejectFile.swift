internal import AnnalsJSON
internal import AnnalsSchema
internal import Foundation

/// The file of rejected rows: one JSON object per line, in the order of the import.
///
/// A run that continues another adds to its file, and repeats nothing: what a killed run had
/// reported stays reported.
struct RejectFile {
    struct Reject {
        let location: RowLocation
        /// The row as JSON.
        let json: String
        let error: RecordError

        /// The line of the file.
        var text: String {
            let fields = error.fields.map(quoted).joined(separator: ",")
            return "{\"line\":\(location.line),\"row\":\(json),\"error\":{"
                + "\"statusCode\":\(quoted(error.statusCode.rawValue)),"
                + "\"message\":\(quoted(error.message)),\"fields\":[\(fields)]}}\n"
        }
    }

    let path: String
    /// The lines whose rows are in the file already.
    private(set) var told: Set<Int> = []
    private var handle: FileHandle?

    /// - Parameters:
    ///   - isContinued: Keep the existing contents; otherwise the file is rewritten, by the first row
    ///     that is rejected.
    ///   - input: The file that is imported.
    /// - Throws: If there is a file that no import has written, or the one that is imported.
    init(_ path: String, isContinued: Bool, input: String) throws(ImportError) {
        self.path = path
        let inputPath = URL(fileURLWithPath: input).resolvingSymlinksInPath().path
        // A link would be written through.
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let kind = attributes?[.type] as? FileAttributeType else { return }
        // What is not a regular file, such as /dev/null or a pipe, is written to and not removed.
        guard kind == .typeRegular else { return }
        do {
            guard path != inputPath, try Self.isOfAnImport(path) else {
                throw ImportError.source(
                    reason: "the refused rows cannot be written to \(path): there is a file that "
                        + "no import has written; remove it, or name another one"
                )
            }
            if isContinued {
                try keep()
            } else {
                try FileManager.default.removeItem(atPath: path)
            }
        } catch let error as ImportError {
            throw error
        } catch {
            throw Self.unwritable(path, error)
        }
    }

    private static func unwritable(_ path: String, _ error: any Error) -> ImportError {
        .source(reason: "the refused rows cannot be written to \(path): \(reason(of: error))")
    }

    /// Whether a file is empty, or begins as ``Reject/text`` does, cut short or not.
    private static func isOfAnImport(_ path: String) throws -> Bool {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        let bytes = [UInt8](try file.read(upToCount: 64) ?? Data())
        let (first, second) = (Array(#"{"line":"#.utf8), Array(#","row":"#.utf8))
        guard bytes.starts(with: first) else { return first.starts(with: bytes) }
        let rest = bytes.dropFirst(first.count).drop { (0x30...0x39).contains($0) }
        return rest.starts(with: second) || second.starts(with: rest)
    }

    /// Reads the existing contents, without a last line that was not completely written.
    private mutating func keep() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let end = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        for line in bytes[..<end].split(separator: 0x0A) {
            guard case .members(let members)? = try? JSONValue([UInt8](line)),
                let number = members.first(where: { $0.name == "line" })?.value.wholeNumber
            else { continue }
            told.insert(number)
        }
        // Rows are as confidential as the store that they were meant for.
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: UInt64(end))
        try handle.seekToEnd()
        self.handle = handle
    }

    mutating func add(_ rejects: [Reject]) throws(ImportError) {
        let new = rejects.filter { told.insert($0.location.line).inserted }
        guard !new.isEmpty else { return }
        do {
            try open().write(contentsOf: Data(new.map(\.text).joined().utf8))
        } catch {
            throw Self.unwritable(path, error)
        }
    }

    private mutating func open() throws -> FileHandle {
        if let handle { return handle }
        let descriptor = unsafe Foundation.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw NSError(domain: NSPOSIXErrorDomain, code: Int(errno)) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        self.handle = handle
        return handle
    }
}
