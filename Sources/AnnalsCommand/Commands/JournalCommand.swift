import Annals
import AnnalsJSON
import ArgumentParser

struct JournalCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Apply the journal that a crash has left to a store.",
        discussion: """
            Opening a store does this by itself. This command is for a damaged journal: the store \
            is then rejected, and the journal stays, since it may contain calls that were \
            acknowledged. Copy the folder first. `annals salvage` also reads what comes after the \
            damage; or continue with what comes before it, and lose the rest:

              annals salvage contacts contacts-new
              annals journal contacts --accept-loss
            """
    )

    @OptionGroup var options: StoreOptions

    @Flag(help: "Apply what comes before the damage, and remove the journal with the rest.")
    var acceptLoss = false

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let (given, lost) = try RecordStore.recoverJournal(
            at: options.store,
            configuration: options.configuration,
            acceptingLoss: acceptLoss
        )
        if output.writesJSON {
            try output.line(
                .object([
                    ("given", .integer(given)),
                    ("lostAfterByte", lost.map { .integer($0.offset) } ?? .null),
                    ("readableButLost", .integer(lost?.transactionsAfter ?? 0)),
                ])
            )
        } else {
            try output.line("The store was given \(given) transactions.")
            if let lost {
                try output.line(
                    "Lost: what the journal had after byte \(lost.offset), of which "
                        + "\(lost.transactionsAfter) transactions could be read."
                )
            }
        }
        return .fine
    }
}
