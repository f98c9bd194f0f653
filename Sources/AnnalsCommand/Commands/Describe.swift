import Annals
import AnnalsJSON
import ArgumentParser

struct Describe: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Describe objects and fields, as the API does.",
        discussion: """
              annals describe contacts
              annals describe contacts ContactRequest Account --json
              annals describe contacts ContactRequest --api-version 59

            The calls describeSObjects and, if no object is named, describeGlobal. With --json one \
            line for each object named, with the members of the REST API.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "Up to 100 objects, such as ContactRequest; default: all, in short.")
    var objects: [String] = []

    @Option(
        help: ArgumentHelp("Where people see records; prefix of page links.", valueName: "url")
    )
    var instanceURL = ""

    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let session = try caller.session(of: options.openForReading())
        guard !objects.isEmpty else {
            let global = session.describeGlobal()
            if output.writesJSON {
                try output.line(JSONValue(global.json))
            } else {
                try output.table(.objects(global))
            }
            return .fine
        }
        let descriptions = try session.describeSObjects(objects, instanceURL: instanceURL)
        for (index, description) in descriptions.enumerated() {
            if index > 0, !output.writesJSON { try output.line() }
            try output.describe(description, asJSON: output.writesJSON)
        }
        return .fine
    }
}
