import Annals
import AnnalsJSON
import ArgumentParser

struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Show or change objects and fields.",
        discussion: """
              annals schema contacts
              annals schema contacts ContactRequest
              annals schema apply contacts schema.json
            """,
        subcommands: [Show.self, Apply.self],
        defaultSubcommand: Show.self
    )

    struct Show: Subcommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the objects, or the fields of one.",
            discussion: """
                  annals schema show contacts ContactRequest --json

                With --json one line for each object, with all of its fields.
                """
        )

        @OptionGroup var options: StoreOptions

        @Argument(help: "The object, such as ContactRequest.")
        var object: String?

        @OptionGroup var caller: CallerOptions

        var writesJSON: Bool { options.output.json }

        func answer(to output: Output) async throws -> ExitStatus {
            let store = try options.openForReading()
            if let object {
                let selection = try caller.session(of: store).selection(of: object)
                if output.writesJSON {
                    try output.line(JSONValue(selection.object))
                } else {
                    try output.table(.fields(of: selection.object))
                }
                return .fine
            }
            let objects = store.schema.objects
            if output.writesJSON {
                for object in objects { try output.line(JSONValue(object)) }
            } else {
                try output.table(.objects(objects))
            }
            return .fine
        }
    }

    struct Apply: Subcommand {
        static let configuration = CommandConfiguration(
            abstract: "Add custom objects and fields, and change settings.",
            discussion: """
                  annals schema apply contacts schema.json

                A change that would alter the meaning of existing records is rejected. Applying a \
                file again changes nothing.
                """
        )

        @OptionGroup var options: StoreOptions

        @Argument(help: "The schema file, JSON.", completion: .file(extensions: ["json"]))
        var file: String

        @OptionGroup var durable: DurabilityOptions
        @OptionGroup var caller: CallerOptions

        var writesJSON: Bool { options.output.json }

        func answer(to output: Output) async throws -> ExitStatus {
            let declared = try SchemaFile(path: file)
            let store = try options.openForWriting(durable)
            let changed = try await store.define(declared, as: caller.user)
            if output.writesJSON {
                try output.line(.object([("changed", .texts(changed))]))
            } else if changed.isEmpty {
                try output.line("Nothing changed.")
            } else {
                try output.line("Changed \(changed.joined(separator: ", ").safeForTerminal).")
            }
            return .fine
        }
    }
}
