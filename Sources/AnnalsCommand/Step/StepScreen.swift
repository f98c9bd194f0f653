import Annals

/// The display of one event.
struct StepScreen {
    struct Field {
        let name: String
        let value: Value
        /// `nil` if the event did not change it.
        let change: HistoryEvent.Change?
    }

    private let event: HistoryEvent
    private let fields: [Field]
    private let actor: String
    private let isBackwards: Bool

    init(_ event: HistoryEvent, _ fields: [Field], actor: String, isBackwards: Bool) {
        self.event = event
        self.fields = fields
        self.actor = actor
        self.isBackwards = isBackwards
    }

    /// Lines of at most this many characters, each with whether the event changed what it shows.
    func lines(_ width: Int) -> [(text: String, isChanged: Bool)] {
        let record = event.record.map { " \($0)" } ?? ""
        let head = [
            "\(event.kind) \(event.object.safeForTerminal)\(record)",
            "\(event.time.precise)  position \(event.position)  \(actor.safeForTerminal)"
                + "  \(event.origin.safeForTerminal)",
        ]
        var lines = head.map { (text: $0.cut(to: width), isChanged: true) }
        lines.append(("", true))
        if let remark = event.remark {
            lines.append((remark.safeForTerminal.cut(to: width), true))
        }
        let nameWidth = fields.map(\.name.count).max() ?? 0
        for field in fields {
            let mark = field.change == nil ? " " : "*"
            let text = "\(mark) \(field.name.padded(to: nameWidth))  \(text(field))".cut(to: width)
            let isChanged = field.change != nil
            // With a mark in addition to the color, which not everyone sees.
            lines.append((isChanged ? Colour.yellow(text) : text, isChanged))
        }
        return lines
    }

    private func text(_ field: Field) -> String {
        let value = field.value.shown.safeForTerminal
        guard let change = field.change, event.kind != .created else { return value }
        let before = change.before.shown.safeForTerminal
        return isBackwards ? "\(before) ← \(value)" : "\(before) → \(value)"
    }
}

extension [(text: String, isChanged: Bool)] {
    /// At most this many lines: unchanged fields are left out first.
    func fitted(to count: Int) -> [String] {
        if self.count <= count { return map(\.text) }
        let changed = filter(\.isChanged)
        guard changed.count < count else {
            return changed.prefix(Swift.max(0, count - 1)).map(\.text) + ["…"]
        }
        var room = count - changed.count - 1
        var kept: [String] = []
        for line in self {
            if !line.isChanged {
                if room == 0 { continue }
                room -= 1
            }
            kept.append(line.text)
        }
        return kept + ["…"]
    }
}
