import AnnalsJSON
import Foundation

/// Standard output, some thousand lines at a time.
final class Output {
    /// Answer in JSON Lines, not in sentences.
    let writesJSON: Bool
    private var pending = Data()

    init(writesJSON: Bool) { self.writesJSON = writesJSON }

    static let isTerminal = isatty(1) == 1

    /// Whether a person may be reading, on a terminal that shows colors.
    static let hasColours: Bool = {
        let environment = ProcessInfo.processInfo.environment
        return isTerminal && environment["NO_COLOR", default: ""].isEmpty
            && environment["TERM"] != "dumb"
    }()

    /// Writes a sentence, or a line of a table, for a person.
    func line(_ text: String = "") throws { try append(text) }

    func line(_ value: JSONValue) throws { try append(value.line) }

    func table(_ table: TextTable) throws {
        for line in table.lines { try append(line) }
    }

    private func append(_ line: String) throws {
        pending.append(contentsOf: line.utf8)
        pending.append(0x0A)
        if pending.count > 1 << 16 { try flush() }
    }

    /// Passes everything to the system, which reports if it cannot be written.
    func flush() throws {
        guard !pending.isEmpty else { return }
        let data = pending
        pending = Data()
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            throw Failure.output("The answer could not be written out", error)
        }
    }
}

/// Where failures and progress are written.
enum StandardError {
    static let isTerminal = isatty(2) == 1

    static func write(_ line: String) { writePart(line + "\n") }

    /// Without an end of line; a closed standard error is no reason to fail.
    static func writePart(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
