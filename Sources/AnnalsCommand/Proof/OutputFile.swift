import AnnalsJSON
import ArgumentParser
import Foundation

/// Where a text goes that is kept or sent on: the standard output, or a file.
struct OutputFile: ParsableArguments {
    @Option(
        name: .customLong("output"),
        help: ArgumentHelp(
            "Write it into this file, whole or not at all.",
            valueName: "file"
        ),
        completion: .file()
    )
    var path: String?

    /// - Parameter json: What is told of the text in JSON, wherever it goes.
    func write(_ text: String, to output: Output, _ json: JSONValue) throws {
        if let path {
            do {
                try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            } catch {
                throw Failure("OUTPUT", "\(path) could not be written.", .storageFailed)
            }
        }
        if output.writesJSON {
            try output.line(json)
        } else if path == nil {
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                try output.line(String(line))
            }
        }
    }
}
