import Annals
import ArgumentParser

struct Upsert: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Change the records that match by a field, and create those that do not exist.",
        discussion: """
              annals upsert contacts User --by Username --file users.jsonl

            All records are of one object. The field is an external id, an idLookup, or Id.

            \(WritingCalls.help)
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var input: RecordArguments

    @Option(help: ArgumentHelp("The field to match records by.", valueName: "field"))
    var by = "Id"

    @OptionGroup var change: ChangeOptions
    @OptionGroup var save: SaveOptions
    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForWriting(change.durable)
        let session = try caller.session(of: store)
        let records = try input.records(of: store.schema)
        let calls = WritingCalls(done: "updated", isUpsert: true, output: output)
        return try await calls.run(records, change) { (records, options) throws(StoreError) in
            try await session.upsert(records, by: by, options: save.applied(to: options))
        }
    }
}
