import Annals
import AnnalsJSON

/// Events as lines: JSON, or columns for a person.
struct EventLines {
    private var names: UserNames?
    /// Whether the direction is backwards: the arrow then points to the old value.
    private let isBackwards: Bool

    init(of store: RecordStore, isBackwards: Bool = false) {
        names = UserNames(of: store)
        self.isBackwards = isBackwards
    }

    /// Without a store, which alone knows the names of users.
    init() {
        names = nil
        isBackwards = false
    }

    mutating func write(_ event: HistoryEvent, to output: Output) async throws {
        if output.writesJSON {
            try output.line(JSONValue(event))
            return
        }
        let kind = "\(event.kind)".padded(to: 9)
        let columns = [
            Colour.faint(event.position.description.padded(to: 7)),
            event.time.precise,
            event.kind.colour.map { $0(kind) } ?? kind,
            event.object.safeForTerminal,
            event.record?.description ?? "-",
            Colour.cyan(await actor(of: event).safeForTerminal),
            event.remark?.safeForTerminal
                ?? event.changes.map { text($0, of: event.kind) }.joined(separator: ", "),
        ]
        try output.line(columns.joined(separator: "  "))
    }

    private mutating func actor(of event: HistoryEvent) async -> String {
        await names?.name(of: event.actor) ?? event.actor?.description ?? "-"
    }

    private func text(_ change: HistoryEvent.Change, of kind: EventKind) -> String {
        func text(_ value: Value) -> String {
            value.shown.safeForTerminal
        }
        let name = change.field.safeForTerminal
        if kind == .created { return "\(name): \(text(change.after))" }
        let arrow = isBackwards ? "←" : "→"
        return "\(name): \(text(change.before)) \(arrow) \(text(change.after))"
    }
}

extension HistoryEvent {
    /// What is shown of an event in place of its changes, if anything.
    var remark: String? { isErased ? "(values erased)" : reason }
}

extension Value {
    /// The value in a line for a person, who does not read the end of a long one.
    var shown: String { self == .null ? "(none)" : description.cut(to: 80) }
}

extension EventKind {
    fileprivate var colour: Colour? {
        switch self {
        case .created, .undeleted: .green
        case .deleted, .emptied, .purged, .erased, .withheld: .red
        case .updated: nil
        case .defined: .yellow
        }
    }
}

extension JSONValue {
    init(_ change: HistoryEvent.Change) {
        self = .object([
            ("field", .text(change.field)), ("before", JSONValue(change.before)),
            ("after", JSONValue(change.after)),
        ])
    }

    init(_ event: HistoryEvent) {
        self = .object([
            ("position", JSONValue(event.position)),
            ("transaction", .integer(event.transaction)),
            ("time", .text(event.time.precise)),
            ("epoch", .integer(Int(event.epoch))),
            ("digest", .text(String(event.digest.prefix(HistoryPoint.shortDigestCount)))),
            ("kind", .text("\(event.kind)")),
            ("object", .text(event.object)),
            ("record", JSONValue(event.record)),
            ("previous", JSONValue(event.previous)),
            ("actor", JSONValue(event.actor)),
            ("origin", .text(event.origin)),
            ("idempotencyKey", event.idempotencyKey.map(JSONValue.text) ?? .null),
            ("changes", .array(event.changes.map { JSONValue($0) })),
            ("isErased", .boolean(event.isErased)),
            ("reason", event.reason.map(JSONValue.text) ?? .null),
        ])
    }
}
