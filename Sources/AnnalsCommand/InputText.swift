import ArgumentParser
import Foundation

/// What a command reads beside its arguments: a file, or the standard input.
struct InputText {
    let bytes: [UInt8]
    /// What it is called in a sentence.
    let name: String

    init(_ text: String, name: String) {
        bytes = Array(text.utf8)
        self.name = name
    }

    /// - Parameter path: A file; `-` or none for the standard input.
    /// - Throws: Where it cannot be read, or where the standard input is a person who was not told
    ///   to write anything.
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
            throw Failure.input("The standard input cannot be read.")
        }
    }

    /// What a file holds, or a pipe, from where it stands to its end; `-` is the standard input.
    static func read(_ path: String) throws -> [UInt8] {
        if path == "-" { return try InputText(path: path, missing: "").bytes }
        do {
            // Not `Data(contentsOf:)`, which takes regular files only and says of others that they
            // may not be read.
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
