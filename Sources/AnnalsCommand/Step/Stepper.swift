import Annals

/// Events on the terminal, one after another, as a person steps through them: each with its record
/// as it was after it, and its changes marked.
struct Stepper {
    private let store: RecordStore
    private let isBackwards: Bool
    private var walk: EventWalk
    private var names: UserNames
    /// Those reached so far.
    private var events: [HistoryEvent] = []
    private var isAtEnd = false

    init(_ store: RecordStore, _ selection: EventSelection) async throws(StoreError) {
        self.store = store
        isBackwards = selection.isBackwards
        walk = try await store.session().walk(selection)
        names = UserNames(of: store)
    }

    /// Lets the person step until they quit.
    mutating func run(to output: Output) async throws {
        guard try await reach(0) else { return try output.line("There is no such event.") }
        guard var terminal = RawTerminal.begin() else {
            throw Failure.input("--step needs a terminal, for its keys and for what it shows.")
        }
        var place = 0
        while true {
            try await show(place, terminal.size, to: output)
            switch terminal.key() {
            case .next: if try await reach(place + 1) { place += 1 }
            case .previous: place = max(0, place - 1)
            case .quit: return
            case nil:
                if Interrupt.isRequested { throw Failure.interrupted("Interrupted.") }
                return
            }
        }
    }

    /// Reads further until the event with this index is available.
    ///
    /// - Returns: `false` if there are fewer.
    private mutating func reach(_ index: Int) async throws -> Bool {
        while events.count <= index, !isAtEnd {
            guard let more = try await walk.next() else {
                isAtEnd = true
                break
            }
            events += more
            if Interrupt.isRequested { throw Failure.interrupted("Interrupted.") }
        }
        return index < events.count
    }

    private mutating func show(
        _ place: Int,
        _ size: (rows: Int, columns: Int),
        to output: Output
    ) async throws {
        let event = events[place]
        let isLast = try await !reach(place + 1)
        let screen = StepScreen(
            event,
            try await fields(behind: event),
            actor: await names.name(of: event.actor),
            isBackwards: isBackwards
        )
        let state = "event \(place + 1)" + (isLast ? ", the last" : "")
        var text = "\u{1B}[H\u{1B}[2J"
        // A line for the keys, and one for the cursor.
        text += screen.lines(size.columns).fitted(to: size.rows - 2).joined(separator: "\n")
        text += "\n" + Colour.faint("\(state)   \(Key.help)".cut(to: size.columns))
        try output.line(text)
        try output.flush()
    }

    /// The values of the event's record after it, in the order of its object's fields.
    private func fields(behind event: HistoryEvent) async throws(StoreError) -> [StepScreen.Field] {
        guard let record = event.record else { return [] }
        var values: [String: Value] = [:]
        for earlier in try await store.session().history(of: record)
        where earlier.position <= event.position {
            for change in earlier.changes { values[change.field] = change.after }
        }
        let fields = store.schema[event.object]?.fields ?? []
        return fields.compactMap { field in
            let change = event.changes.first { $0.field == field.name }
            guard let value = change?.after ?? values[field.name] else { return nil }
            if change == nil, value == .null { return nil }
            return StepScreen.Field(name: field.name, value: value, change: change)
        }
    }
}
