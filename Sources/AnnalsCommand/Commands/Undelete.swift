import Annals
import ArgumentParser

struct Undelete: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring records back from the recycle bin.",
        discussion: """
              annals undelete contacts 0Tz000000000001CAA
              annals bin contacts --ids | annals undelete contacts

            \(WritingCalls.help)
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var input: IDArguments
    @OptionGroup var change: ChangeOptions
    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForWriting(change.durable)
        let session = try caller.session(of: store)
        let references = try input.references()
        return try await WritingCalls(done: "undeleted", output: output).run(references, change) {
            (references, options) throws(StoreError) in
            try await session.undelete(references, options: options)
        }
    }
}
