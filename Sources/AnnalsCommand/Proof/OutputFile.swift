import AnnalsJSON
import ArgumentParser
import Foundation

/// The destination of a text that is kept or sent on: standard output, or a file.
struct OutputFile: ParsableArguments {
    @Option(
        name: .customLong("output"),
        help: ArgumentHelp(
            "Write it into this file, completely or not at all; an existing one is left alone.",
            valueName: "file"
        ),
        completion: .file()
    )
    var path: String?

    @Flag(help: "With --output: overwrite an existing file.")
    var force = false

    /// Fails if the file exists already, before anything is done.
    func requireFree() throws(Failure) {
        guard let path, !force, FileManager.default.fileExists(atPath: path) else { return }
        throw Failure(
            "EXISTS",
            "There is something at \(path) already: name another file, or give --force.",
            .callRefused
        )
    }

    /// - Parameter json: What JSON output says about the text, wherever it goes.
    func write(_ text: String, to output: Output, _ json: JSONValue) throws {
        if let path {
            try requireFree()
            try write(text, path)
        }
        if output.writesJSON {
            try output.line(json)
        } else if path == nil {
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                try output.line(String(line))
            }
        }
    }

    private func write(_ text: String, _ path: String) throws(Failure) {
        let unfinished = path + ".unfinished"
        do throws(Failure) {
            let file = try NewFile(unfinished)
            try file.write(Data(text.utf8))
            try file.close()
            guard unsafe rename(unfinished, path) == 0 else {
                let error = NSError(domain: NSPOSIXErrorDomain, code: Int(errno))
                throw .output("\(path) could not be written", error)
            }
        } catch {
            try? FileManager.default.removeItem(atPath: unfinished)
            throw error
        }
    }
}
