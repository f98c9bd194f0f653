import Annals
import AnnalsTestSupport

/// Makes up calls for the model's current state: enough records that they interact, but so few that
/// a scan of all of them is cheap.
struct RandomCalls {
    var records: RandomRecords
    private var keyed: [ModelCall] = []
    private var keyCount = 0
    /// Whether records are erased, which changes what can be read about the past.
    var erases = true

    init(seed: UInt64) { records = RandomRecords(random: SeededRandom(seed: seed)) }

    mutating func chance(_ percent: Int) -> Bool { records.random.chance(percent) }

    /// How far the clock moves before the next call, in milliseconds.
    mutating func clockStep() -> Int64 {
        switch records.random.below(1000) {
        case 0: Int64(1 + records.random.below(16)) * 86_400_000
        case 1..<10: Int64(records.random.below(20)) * 3_600_000
        case 10..<60: Int64(records.random.below(180)) * 1000
        case 60..<90: -Int64(records.random.below(400_000))
        case 90..<500: 0
        default: Int64(records.random.below(1500))
        }
    }

    mutating func next(_ model: NaiveModel, at now: Timestamp) -> ModelCall {
        if !keyed.isEmpty, chance(1) { return records.pick(keyed) }
        if chance(5) { records.look(at: model) }
        var call = ModelCall(operation: operation(model, at: now), user: user(model))
        call.options.allOrNone = chance(15)
        call.options.allowFieldTruncation = chance(10)
        call.options.skipUnchanged = chance(10)
        if chance(5) { call.apiVersion = records.pick([59, 65, 65, 59, 44]) }
        if chance(3) {
            keyCount += 1
            call.options.idempotencyKey = "key \(keyCount)"
            keyed.append(call)
            if keyed.count > 20 { keyed.removeFirst() }
        }
        return call
    }

    private mutating func user(_ model: NaiveModel) -> RecordID {
        chance(85) ? model.administrator : records.id(of: .user)
    }

    private mutating func operation(_ model: NaiveModel, at now: Timestamp) -> ModelCall.Operation {
        var object = records.pick(NaiveObject.all + [.contactRequest, .site])
        var kind = records.random.below(100)
        let isFull = model.live(object.name).count > (object.isDeletable ? 30 : 12)
        if kind < 26, isFull { kind = object.isDeletable ? 60 : 30 }
        if kind >= 60, kind < 74, !object.isDeletable, chance(90) { object = .contactRequest }
        switch kind {
        case 0..<26: return .create(news(of: object))
        case 26..<48: return .update(changes(of: object, model))
        case 48..<60: return upsert(of: object, model)
        case 60..<74: return .delete(references(to: object, expecting: model))
        case 74..<82: return .undelete(references(to: object, expecting: model))
        case 82..<85: return .emptyRecycleBin(references(to: object, expecting: model))
        case 85 where erases:
            let some = references(to: object, expecting: model).prefix(3)
            return .erase(some.map(\.anytime))
        case 86: return .purge
        case 87..<92: return retrieval(of: object)
        case 92..<96:
            let (start, end) = window(model, at: now)
            return .getUpdated(records.random.below(50) == 0 ? "Nothing" : object.name, start, end)
        default:
            let (start, end) = window(model, at: now)
            return .getDeleted(object.name, start, end)
        }
    }

    private mutating func batchCount() -> Int {
        switch records.random.below(300) {
        case 0: 201
        case 1..<4: 20
        case 4..<200: 1
        default: 2 + records.random.below(4)
        }
    }

    /// Usually records of one object, sometimes of several.
    private mutating func objects(_ object: NaiveObject) -> [NaiveObject] {
        let isMixed = chance(15) && object.name != "User"
        let others = NaiveObject.all.filter { $0.name != "User" }
        return (0..<batchCount()).map { _ in isMixed ? records.pick(others) : object }
    }

    private mutating func news(of object: NaiveObject) -> [SObject] {
        objects(object).map { object in
            var record = SObject(
                object.name,
                id: nil,
                assignments: records.fields(of: object, isNew: true)
            )
            record.fieldsToNull = records.nulls(of: object)
            if records.random.below(150) == 0 { record.id = records.reference(to: object) }
            if records.random.below(150) == 0 { record.id = .text(records.pick(["", " "])) }
            return record
        }
    }

