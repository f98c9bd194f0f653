import Annals
import AnnalsTestSupport

/// Makes up records and ids: mostly valid ones, but some that a store must refuse.
struct RandomRecords {
    var random: SeededRandom
    /// All ids that were assigned, oldest first.
    var known: [String: [RecordID]] = [:]
    /// The ids of records that were live a few calls ago.
    private var live: [String: [RecordID]] = [:]

    init(random: SeededRandom) { self.random = random }

    /// Notes which records are live, so that more calls succeed than by chance alone.
    mutating func look(at model: NaiveModel) {
        for object in NaiveObject.all where object.isDeletable {
            live[object.name] = model.live(object.name).map(\.id).sorted()
        }
    }

    mutating func pick<T>(_ values: [T]) -> T { values[random.below(values.count)] }

    /// An id of the object: usually a recent one, sometimes of a record in any state, or of none.
    mutating func id(of object: NaiveObject) -> RecordID {
        if let live = live[object.name], !live.isEmpty, random.chance(50) { return pick(live) }
        let ids = known[object.name] ?? []
        if ids.isEmpty || random.chance(2) {
            return RecordID(object.prefix + base62(1_000_000 + random.below(9)))!
        }
        let reach = random.chance(80) ? min(ids.count, 30) : ids.count
        return ids[ids.count - 1 - random.below(reach)]
    }

    /// The id in a form that callers may use.
    mutating func reference(to object: NaiveObject) -> Value {
        let id = id(of: object)
        switch random.below(20) {
        case 0: return .text(String(id.description.prefix(15)))
        case 1: return .text(id.description)
        default: return .id(id)
        }
    }

    mutating func malformedID() -> Value {
        let text = id(of: pick(NaiveObject.all)).description
        // A suffix that does not fit, a wrong length, or a character that no id has.
        let last = text.last == "A" ? "B" : "A"
        let foreign = text.prefix(3) + "!" + text.dropFirst(4)
        return .text(pick([text.dropLast() + last, String(text.dropLast()), String(foreign)]))
    }

    /// An id as `update` and `delete` may get it, valid or not.
    mutating func anyID(of object: NaiveObject) -> Value {
        switch random.below(40) {
        case 0: malformedID()
        case 1: .id(id(of: pick(NaiveObject.all)))
        case 2: .id(RecordID("00Q" + base62(1 + random.below(5)))!)
        default: reference(to: object)
        }
    }

    mutating func value(for field: NaiveField) -> Value {
        if random.chance(3) { return wrong(field) }
        if field.isNillable, random.chance(12) { return .null }
        if !field.isNillable, random.chance(1) { return .null }
        switch field.kind {
        case .text: return .text(text(for: field))
        case .email: return .text("person\(random.below(12))@example.invalid")
        case .picklist:
            let value = pick(field.values)
            switch random.below(10) {
            case 0: return .text(value.uppercased())
            case 1 where !field.isRestricted: return .text("Unlisted \(random.below(3))")
            default: return .text(value)
            }
        case .boolean: return .boolean(random.chance(50))
        case .int: return .integer(random.below(min(field.maximum, 9) + 1))
        case .double: return .double(Double(random.below(1000)) / 8)
        case .date: return .date(CalendarDate(days: Int32(random.below(30_000))))
        case .dateTime: return .dateTime(Timestamp(milliseconds: Int64(random.below(1 << 40))))
        case .reference: return target(of: field)
        }
    }

    private mutating func text(for field: NaiveField) -> String {
        if field.isUnique || field.isKey {
            // Only a few values, so that they occur several times.
            let text = "\(pick(["k", "K", "é", "É"]))-\(random.below(24))"
            return random.chance(10) ? "  \(text) " : text
        }
        switch random.below(12) {
        case 0: return "  between blanks\n"
        case 1: return "Żółć 🦊 \(random.below(9))"
        case 2: return "  "
        default: return "\(field.label) \(random.below(20))"
        }
    }

    private mutating func target(of field: NaiveField) -> Value {
        let targets = NaiveObject.all.filter { field.targets.contains($0.name) }
        guard let object = targets.isEmpty ? nil : pick(targets) else { return .null }
        let keys = object.fields.filter { $0.isKey && $0.isUnique }
        if !keys.isEmpty, random.chance(8) {
            let key = pick(keys)
            return .lookup(object: object.name, field: key.name, value: text(for: key).trimmed)
        }
        return reference(to: object)
    }

    /// A value that the field does not accept.
    private mutating func wrong(_ field: NaiveField) -> Value {
        switch field.kind {
        case .text:
            if random.chance(70) {
                let count = field.length + 1 + random.below(3)
                return .text("y" + String(repeating: "x", count: count - 2) + pick(["z", "🦊"]))
            }
            return .boolean(true)
        case .email: return .text("nobody")
        case .picklist:
            return pick([.boolean(false), .text(String(repeating: "x", count: 300)), "Nowhere"])
        case .boolean: return pick(["perhaps", .null, 2, ""])
        case .int: return pick(["many", .integer(field.maximum + 1), .integer(field.minimum - 1)])
        case .double, .date, .dateTime: return .boolean(true)
        case .reference:
            return pick([malformedID(), .id(id(of: pick(NaiveObject.all))), .boolean(true)])
        }
    }

    /// Whether the field refuses the value.
    func isRefused(_ value: Value, for name: String, of object: NaiveObject) -> Bool {
        guard let field = object.fields.first(where: { $0.name == name }) else { return false }
        return (try? field.kept(value, isTruncating: false)) == nil
    }

    /// Some fields of a record.
    ///
    /// - Parameter isNew: Includes the fields that a new record needs.
    mutating func fields(of object: NaiveObject, isNew: Bool) -> [SObject.Assignment] {
        var fields: [SObject.Assignment] = []
        for field in object.fields {
            let isNeeded = isNew && !field.isNillable && field.initial == .null && !field.isOwner
            let isWritable = isNew ? field.isCreateable : field.isUpdateable
            let share = !isWritable ? 1 : isNeeded ? 97 : field.isOwner ? 10 : 30
            guard random.chance(share) else { continue }
            let value = isWritable ? value(for: field) : "unwritable"
            fields.append(SObject.Assignment(field.name, value))
        }
        if random.chance(1) {
            fields.append(SObject.Assignment(pick(NaiveObject.systemFields), .null))
        }
        if random.below(400) == 0 { fields.append(SObject.Assignment("Nonsense__c", "x")) }
        return fields
    }

    mutating func nulls(of object: NaiveObject) -> [String] {
        guard random.chance(10) else { return [] }
        let field = pick(object.fields)
        let isUsual = field.isNillable || random.chance(10)
        return isUsual ? [field.name] : []
    }
}
