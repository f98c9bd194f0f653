import Annals
import ArgumentParser
import Foundation

struct ShellCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Run SOQL queries, one after another.",
        discussion: """
              annals shell contacts
              annals> SELECT Status, COUNT(Id) FROM ContactRequest
                 ...> GROUP BY Status;
              annals> .as-of 2026-01-31T08:00:00Z
              annals> .quit

              annals shell contacts --csv < queries.soql > answers.csv

            A statement continues until its semicolon. The tab key completes objects, \
            relationships, fields and words, fields best when FROM is already there; .help lists \
            the commands that begin with a dot. Ctrl-C discards what is typed, or stops the output \
            after its batch; Ctrl-D quits. Lines are kept in $XDG_STATE_HOME/annals/history, by \
            default ~/.local/state/annals/history; editing is libedit's, with its ~/.editrc.

            If standard input is not a terminal, statements and commands are read from it without \
            a prompt. One that is rejected is reported with its line and does not stop the others; \
            the exit code is that of the first.

            The store is only read, alongside any writer.
            """
    )

    @OptionGroup var options: StoreOptions

    @Flag(help: "Answer in CSV.")
    var csv = false

    @OptionGroup var arguments: QueryArguments
    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        if csv, writesJSON { throw ValidationError("Give --json or --csv, not both.") }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        let session = try caller.session(of: options.openForReading())
        let format: AnswerFormat = writesJSON ? .json : csv ? .csv : .table
        var shell = Shell(session, arguments.options, format, output)
        if isatty(0) == 1, Output.isTerminal {
            try await shell.converse()
            return .fine
        }
        return try await shell.read { readLine() }
    }
}
