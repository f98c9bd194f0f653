import Annals
import AnnalsJSON
import ArgumentParser

struct Stats: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Count events by day, kind, actor or object, as a bar chart.",
        discussion: """
              annals stats contacts
              annals stats contacts --by actor --from 2026-05-01T00:00:00Z

            Events after --from, up to --to. \(MomentHelp.text) Hours, days and months are UTC.
            """
    )

    private static let barWidth = 40

    @OptionGroup var options: StoreOptions

    @Option(help: "What to count by.")
    var by = EventCount.Grouping.day

    @Option(help: ArgumentHelp("Only events after this.", valueName: "moment"))
    var from: QueryOptions.Moment?

    @Option(help: ArgumentHelp("Only events up to this.", valueName: "moment"))
    var to: QueryOptions.Moment?

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        if let from, let to, from.isLater(than: to) == true {
            throw ValidationError("--from is later than --to: swap them.")
        }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForReading()
        Interrupt.listen()
        let counts = try await counts(in: store)
        if output.writesJSON {
            for count in counts {
                try output.line(
                    .object([(by.rawValue, .text(count.key)), ("events", .integer(count.count))])
                )
            }
            return .fine
        }
        var names = UserNames(of: store)
        let most = counts.map(\.count).max() ?? 0
        var table = TextTable(by.rawValue, "events", "")
        for count in counts {
            let name = by == .actor ? await names.name(of: RecordID(count.key)) : count.key
            table.add([name, String(count.count), Self.bar(count.count, of: most)])
        }
        try output.table(table)
        return .fine
    }

    private func counts(in store: RecordStore) async throws(StoreError) -> [EventCount] {
        let (by, from, to) = (by, from, to)
        let label = StageBars.Label(text: "Counting", unit: "transactions")
        return try await StageBars.run([.log: label]) { (progress) throws(StoreError) in
            try await store.session().eventCounts(
                by: by,
                after: from,
                through: to,
                progress: progress
            )
        }
    }

    /// Never empty: even one event should be visible.
    private static func bar(_ count: Int, of most: Int) -> String {
        String(repeating: "█", count: max(1, count * barWidth / max(1, most)))
    }
}
