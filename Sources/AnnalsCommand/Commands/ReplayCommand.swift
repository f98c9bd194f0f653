import Annals
import ArgumentParser

struct ReplayCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Go through the events from one moment to another, forwards or backwards.",
        discussion: """
              annals replay contacts --from 2026-05-01 --to 2026-05-02 --object Contact
              annals replay contacts --backwards --from 1200 --to 1100 --field Status

            --from and --to take a position, a time, or a day, which stands for its beginning in \
            UTC: the events after the one, up to the other. Backwards, --from is the later of the \
            two. Without them it goes from end to end of the log.
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var events: EventArguments

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForReading()
        Interrupt.listen()
        return try show(store, to: output)
    }

    private func show(_ store: RecordStore, to output: Output) throws -> ExitStatus {
        var walk = try store.walk(events.selection)
        var lines = EventLines(of: store, isBackwards: events.backwards)
        // Where the events are on the terminal, they tell themselves how far the work is.
        let bar = Output.isTerminal ? nil : ProgressBar("Replaying", unit: "transactions")
        defer { bar?.end() }
        while let found = try walk.next() {
            for event in found { try lines.write(event, to: output) }
            if Interrupt.isRequested {
                throw Failure.interrupted(
                    "Interrupted after \(walk.done) of \(walk.total) transactions."
                )
            }
            _ = bar?.show(walk.done, of: walk.total)
        }
        return .fine
    }
}
