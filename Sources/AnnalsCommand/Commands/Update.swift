import Annals
import ArgumentParser

struct Update: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Change records by their ids.",
        discussion: """
              annals update contacts ContactRequest '{"Id": "…", "Status": "Contacted"}'
              annals update contacts ContactRequest '{"Id": "…", "WhoId": null}' --expect 12

            Only the given fields change; null removes a value.

            \(WritingCalls.help)
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var input: RecordArguments
    @OptionGroup var change: ChangeOptions
    @OptionGroup var save: SaveOptions
    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForWriting(change.durable)
        let session = try caller.session(of: store)
        let records = try input.records(of: store.schema)
        return try await WritingCalls(done: "updated", output: output).run(records, change) {
            (records, options) throws(StoreError) in
            try await session.update(records, options: save.applied(to: options))
        }
    }
}

/// The options of `update` and `upsert`.
struct SaveOptions: ParsableArguments {
    @Flag(help: "Cut text that is too long instead of rejecting it.")
    var truncate = false

    @Flag(help: "Write no event if no value changes.")
    var skipUnchanged = false

    func applied(to options: CallOptions) -> CallOptions {
        var options = options
        options.allowFieldTruncation = truncate
        options.skipUnchanged = skipUnchanged
        return options
    }
}
