import Annals
import AnnalsJSON
import ArgumentParser

struct Retrieve: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Show records by their ids.",
        discussion: """
              annals retrieve contacts ContactRequest 0Tz000000000001CAA --fields Name,Status

            At most 2,000. With --json one line for each id, null for a record that is deleted or \
            never existed; without it these are listed on standard error. The exit code is 1 if \
            there is one.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "The object, such as ContactRequest.")
    var object: String

    @OptionGroup var input: IDArguments

    @Option(help: ArgumentHelp("The fields; default: all of them.", valueName: "names"))
    var fields: FieldNames?

    @Option(
        help: ArgumentHelp(
            "The records as they were then: a position, a time, or a day (its beginning).",
            valueName: "moment"
        )
    )
    var asOf: QueryOptions.Moment?

    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let session = try caller.session(of: options.openForReading())
        let references = try input.references()
        let names = fields?.names ?? []
        let records =
            if let asOf {
                try await session.retrieve(names, from: object, ids: references, asOf: asOf)
            } else {
                try await session.retrieve(names, from: object, ids: references)
            }
        var status = ExitStatus.fine
        for (record, reference) in zip(records, references) {
            if let record {
                try output.record(record, apiVersion: session.apiVersion)
                continue
            }
            status = .recordsRefused
            if output.writesJSON {
                try output.line(JSONValue.null)
            } else {
                let id = reference.id.description.safeForTerminal
                StandardError.write("annals: \(id) is deleted or never existed.")
            }
        }
        return status
    }
}
