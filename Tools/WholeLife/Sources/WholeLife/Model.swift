/// What a store must be, written only from the documents: dictionaries, no index, no thought of
/// speed.
struct Model: Sendable {
    struct Answer: Sendable {
        var isSuccess: Bool
        var id: String?
        var code: String?
        static func refused(_ code: String? = nil) -> Answer {
            Answer(isSuccess: false, code: code)
        }
    }

    struct Event: Hashable, Sendable {
        var kind: String
        var id: String
    }

    struct UsedKey: Sendable {
        var signature: String
        var answers: [Answer]
        var didWrite: Bool
    }

    var schema: Schema
    var records: [String: Record] = [:]
    var purged: Set<String> = []
    /// How often the values of a record were removed, for good or by a restore.
    var takings: [String: Int] = [:]
    /// Those whose values a restore has left out, and that have not been erased since; they may
    /// have new values by now.
    var withheld: Set<String> = []
    var position = 0
    var lastTime = 0
    var deletions = 0
    var keys: [String: UsedKey] = [:]
    var hasPurged = false

    /// The time of the current call.
    private var time = 0
    private var newIDs: [String] = []
    private(set) var events: [Event] = []

    init(schema: Schema) { self.schema = schema }

    /// What was erased, and what a restore has left out.
    var erased: Set<String> { Set(takings.keys) }

    private func isErasedForGood(_ id: String) -> Bool {
        takings[id] != nil && !withheld.contains(id)
    }

    func live(_ object: Int) -> [Record] {
        records.values.filter { $0.object == object && $0.state == .live }
    }

    /// Everything, sorted by id.
    func sorted(_ object: Int? = nil) -> [Record] {
        records.values.filter { object == nil || $0.object == object }.sorted { $0.id < $1.id }
    }

    /// Makes a call that commits at `time`; the records that it creates get `newIDs`.
    mutating func make(_ call: Call, at time: Int, newIDs: [String]) -> [Answer] {
        self.time = time
        self.newIDs = newIDs
        events = []
        let before = self
        var answers: [Answer] = []
        let count = max(call.records.count, call.ids.count)
        for index in 0..<count {
            switch call.verb {
            case .create: answers.append(create(call.records[index], call.object))
            case .update:
                answers.append(
                    update(call.ids[index], call.records[index], call.object, call.skipUnchanged)
                )
            case .upsert: answers.append(upsert(index, call))
            case .delete: answers.append(delete(call.ids[index]))
            case .undelete: answers.append(undelete(call.ids[index]))
            case .empty: answers.append(empty(call.ids[index]))
            case .erase: answers.append(erase(call.ids[index]))
            }
        }
        if call.allOrNone, answers.contains(where: { !$0.isSuccess }) {
            self = before
            return answers.map { _ in .refused() }
        }
        if let key = call.key, !events.isEmpty {
            keys[key] = UsedKey(signature: call.signature, answers: answers, didWrite: true)
        }
        position += events.count
        if !events.isEmpty { lastTime = time }
        return answers
    }

    private mutating func note(_ kind: String, _ id: String, _ change: (inout Record) -> Void) {
        guard var record = records[id] else { return }
        change(&record)
        record.kinds.append(kind)
        if kind != "emptied", kind != "erased" { record.stamp = time / 1000 }
        records[id] = record
        events.append(Event(kind: kind, id: id))
    }

    // MARK: values

    private struct Refused: Error { var code: String? }

