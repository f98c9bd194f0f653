import Annals
import AnnalsJSON
import ArgumentParser

struct Export: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Write all records of an object as JSON Lines.",
        discussion: """
              annals export contacts ContactRequest > requests.jsonl
              annals export contacts User --fields Id,Name,Username --deleted

            In the order of their ids, 2,000 records per view of the store: what changes in the \
            meantime may appear in its old or its new state.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "The object, such as ContactRequest.")
    var object: String

    @Option(help: ArgumentHelp("The fields; default: all of them.", valueName: "names"))
    var fields: FieldNames?

    @Flag(help: "Include records that are deleted and not purged.")
    var deleted = false

    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForReading()
        let session = try caller.session(of: store)
        let selection = try session.selection(of: object, fields?.names ?? [])
        var last: RecordID?
        while true {
            let page = try await session.records(selection, after: last, includingDeleted: deleted)
            for record in page {
                try output.line(JSONValue(record, apiVersion: session.apiVersion))
            }
            guard let end = page.last else { return .fine }
            last = end.id
        }
    }
}