    private mutating func changes(of object: NaiveObject, _ model: NaiveModel) -> [SObject] {
        let objects = objects(object)
        let isOne = objects.count > 12 && chance(50)
        let one = records.anyID(of: object)
        return objects.map { object in
            var record = SObject(
                object.name,
                id: isOne ? one : records.anyID(of: object),
                assignments: records.fields(of: object, isNew: false)
            )
            record.fieldsToNull = records.nulls(of: object)
            if !isOne, chance(10) { record.expectedPosition = expectation(record.id, model) }
            if records.random.below(200) == 0 { record.id = records.pick(["", " ", .null]) }
            return record
        }
    }

    /// The record's last event, or one close to it.
    private mutating func expectation(_ id: Value?, _ model: NaiveModel) -> Position? {
        guard let id, let parsed = model.parsed(id), let record = model.record(parsed) else {
            return nil
        }
        return Position(record.lastPosition - (chance(30) ? 1 : 0))
    }

    private mutating func upsert(
        of object: NaiveObject,
        _ model: NaiveModel
    ) -> ModelCall.Operation {
        let keys = ["Id"] + object.fields.filter(\.isKey).map(\.name)
        let key = records.random.below(80) == 0 ? "OwnerId" : records.pick(keys)
        let isFull = model.live(object.name).count > 30
        let changed = (0..<batchCount()).map { _ in
            var record = SObject(
                object.name,
                id: nil,
                assignments: records.fields(of: object, isNew: chance(50))
            )
            if key == "Id" {
                if isFull || chance(60) { record.id = records.anyID(of: object) }
                if chance(2) { record.id = .text("  ") }
                return record
            }
            record.fields.removeAll { $0.name == key }
            guard let value = keyValue(key, of: object, model) else { return record }
            if records.isRefused(value, for: key, of: object) {
                // Whether other errors of such a record are reported is not specified.
                record.fields = []
            }
            record.fields.append(SObject.Assignment(key, value))
            if chance(5), record.fields.count > 1 { record.id = records.reference(to: object) }
            return record
        }
        return .upsert(changed, by: key)
    }

    /// A value of some record, or one that no record has yet.
    private mutating func keyValue(
        _ name: String,
        of object: NaiveObject,
        _ model: NaiveModel
    ) -> Value? {
        if chance(3) { return nil }
        let field = object.fields.first { $0.name == name }
        let known = model.record(records.id(of: object))?[name] ?? .null
        if known != .null, chance(60) || name == "Name" {
            return chance(20) ? .text((known.text ?? "").uppercased()) : known
        }
        guard let field, field.isCreateable else { return "CR-99999999" }
        let value = records.value(for: field)
        return value == .null ? nil : value
    }

    private mutating func references(
        to object: NaiveObject,
        expecting model: NaiveModel
    ) -> [RecordReference] {
        objects(object).map { object in
            let value = records.anyID(of: object)
            var reference = RecordReference(text: "")
            reference.id = value
            if chance(5) { reference.expectedPosition = expectation(value, model) }
            return reference
        }
    }

    private mutating func retrieval(of object: NaiveObject) -> ModelCall.Operation {
        var fields = object.fields.filter { _ in chance(30) }.map(\.name)
        if records.random.below(40) == 0 { fields.append("Nonsense__c") }
        let ids = (0..<(1 + records.random.below(5))).map { _ in
            var reference = RecordReference(text: "")
            reference.id =
                records.random.below(60) == 0 ? records.malformedID() : records.anyID(of: object)
            return reference
        }
        return .retrieve(object.name, ["Id", "SystemModstamp"] + fields, ids)
    }

    private mutating func window(
        _ model: NaiveModel,
        at now: Timestamp
    ) -> (Timestamp, Timestamp) {
        let spans: [Int64] = [0, 30, 60, 300, 7200, 86_400, 10 * 86_400, 29 * 86_400, 32 * 86_400]
        let end = now.advanced(byMilliseconds: Int64(records.random.below(300_000)) - 150_000)
        let start = end.advanced(byMilliseconds: -1000 * records.pick(spans))
        // One window in eight may begin before the store existed, and is refused.
        return (end.milliseconds % 8 == 0 ? start : max(start, model.created), end)
    }
}

extension RecordReference {
    /// Without an expected position, because the model does not know those of purged records.
    fileprivate var anytime: RecordReference {
        var reference = self
        reference.expectedPosition = nil
        return reference
    }
}
