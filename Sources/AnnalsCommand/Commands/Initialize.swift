import Annals
import AnnalsJSON
import ArgumentParser

struct Initialize: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Create a store.",
        discussion: """
            The folder must not exist, or must be empty. Objects and fields beyond the standard \
            ones come from a schema file, now or later with `annals schema apply`.

              annals init contacts --schema schema.json
              annals init archive --at 2016-02-29T00:00:00Z    # a history is to be imported
            """
    )

    @OptionGroup var options: StoreOptions

    @Option(help: "Custom objects and fields, and settings of standard ones.", completion: .file())
    var schema: String?

    @Option(
        help: ArgumentHelp(
            "The time of the first transaction, at or before that of any import.",
            valueName: "iso-time"
        )
    )
    var at: Timestamp?

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let file = try schema.map { try SchemaFile(path: $0) }
        try options.requirePresent()
        try RecordStore.create(
            at: options.store,
            schema: file,
            time: at,
            configuration: options.configuration
        )
        let store = try options.openForReading()
        if output.writesJSON {
            try output.line(
                .object([("path", .text(options.store)), ("storeID", .text(store.storeID))])
            )
        } else {
            try output.line("Made a store at \(options.store.safeForTerminal).")
        }
        return .fine
    }
}

extension SchemaFile {
    init(path: String) throws {
        let bytes = try InputText.read(path)
        do throws(SchemaError) {
            self = try SchemaFile(json: bytes)
        } catch {
            throw Failure("INVALID_SCHEMA", "\(path): \(error).", .callRefused)
        }
    }
}
