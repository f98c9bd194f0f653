import Annals
import AnnalsJSON
import ArgumentParser

struct ReplayCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Go through the events from one moment to another, forwards or backwards.",
        discussion: """
              annals replay contacts --from 2026-05-01 --to 2026-05-02 --object Contact
              annals replay contacts --backwards --from 1200 --to 1100 --field Status
              annals replay contacts --step --record 0Tz000000000001CAA
              annals replay contacts --to-folder events --format csv
              annals replay contacts --to 2026-05-01 --to-store contacts-in-may

            --from and --to are moments: the events after the one, up to the other. Backwards, \
            --from is the later of the two. Without them it goes from end to end of the log. \
            \(MomentHelp.text)

            A folder gets a file for each object, one line per event; in CSV one line per change, \
            with the type of its field, nothing for null and "" for an empty text. A store gets \
            the log up to --to and everything that follows from it; with --backwards it is built \
            as it was at --from and then taken back to --to, event by event. Both appear when they \
            are complete.
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var events: EventArguments

    @Flag(help: "On a terminal: step through the events with keys.")
    var step = false

    @Option(
        help: ArgumentHelp(
            "Write a file for each object into this new folder.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var toFolder: String?

    @Option(help: "The format of the files.")
    var format = EventFolder.Format.jsonl

    @Option(
        help: ArgumentHelp("Build a store of them, in this new folder.", valueName: "folder"),
        completion: .directory
    )
    var toStore: String?

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        if [toFolder != nil, toStore != nil, step].count(where: \.self) > 1 {
            throw ValidationError("Give one of --step, --to-folder and --to-store.")
        }
        if step, writesJSON { throw ValidationError("--step is for people: omit --json.") }
        guard toStore != nil else { return }
        if events.isFiltered {
            throw ValidationError("--to-store uses all events: omit filters.")
        }
        if events.backwards ? events.to == nil : events.from != nil {
            throw ValidationError(
                events.backwards
                    ? "--backwards --to-store needs the moment to go back to: --to."
                    : "--to-store begins with the first event: omit --from."
            )
        }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForReading()
        Interrupt.listen()
        if let toStore {
            try await replay(store, toStore: toStore, output)
        } else if let toFolder {
            try await write(store, toFolder, output)
        } else if step {
            var stepper = try await Stepper(store, events.selection)
            try await stepper.run(to: output)
        } else {
            try await show(store, to: output)
        }
        return .fine
    }

    private func show(_ store: RecordStore, to output: Output) async throws {
        var lines = EventLines(of: store, isBackwards: events.backwards)
        // If the events are shown on the terminal, they show themselves how far the work is.
        try await forEachEvent(of: store, showsProgress: !Output.isTerminal) {
            try await lines.write($0, to: output)
        }
    }

    private func write(_ store: RecordStore, _ path: String, _ output: Output) async throws {
        let folder = try EventFolder(path, format)
        do {
            try await forEachEvent(of: store, showsProgress: true) {
                try folder.write($0, store.schema[$0.object])
            }
            try folder.finish()
        } catch {
            folder.remove()
            throw error
        }
        if output.writesJSON {
            let files = folder.counts.map { file in
                JSONValue.object([("file", .text(file.name)), ("events", .integer(file.events))])
            }
            for file in files { try output.line(file) }
        } else {
            var table = TextTable("file", "events")
            for file in folder.counts { table.add([file.name, String(file.events)]) }
            try output.table(table)
        }
    }

    private func forEachEvent(
        of store: RecordStore,
        showsProgress: Bool,
        _ body: (HistoryEvent) async throws -> Void
    ) async throws {
        var walk = try await store.session().walk(events.selection)
        let bar = showsProgress ? ProgressBar("Replaying", unit: "transactions") : nil
        defer { bar?.end() }
        while let found = try await walk.next() {
            for event in found { try await body(event) }
            if Interrupt.isRequested {
                throw Failure.interrupted(
                    "Interrupted after \(walk.done) of \(walk.total) transactions."
                )
            }
            _ = bar?.show(walk.done, of: walk.total)
        }
    }

    private func replay(_ store: RecordStore, toStore path: String, _ output: Output) async throws {
        let last = events.backwards ? events.from : events.to
        let end = events.backwards ? events.to : nil
        let label = StageBars.Label(text: "Replaying", unit: "transactions")
        let made: ReplayedStore
        do throws(StoreError) {
            made = try await StageBars.run([.log: label]) { (progress) throws(StoreError) in
                try await store.replay(to: path, through: last, backTo: end, progress: progress)
            }
        } catch {
            if case .interrupted = error {
                throw Failure.interrupted("Interrupted: no store was made.")
            }
            throw Failure(error)
        }
        if output.writesJSON {
            try output.line(
                .object([
                    ("store", .text(made.path)),
                    ("transactions", .integer(made.transactions)),
                    ("lastPosition", JSONValue(made.lastPosition)),
                    ("lastTime", .text(made.lastTime.precise)),
                    ("replayedEvents", .integer(made.replayedEvents)),
                    ("rewoundEvents", .integer(made.rewoundEvents)),
                    ("withheld", .array(made.withheld.map { JSONValue($0) })),
                ])
            )
            return
        }
        let back = made.rewoundEvents > 0 ? ", and took \(made.rewoundEvents) of them back" : ""
        try output.line(
            "Applied \(made.replayedEvents) events\(back): the store ends at position "
                + "\(made.lastPosition), \(made.lastTime.precise)."
        )
        if let line = JSONValue.withheldLine(made.withheld.count) { try output.line(line) }
    }
}

extension EventFolder.Format: ExpressibleByArgument {}
