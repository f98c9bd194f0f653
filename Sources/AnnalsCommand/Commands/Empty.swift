import Annals
import ArgumentParser

struct Empty: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove records from the recycle bin for good.",
        discussion: """
              annals empty contacts 0Tz000000000001CAA
              annals bin contacts --ids | annals empty contacts

            They cannot be brought back. `annals deleted` continues to list them until \
            \(RecordStore.retentionDays) days after their deletion.

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
        return try await WritingCalls(done: "emptied", output: output).run(references, change) {
            (references, options) throws(StoreError) in
            try await session.emptyRecycleBin(references, options: options)
        }
    }
}
