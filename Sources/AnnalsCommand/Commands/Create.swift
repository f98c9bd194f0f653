import Annals
import ArgumentParser

struct Create: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Create records.",
        discussion: """
              annals create contacts ContactRequest '{"PreferredPhone": "+1 555 0100"}'
              annals create contacts --file records.jsonl --all-or-none --json

            A record may name its object: {"attributes": {"type": "Contact"}, "LastName": "Ng"}. A \
            relationship names a record by an external id: {"Who": {"attributes": \
            {"type": "Contact"}, "Email": "ng@example.com"}}.

            \(WritingCalls.help)
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var input: RecordArguments
    @OptionGroup var change: ChangeOptions
    @OptionGroup var caller: CallerOptions

    @Flag(help: "Cut text that is too long instead of rejecting it.")
    var truncate = false

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        if input.expect != nil {
            throw ValidationError("--expect is for existing records: a new one has no event.")
        }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForWriting(change.durable)
        let session = try caller.session(of: store)
        let records = try input.records(of: store.schema)
        return try await WritingCalls(done: "created", output: output).run(records, change) {
            (records, options) throws(StoreError) in
            var options = options
            options.allowFieldTruncation = truncate
            return try await session.create(records, options: options)
        }
    }
}
