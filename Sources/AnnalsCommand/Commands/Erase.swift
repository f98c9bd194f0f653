import Annals
import ArgumentParser

struct Erase: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove the values of records from the store and its history, for good.",
        discussion: """
              annals erase contacts 0Tz000000000001CAA --reason 'request 4711'

            Live records are deleted first, with those that their deletion cascades to. What stays \
            is that there was a record: its id, and of each event its position, time, kind and \
            actor. Digests and proofs that were issued before remain valid. An event records who \
            erased what, when, and why: the reason stays for good, so it must not name the person.

            Nothing brings the values back. Their bytes may stay in free pages of the file until \
            the store is compacted.

            \(WritingCalls.help)
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var input: IDArguments

    @Option(help: "The reason; up to 1,000 bytes, kept in the log.")
    var reason: String

    @OptionGroup var change: ChangeOptions
    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForWriting(change.durable)
        let session = try caller.session(of: store)
        let references = try input.references()
        return try await WritingCalls(done: "erased", output: output).run(references, change) {
            (references, options) throws(StoreError) in
            try await session.erase(references, reason: reason, options: options)
        }
    }
}
