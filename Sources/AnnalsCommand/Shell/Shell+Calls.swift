import Annals
import AnnalsJSON

extension Shell {
    /// - Returns: Whether to read more lines.
    mutating func run(_ call: ShellCall) async throws -> Bool {
        switch call {
        case .help:
            var table = TextTable("call", "takes", "does")
            for known in ShellCall.known { table.add([known.name, known.given, known.help]) }
            try output.table(table)
            try output.line("Everything else is SOQL up to the next semicolon.")
        case .quit: return false
        case .describe(let object): try describe(object)
        case .explain(let isOn): explains = isOn
        case .plan(let query): try await answer.explain(query, to: output)
        case .all(let isOn): options.includesDeleted = isOn
        case .asOf(let moment, let text):
            options.asOf = moment
            asOfText = text
        case .now:
            options.asOf = nil
            asOfText = nil
        case .mode(let format): self.format = format
        }
        return true
    }

    private func describe(_ object: String?) throws {
        if let object {
            for description in try session.describeSObjects([object]) {
                try output.describe(description, asJSON: format == .json)
            }
        } else if format == .json {
            try output.line(JSONValue(session.describeGlobal().json))
        } else {
            try output.table(.objects(session.describeGlobal()))
        }
    }
}