    private func kept(_ value: JSON, _ field: Field) throws(Refused) -> JSON {
        if value == .null {
            if field.kind == .boolean { throw Refused() }
            return .null
        }
        switch field.kind {
        case .string, .textarea, .email, .picklist:
            guard case .text(let given) = value else { throw Refused() }
            let text = given.trimmed
            if text.bytes.isEmpty { return .null }
            if field.kind == .picklist {
                guard let entry = field.values.first(where: { $0.folded == text.folded }) else {
                    throw Refused()
                }
                return .text(entry)
            }
            guard text.utf16Count <= field.length else { throw Refused() }
            if field.kind == .email {
                let parts = text.string.split(separator: "@", omittingEmptySubsequences: false)
                guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                    throw Refused()
                }
            }
            return .text(text)
        case .int:
            guard case .number(let number) = value, let whole = Int(exactly: number),
                Int32(exactly: whole) != nil
            else { throw Refused() }
            return value
        case .double:
            guard case .number = value else { throw Refused() }
            return value
        case .boolean:
            guard case .bool = value else { throw Refused() }
            return value
        case .date, .datetime:
            guard let text = value.string, !text.contains("zq"), !text.contains("-30") else {
                throw Refused()
            }
            if field.kind == .date { return value }
            return .text(text.replacingSuffix("Z", ".000+0000"))
        case .reference:
            guard let id = value.string, id.hasPrefix(schema.objects[field.target].prefix),
                let target = records[String(id.prefix(15))], target.state == .live
            else { throw Refused() }
            return .text(target.id.whole)
        }
    }

    private func duplicates(_ values: [String: JSON], _ object: Int, except own: String?) -> Bool {
        for field in schema.objects[object].fields where field.isUnique {
            guard let value = values[field.name], value != .null else { continue }
            if live(object).contains(where: {
                $0.id != own && field.isSame($0[field.name], value)
            }) {
                return true
            }
        }
        return false
    }

    private func submitted(
        _ record: [Call.Assignment],
        _ object: Int
    ) throws(Refused) -> [String: JSON] {
        var values: [String: JSON] = [:]
        for assignment in record {
            guard let field = schema.objects[object].field(assignment.name) else { throw Refused() }
            values[field.name] = try kept(assignment.value, field)
        }
        return values
    }

    // MARK: calls

    private mutating func create(_ record: [Call.Assignment], _ object: Int) -> Answer {
        guard var values = try? submitted(record, object) else { return .refused() }
        for field in schema.objects[object].fields where values[field.name] == nil {
            if field.initial != .null { values[field.name] = field.initial }
            if field.kind == .boolean, field.initial == .null { values[field.name] = .bool(false) }
        }
        if duplicates(values, object, except: nil) { return .refused("DUPLICATE_VALUE") }
        let id = newIDs.isEmpty ? "new\(events.count)" : newIDs.removeFirst()
        values["OwnerId"] = .text("005000000000001AAA")
        let second = time / 1000
        records[id] = Record(
            id: id,
            object: object,
            values: values.filter { $0.value != .null },
            created: second,
            modified: second,
            stamp: second
        )
        note("created", id) { _ in }
        return Answer(isSuccess: true, id: id)
    }

    private mutating func update(
        _ id: String,
        _ record: [Call.Assignment],
        _ object: Int,
        _ skipUnchanged: Bool
    ) -> Answer {
        guard let target = records[id], target.state == .live, target.object == object,
            let values = try? submitted(record, object)
        else { return .refused() }
        if duplicates(values, object, except: id) { return .refused("DUPLICATE_VALUE") }
        let merged = target.values.merging(values) { $1 }.filter { $0.value != .null }
        if skipUnchanged, merged == target.values { return Answer(isSuccess: true, id: id) }
        let second = time / 1000
        note("updated", id) {
            $0.values = merged
            $0.modified = second
        }
        return Answer(isSuccess: true, id: id)
    }

    private mutating func upsert(_ index: Int, _ call: Call) -> Answer {
        let record = call.records[index]
        guard let name = call.by, let key = schema.objects[call.object].field(name) else {
            return .refused()
        }
        func value(_ record: [Call.Assignment]) -> JSON? {
            try? kept(record.last { $0.name == name }?.value ?? .null, key)
        }
        guard let wanted = value(record), wanted != .null else { return .refused() }
        let same = call.records.compactMap(value).filter { key.isSame($0, wanted) }
        if same.count > 1 { return .refused() }
        let found = live(call.object).filter { key.isSame($0[name], wanted) }
        if found.count > 1 { return .refused() }
        guard let found = found.first else { return create(record, call.object) }
        return update(found.id, record, call.object, call.skipUnchanged)
    }

    private mutating func delete(_ id: String) -> Answer {
        guard let target = records[id], target.state == .live else { return .refused() }
        guard let family = family(of: target) else { return .refused() }
        deletions += 1
        let deletion = deletions
        for member in family {
            note("deleted", member) {
                $0.state = .inBin
                $0.deletion = deletion
                $0.isCascaded = member != id
            }
        }
        return Answer(isSuccess: true, id: id)
    }

    /// What is deleted with a record; `nil` if something prevents it.
    func family(of root: Record) -> [String]? {
        var family = [root.id]
        var holders: Set<String> = []
        var next = 0
        while next < family.count {
            for (number, object) in schema.objects.enumerated() {
                for field in object.fields where field.kind == .reference && field.rule != .keep {
                    for child in live(number) where child[field.name] == .text(family[next].whole) {
                        if field.rule == .restrict {
                            holders.insert(child.id)
                        } else if !family.contains(child.id) {
                            family.append(child.id)
                        }
                    }
                }
            }
            next += 1
        }
        return holders.isSubset(of: family) ? family : nil
    }

    /// The record of an entry in the bin; what was deleted with another record has no entry.
    private func entry(_ id: String) -> Record? {
        records[id].flatMap { $0.state == .inBin && !$0.isCascaded ? $0 : nil }
    }

    private func binned(with entry: Record) -> [String] {
        [entry.id]
            + records.values.filter {
                $0.state == .inBin && $0.deletion == entry.deletion && $0.id != entry.id
            }.map(\.id).sorted()
    }

    private mutating func undelete(_ id: String) -> Answer {
        guard let entry = entry(id) else { return .refused() }
        let family = binned(with: entry)
        for member in family {
            guard let record = records[member] else { continue }
            if duplicates(record.values, record.object, except: member) { return .refused() }
        }
        for member in family {
            note("undeleted", member) {
                $0.state = .live
                $0.deletion = 0
                $0.isCascaded = false
            }
        }
        return Answer(isSuccess: true, id: id)
    }

    private mutating func empty(_ id: String) -> Answer {
        guard let entry = entry(id) else { return .refused() }
        for member in binned(with: entry) { note("emptied", member) { $0.state = .emptied } }
        return Answer(isSuccess: true, id: id)
    }

    private mutating func erase(_ id: String) -> Answer {
        if purged.contains(id) {
            if !isErasedForGood(id) {
                take(id)
                events.append(Event(kind: "erased", id: id))
            }
            return Answer(isSuccess: true, id: id)
        }
        guard let record = records[id] else { return .refused() }
        var family: [String] = []
        switch record.state {
        case .live:
            family = self.family(of: record) ?? []
            let answer = delete(id)
            guard answer.isSuccess else { return answer }
        case .inBin: family = record.isCascaded ? [id] : binned(with: record)
        case .emptied:
            if isErasedForGood(id) { return Answer(isSuccess: true, id: id) }
        }
        for member in family { note("emptied", member) { $0.state = .emptied } }
        note("erased", id) {
            $0.eraseValues()
            $0.isErased = true
            $0.isWithheld = false
        }
        take(id)
        return Answer(isSuccess: true, id: id)
    }

    private mutating func take(_ id: String) {
        takings[id, default: 0] += 1
        withheld.remove(id)
    }

    /// Purges what was deleted 15 days ago or earlier.
    mutating func purge(now: Int, at time: Int) -> Int {
        self.time = time
        events = []
        for record in sorted()
        where record.state != .live && record.stamp * 1000 <= now - 15 * 86_400_000 {
            events.append(Event(kind: "purged", id: record.id))
            records[record.id] = nil
            purged.insert(record.id)
            hasPurged = true
        }
        position += events.count
        if !events.isEmpty { lastTime = time }
        return events.count
    }

    /// The store of this moment, as made by a restore that knows of later erasures.
    func withholding(_ ids: Set<String>) -> Model {
        var model = self
        for id in ids {
            model.position += 1
            model.take(id)
            model.withheld.insert(id)
            // Its state and its times are kept.
            model.records[id]?.eraseValues()
            model.records[id]?.isWithheld = true
            model.records[id]?.kinds.append("withheld")
        }
        return model
    }
}
