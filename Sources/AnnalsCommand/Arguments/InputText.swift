import ArgumentParser
import Foundation

/// A command's input other than its arguments: a file, or standard input.
struct InputText {
    let bytes: [UInt8]
    /// Its name in messages.
    let name: String

    /// The same as text, without the byte order mark that some editors put before it.
    ///
    /// - Throws: If it is not UTF-8: replaced bytes would mean something else.
    func text() throws(Failure) -> String {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard let text = String(validating: bytes[start...], as: UTF8.self) else {
            throw .input("\(name) is not UTF-8.")
        }
        return text
    }

    init(_ text: String, name: String) {
        bytes = Array(text.utf8)
        self.name = name
    }

    /// - Parameter path: A file; `-` or none for standard input.
    /// - Throws: If it cannot be read, or if standard input is a person who was not asked to write
    ///   anything.
    init(path: String?, missing: String) throws {
        if let path, path != "-" {
            bytes = try Self.read(path)
            name = path
            return
        }
        if path == nil, isatty(0) == 1 { throw ValidationError(missing) }
        name = "standard input"
        do {
            bytes = Array(try FileHandle.standardInput.readToEnd() ?? Data())
        } catch {
            throw Failure.input("Standard input cannot be read.")
        }
    }

    /// The contents of a file, or of a pipe, from its current position to its end; `-` is standard
    /// input.
    static func read(_ path: String) throws -> [UInt8] {
        if path == "-" { return try InputText(path: path, missing: "").bytes }
        do {
            // Not `Data(contentsOf:)`, which accepts regular files only and claims that others may
            // not be read.
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            return Array(try file.readToEnd() ?? Data())
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            throw Failure.input("There is no file \(path).")
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw Failure.input("The file \(path) may not be read by this user.")
        } catch {
            throw Failure.input("\(path) cannot be read as a file.")
        }
    }
}
