import Annals
import AnnalsJSON
import ArgumentParser

struct Blame: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Show who last set each field of a record.",
        discussion: """
              annals blame contacts 0Tz000000000001CAA

            Exit code 2 means that there never was such a record.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "The id of the record.")
    var id: RecordID

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForReading()
        let origins = try await store.session().blame(id)
        if origins.isEmpty, try await store.session().history(of: id).isEmpty {
            throw Failure.neverWas(id)
        }
        if output.writesJSON {
            for origin in origins { try output.line(JSONValue(origin)) }
            return .fine
        }
        var names = UserNames(of: store)
        var table = TextTable("field", "value", "who", "when", "what", "event")
        for origin in origins {
            table.add([
                origin.field, origin.value.shown,
                await names.name(of: origin.event.actor), origin.event.time.precise,
                "\(origin.event.kind)", origin.event.position.description,
            ])
        }
        try output.table(table)
        return .fine
    }
}

extension JSONValue {
    fileprivate init(_ origin: FieldOrigin) {
        self = .object([
            ("field", .text(origin.field)), ("value", JSONValue(origin.value)),
            ("position", JSONValue(origin.event.position)),
            ("time", .text(origin.event.time.precise)),
            ("kind", .text("\(origin.event.kind)")),
            ("actor", JSONValue(origin.event.actor)),
        ])
    }
}
