import Annals
import AnnalsJSON
import AnnalsSchema
import ArgumentParser

/// A command line that was not understood.
struct UsageFailure: Error {
    let message: String
    /// The command that was meant, as far as known.
    let command: any ParsableCommand.Type

    /// Writes it to standard error.
    func tell(asJSON: Bool) {
        if asJSON {
            let failure = Failure("USAGE", message, .callRefused)
            StandardError.write(failure.json.line)
            return
        }
        let usage = AnnalsProgram.usageString(for: command)
        StandardError.write("Error: \(message)\nUsage: \(usage)")
    }

    /// Rejects arguments that are not UTF-8.
    ///
    /// Their bytes would be replaced, and two that differ would become the same key, path or value.
    static func checkText() throws(UsageFailure) {
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = unsafe CommandLine.unsafeArgv[index],
                unsafe String(validatingCString: argument) == nil
            else { continue }
            throw UsageFailure(
                message: "Argument \(index) is not UTF-8.",
                command: AnnalsProgram.self
            )
        }
    }

    /// Rejects a command, or a help topic, that does not exist.
    static func check(_ arguments: [String]) throws(UsageFailure) {
        var words = arguments[...]
        // `annals help X` shows what `annals X --help` shows.
        if words.first == "help" { words = words.dropFirst() }
        var command: any ParsableCommand.Type = AnnalsProgram.self
        while let word = words.popFirst(), !word.hasPrefix("-") {
            let configuration = command.configuration
            let known = configuration.subcommands
            if let next = known.first(where: { $0._commandName == word }) {
                command = next
                continue
            }
            // Everything after that is an argument.
            guard !known.isEmpty, configuration.defaultSubcommand == nil else { return }
            let names = known.map { $0._commandName }
            throw UsageFailure(
                message: "There is no command \(word)" + names.suggestionSentence(for: word),
                command: command
            )
        }
    }
}

extension [String] {
    fileprivate func suggestionSentence(for name: String) -> String {
        let suggestion = suggestion(for: name)
        return suggestion.isEmpty ? "; see 'annals --help'." : suggestion
    }
}
