import Annals
import AnnalsTestSupport

// The calls that write: create, update, upsert, delete, undelete, emptyRecycleBin, erase, define.

extension StoryRun {
    mutating func save(_ command: StoryCommand) async throws -> [String] {
        var records = try records(command)
        let sObjects = records.map(\.sObject)
        let session = try session(command)
        let options = try options(command)
        let results: [RecordResult]
        switch command.verb {
        case "create": results = try await session.create(sObjects, options: options)
        case "update": results = try await session.update(sObjects, options: options)
        default:
            guard let key = command.tags["by"] else {
                throw command.mistake("upsert needs the field to find records by: [by Id]")
            }
            results = try await session.upsert(sObjects, by: key, options: options)
        }
        for (index, result) in results.enumerated() {
            guard let id = result.id, result.isSuccess, let name = records[index].name else {
                continue
            }
            names.name(id, name)
            records[index].name = nil
        }
        return lines(results, of: command)
    }

    mutating func move(_ command: StoryCommand) async throws -> [String] {
        var words = try command.words().flatMap { $0 }
        let session = try session(command)
        let options = try options(command)
        if command.verb == "erase" {
            guard let reason = words.first?.unquoted else {
                throw command.mistake("erase needs a reason in quotes before the records")
            }
            words.removeFirst()
            let records = try references(words, command)
            return lines(
                try await session.erase(records, reason: reason, options: options),
                of: command
            )
        }
        let records = try references(words, command)
        let results =
            switch command.verb {
            case "delete": try await session.delete(records, options: options)
            case "undelete": try await session.undelete(records, options: options)
            default: try await session.emptyRecycleBin(records, options: options)
            }
        return lines(results, of: command)
    }

    func define(_ command: StoryCommand) async throws -> [String] {
        let file: SchemaFile
        do throws(SchemaError) {
            file = try SchemaFile(json: Array(command.text.utf8))
        } catch {
            throw StoreError.schema(error)
        }
        let user = try command.tags["as"].map { try id($0, command) }
        let changed = try await store.define(file, as: user)
        return [changed.isEmpty ? "nothing changed" : "defined \(changed.joined(separator: ", "))"]
    }

    private func options(_ command: StoryCommand) throws -> CallOptions {
        var options = CallOptions()
        for (name, value) in command.tags {
            switch name {
            case "as", "api": break
            case "by" where command.verb == "upsert": break
            case "allOrNone": options.allOrNone = true
            case "allowFieldTruncation": options.allowFieldTruncation = true
            case "skipUnchanged": options.skipUnchanged = true
            case "idempotencyKey": options.idempotencyKey = value.unquoted ?? value
            case "time": options.time = try moment(value, command)
            default: throw command.mistake("\(command.verb) knows no tag \(name)")
            }
        }
        return options
    }

    /// The outcome of each record: with its name if the result has its id, otherwise with its
    /// number.
    private func lines(_ results: [RecordResult], of command: StoryCommand) -> [String] {
        let done =
            switch command.verb {
            case "emptyRecycleBin": "emptied"
            case let verb where verb.hasSuffix("e"): "\(verb)d"
            default: "\(command.verb)ed"
            }
        var all: [(place: String, outcomes: [String])] = []
        for (index, result) in results.enumerated() {
            var place = "record \(index + 1)"
            if let id = result.id { place = names.name(of: id, store.schema) }
            var what = done
            if command.verb == "upsert" { what = result.isCreated ? "created" : "updated" }
            if result.position == nil { what = "unchanged" }
            let isNew = command.verb == "upsert" && result.isCreated ? " (created)" : ""
            let errors = result.errors.map { "refused\(isNew) \($0)" }
            all.append((place, result.isSuccess ? [what] : errors))
        }
        var lines: [String] = []
        var rest = all[...]
        while let first = rest.first {
            // Two hundred records with the same outcome are one line.
            let alike = rest.prefix { $0.outcomes == first.outcomes }
            if alike.count > 12, let last = alike.last {
                lines += first.outcomes.map { "\(first.place) to \(last.place): \($0)" }
                rest = rest.dropFirst(alike.count)
            } else {
                lines += first.outcomes.map { "\(first.place): \($0)" }
                rest = rest.dropFirst()
            }
        }
        return lines
    }
}
