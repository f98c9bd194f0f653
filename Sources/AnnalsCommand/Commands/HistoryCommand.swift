import Annals
import AnnalsJSON
import ArgumentParser

struct HistoryCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the life of a record as a table: when, who, what, from, to.",
        discussion: """
              annals history contacts 0Tz000000000001CAA

            One line for each field that an event changed, the oldest first. With --json one line \
            per event, as `annals log` writes them. Exit code 2 means that there never was such a \
            record.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "The id of the record.")
    var id: RecordID

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForReading()
        let events = try await store.session().history(of: id)
        guard !events.isEmpty else { throw Failure.neverWas(id) }
        if output.writesJSON {
            for event in events { try output.line(JSONValue(event)) }
            return .fine
        }
        var names = UserNames(of: store)
        var table = TextTable("when", "who", "what", "field", "from", "to")
        for event in events {
            let start = [event.time.precise, await names.name(of: event.actor), "\(event.kind)"]
            if event.changes.isEmpty { table.add(start + ["", "", event.remark ?? ""]) }
            for (index, change) in event.changes.enumerated() {
                table.add(
                    (index == 0 ? start : ["", "", ""]) + [
                        change.field,
                        event.kind == .created ? "" : change.before.shown,
                        change.after.shown,
                    ]
                )
            }
        }
        try output.table(table)
        return .fine
    }
}

extension Failure {
    static func neverWas(_ id: RecordID) -> Failure {
        Failure("NOT_FOUND", "There never was a record \(id).", .callRefused)
    }
}
