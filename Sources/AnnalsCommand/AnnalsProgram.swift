import ArgumentParser

/// The program `annals`: a store on the command line, one subcommand per call.
@main struct AnnalsProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annals",
        abstract: "A record store that forgets nothing, on the command line.",
        discussion: """
            A store is a folder. It keeps every create, update, delete and undelete as an event in \
            a log, and can show the current records, what they were, and what changed when, with \
            the semantics of Salesforce's object API.

            A first session:

              annals init contacts
              annals create contacts ContactRequest '{"PreferredPhone": "+1 555 0100"}'
              annals update contacts ContactRequest '{"Id": "…", "Status": "Contacted"}'
              annals log contacts
              annals query contacts "SELECT Id, Status FROM ContactRequest"
              annals updated contacts ContactRequest

            With --json the output is JSON Lines on standard output, and every failure a line \
            {"error": {"code": …, "message": …}} on standard error. `export` writes JSON Lines \
            without it; `soql format` and `checkpoint` write texts.

            \(ExitStatus.help)
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Making",
                subcommands: [Initialize.self, SchemaCommand.self]
            ),
            CommandGroup(
                name: "Writing",
                subcommands: [
                    Create.self, Update.self, Upsert.self, Delete.self, Undelete.self,
                    Empty.self, Erase.self, Purge.self, ImportCommand.self,
                ]
            ),
            CommandGroup(
                name: "Reading",
                subcommands: [
                    QueryCommand.self, ShellCommand.self, SOQLCommand.self, Retrieve.self,
                    Find.self, Updated.self, Deleted.self, TimestampCommand.self, Bin.self,
                    Export.self, Describe.self,
                    LayoutCommand.self,
                ]
            ),
            CommandGroup(
                name: "History",
                subcommands: [
                    LogCommand.self, ReplayCommand.self, HistoryCommand.self, Blame.self,
                    Diff.self, Stats.self,
                ]
            ),
            CommandGroup(
                name: "Proof",
                subcommands: [
                    KeyCommand.self, CheckpointCommand.self, ProveCommand.self, ProofCommand.self,
                ]
            ),
            CommandGroup(
                name: "Recovery",
                subcommands: [
                    SnapshotCommand.self, ArchiveCommand.self, RestoreCommand.self, Salvage.self,
                    JournalCommand.self,
                ]
            ),
            CommandGroup(
                name: "Care",
                subcommands: [
                    Info.self, Verify.self, Check.self, Rebuild.self, Compact.self,
                    VersionCommand.self,
                ]
            ),
        ]
    )
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let wantsJSON = arguments.prefix { $0 != "--" }.contains("--json")
        do {
            try UsageFailure.checkText()
            try UsageFailure.check(arguments)
            var command = try await asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as UsageFailure {
            failure.tell(asJSON: wantsJSON)
            exit(withError: ExitCode.validationFailure)
        } catch {
            if wantsJSON, !(error is ExitCode), exitCode(for: error) == .validationFailure {
                UsageFailure(message: message(for: error), command: Self.self).tell(asJSON: true)
                exit(withError: ExitCode.validationFailure)
            }
            exit(withError: error)
        }
    }
}
