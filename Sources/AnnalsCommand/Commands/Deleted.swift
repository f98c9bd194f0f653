import Annals
import AnnalsJSON
import ArgumentParser

struct Deleted: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "List records that were deleted in a time window, and still are.",
        discussion: """
              annals deleted contacts ContactRequest --from 2026-01-31T08:00:00Z

            The call getDeleted. Seconds are dropped, and both minutes count. The answer is \
            complete up to latestDateCovered: start there the next time.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "The object, such as ContactRequest.")
    var object: String

    @OptionGroup var window: WindowOptions
    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForPolling()
        let session = try caller.session(of: store)
        let (start, end) = window.ends(now: session.getServerTimestamp(), of: store)
        let deleted = try await session.getDeleted(object, from: start, to: end)
        if output.writesJSON {
            let records = deleted.deletedRecords.map {
                JSONValue.object([
                    ("id", JSONValue($0.id)), ("deletedDate", .text($0.deletedDate.description)),
                ])
            }
            try output.line(
                .object([
                    ("deletedRecords", .array(records)),
                    ("earliestDateAvailable", .text(deleted.earliestDateAvailable.description)),
                    ("latestDateCovered", .text(deleted.latestDateCovered.description)),
                ])
            )
        } else {
            for record in deleted.deletedRecords {
                try output.line("\(record.id)  \(record.deletedDate)")
            }
            try output.line(
                "Known from \(deleted.earliestDateAvailable), complete until "
                    + "\(deleted.latestDateCovered)."
            )
        }
        return .fine
    }
}
