import Annals
import ArgumentParser

struct Delete: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Move records to the recycle bin.",
        discussion: """
              annals delete contacts 0Tz000000000001CAA
              annals find contacts ContactRequest WhoId 003000000000001AAA --ids | annals delete contacts

            \(WritingCalls.help)
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var input: IDArguments

    @Option(
        help: ArgumentHelp(
            "Reject the record unless this is the position of its last event; for one record.",
            valueName: "position"
        )
    )
    var expect: Position?

    @OptionGroup var change: ChangeOptions
    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForWriting(change.durable)
        let session = try caller.session(of: store)
        let references = try input.references(expecting: expect)
        return try await WritingCalls(done: "deleted", output: output).run(references, change) {
            (references, options) throws(StoreError) in
            try await session.delete(references, options: options)
        }
    }
}
