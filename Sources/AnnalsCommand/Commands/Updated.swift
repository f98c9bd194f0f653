import Annals
import AnnalsJSON
import ArgumentParser

struct Updated: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "List records that were created, changed or undeleted in a time window.",
        discussion: """
              annals updated contacts ContactRequest --from 2026-01-31T08:00:00Z

            The call getUpdated. Seconds are dropped, and both minutes count. The answer is \
            complete up to latestDateCovered: start there the next time. If no one is writing, the \
            store is opened for writing for as long as it takes, to promise the present minute; \
            otherwise it covers no time after its last change or promise.
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
        let updated = try await session.getUpdated(object, from: start, to: end)
        if output.writesJSON {
            try output.line(
                .object([
                    ("ids", .array(updated.ids.map { JSONValue($0) })),
                    ("latestDateCovered", .text(updated.latestDateCovered.description)),
                ])
            )
        } else {
            for id in updated.ids { try output.line(id.description) }
            try output.line("Complete until \(updated.latestDateCovered).")
        }
        return .fine
    }
}

/// The window of `updated` and `deleted`.
struct WindowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The start; default: an hour before the end, or when the store was created.",
            valueName: "iso-time"
        )
    )
    var from: Timestamp?

    @Option(help: ArgumentHelp("The end; default: now.", valueName: "iso-time"))
    var to: Timestamp?

    func ends(now: Timestamp, of store: RecordStore) -> (start: Timestamp, end: Timestamp) {
        // The current minute counts as well. A start that was covered before the clock stepped back
        // lies in the future.
        let end = to ?? max(now, from ?? now).advanced(byMilliseconds: 60_000)
        return (from ?? max(end.advanced(byMilliseconds: -3_600_000), store.created), end)
    }
}
