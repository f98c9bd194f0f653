import Annals
import AnnalsJSON
import ArgumentParser

struct LayoutCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "layout",
        abstract: "Show how a page would display and edit a record.",
        discussion: """
              annals layout contacts ContactRequest
              annals layout contacts ContactRequest --layout layout.json --json

            The call describeLayout. The layout is derived from the schema, or read from a layout \
            file; the store keeps none.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "The object, such as ContactRequest.")
    var object: String

    @Option(
        help: ArgumentHelp(
            "A layout file, JSON, instead of the schema's layout.",
            valueName: "file"
        ),
        completion: .file(extensions: ["json"])
    )
    var layout: String?

    @Option(
        help: ArgumentHelp(
            "Only the layouts of these record types; the only one is the master, 012000000000000AAA.",
            valueName: "id"
        )
    )
    var recordType: [String] = []

    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let file = try layout.map { try LayoutFile(path: $0) }
        let session = try caller.session(of: options.openForReading())
        let description: LayoutDescription
        do throws(StoreError) {
            description = try session.describeLayout(
                object,
                recordTypeIDs: recordType,
                layout: file
            )
        } catch {
            guard case .layout(let error) = error, let layout else { throw error }
            throw Failure(error, in: layout)
        }
        if output.writesJSON {
            try output.line(JSONValue(description.json))
            return .fine
        }
        for layout in description.layouts { try output.table(.items(of: layout)) }
        return .fine
    }
}

extension LayoutFile {
    init(path: String) throws {
        let bytes = try InputText.read(path)
        do throws(LayoutError) {
            self = try LayoutFile(json: bytes)
        } catch {
            throw Failure(error, in: path)
        }
    }
}

extension Failure {
    fileprivate init(_ error: LayoutError, in path: String) {
        self.init("INVALID_LAYOUT", "\(path): \(error).", .callRefused)
    }
}
