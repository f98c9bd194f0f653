import Annals
import AnnalsTestSupport

// The calls that read, plus the log and the recycle bin.

extension StoryRun {
    /// `retrieve Contact LastName,Phone @ng @ito`; `*` for all fields.
    func retrieve(_ command: StoryCommand) async throws -> [String] {
        let words = try command.words().flatMap { $0 }
        guard words.count >= 2 else {
            throw command.mistake(
                "retrieve takes an object, fields such as Name,Phone or *, and ids"
            )
        }
        let fields = words[1] == "*" ? [] : words[1].split(separator: ",").map(String.init)
        let ids = try references(Array(words.dropFirst(2)), command)
        let session = try session(command)
        let records =
            if let moment = try moment(command) {
                try await session.retrieve(fields, from: words[0], ids: ids, asOf: moment)
            } else {
                try await session.retrieve(fields, from: words[0], ids: ids)
            }
        return records.map { record in
            guard let record else { return "null" }
            return record.fields.map { "\($0.name)=\(text($0.value))" }.joined(separator: " ")
        }
    }

    mutating func query(_ command: StoryCommand) async throws -> [String] {
        var options = QueryOptions()
        if let size = command.tags["batchSize"].flatMap({ Int($0) }) { options.batchSize = size }
        options.asOf = try moment(command)
        let session = try session(command)
        let text = command.text
        let result =
            switch command.verb {
            case "query": try await session.query(text: try soql(text, command), options: options)
            case "queryAll":
                try await session.queryAll(text: try soql(text, command), options: options)
            default: try await session.queryMore(locators[text] ?? text)
            }
        var head = "totalSize \(result.totalSize)"
        if let locator = result.locator {
            let name = command.tags["locator"] ?? "more"
            locators[name] = locator
            head += ", \(result.records.count) of them here, queryMore \(name)"
        }
        let rows = result.records.map { "  " + self.row($0) }
        guard rows.count > 12, let first = rows.first, let last = rows.last else {
            return [head] + rows
        }
        return [head, first, "  …", last]
    }

    /// The query, with ids instead of names.
    private func soql(_ text: String, _ command: StoryCommand) throws -> String {
        try text.split(separator: "'", omittingEmptySubsequences: false).map {
            $0.first == "@" ? try idText(String($0), command) : String($0)
        }.joined(separator: "'")
    }

    private func moment(_ command: StoryCommand) throws -> QueryOptions.Moment? {
        guard let text = command.tags["asOf"] else { return nil }
        if let position = UInt64(text) { return .position(Position(position)) }
        return .time(try moment(text, command))
    }

    private func row(_ row: QueryRow) -> String {
        row.fields.map { "\($0.key)=\(content($0.content))" }.joined(separator: " ")
    }

    private func content(_ content: QueryContent) -> String {
        switch content {
        case .value(let value): text(value)
        case .row(let row): "(\(self.row(row)))"
        case .rows(let result): "[\(result.records.map(row).joined(separator: "; "))]"
        }
    }

    /// `getUpdated Contact 10:00 now+2m`.
    func replicate(_ command: StoryCommand) async throws -> [String] {
        let words = try command.words().flatMap { $0 }
        guard words.count == 3 else {
            throw command.mistake("\(command.verb) takes an object, a start and an end")
        }
        let (start, end) = (try moment(words[1], command), try moment(words[2], command))
        let session = try session(command)
        if command.verb == "getUpdated" {
            let result = try await session.getUpdated(words[0], from: start, to: end)
            let ids = result.ids.map { names.name(of: $0, store.schema) }
            return [
                ids.isEmpty ? "no ids" : ids.joined(separator: " "),
                "latestDateCovered \(result.latestDateCovered.precise)",
            ]
        }
        let result = try await session.getDeleted(words[0], from: start, to: end)
        let records = result.deletedRecords.map {
            "\(names.name(of: $0.id, store.schema)) at \($0.deletedDate.precise)"
        }
        return (records.isEmpty ? ["no ids"] : records) + [
            "earliestDateAvailable \(result.earliestDateAvailable.precise)",
            "latestDateCovered \(result.latestDateCovered.precise)",
        ]
    }

    /// The events for `history @ng`, all events of the story for `log`, the entries for `bin`.
    func show(_ command: StoryCommand) async throws -> [String] {
        switch command.verb {
        case "history": try await store.session().history(of: id(command.text, command)).map(line)
        case "log": try await store.session().events(after: start, limit: 1000).map(line)
        default:
            try await store.session().recycleBin(limit: 1000).map {
                names.name(of: $0.id, store.schema)
            }
        }
    }

    private func line(_ event: HistoryEvent) -> String {
        let record = event.record.map { names.name(of: $0, store.schema) } ?? event.object
        var line = "\(event.position) \(event.time.precise) \(event.kind) \(record)"
        if let actor = event.actor, actor != store.administrator {
            line += " by \(names.name(of: actor, store.schema))"
        }
        if let reason = event.reason { line += ": \(reason)" }
        if event.isErased { line += ": values erased" }
        let changes = event.changes.map { change in
            event.kind == .created
                ? "\(change.field)=\(text(change.after))"
                : "\(change.field) \(text(change.before)) -> \(text(change.after))"
        }
        return line + (changes.isEmpty ? "" : ": " + changes.joined(separator: ", "))
    }

    func text(_ value: Value) -> String {
        switch value {
        case .null: return "null"
        case .id(let id): return names.name(of: id, store.schema)
        case .text(let text):
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"\(escaped.replacing("\n", with: "\\n").replacing("\t", with: "\\t"))\""
        default: return value.description
        }
    }
}
