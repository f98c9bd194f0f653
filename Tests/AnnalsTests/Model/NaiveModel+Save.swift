import Annals

/// create, update and upsert (Specification: calls 1.8, 2).
extension NaiveModel {
    /// An unknown name makes the whole call fail.
    private func check(_ records: [SObject]) throws(Refusal) {
        if records.count > 200 { throw Refusal(code: "EXCEEDED_ID_LIMIT") }
        let chunks = zip(records, records.dropFirst()).count { $0.type != $1.type } + 1
        if chunks > 10 { throw Refusal(code: "LIMIT_EXCEEDED") }
        for record in records {
            guard knows(record.type), let object = NaiveObject.named(record.type) else {
                throw Refusal(code: "INVALID_TYPE")
            }
            for name in record.fields.map(\.name) + record.fieldsToNull
            where object.field(name, apiVersion: apiVersion) == nil {
                throw Refusal(code: "INVALID_FIELD")
            }
        }
    }

    mutating func create(
        _ records: [SObject],
        _ options: CallOptions
    ) throws(Refusal) -> [Answer] {
        try check(records)
        return try call(records.count, options) { $0.create(records[$1], options) }
    }

    mutating func update(
        _ records: [SObject],
        _ options: CallOptions
    ) throws(Refusal) -> [Answer] {
        try check(records)
        var occurrences: [RecordID: Int] = [:]
        return try call(records.count, options) {
            $0.update(records[$1], options, &occurrences)
        }
    }

    mutating func upsert(
        _ records: [SObject],
        by name: String,
        _ options: CallOptions
    ) throws(Refusal) -> [Answer] {
        if Set(records.map(\.type)).count > 1 { throw Refusal(code: "INVALID_TYPE") }
        try check(records)
        guard let first = records.first, let object = NaiveObject.named(first.type) else {
            return []
        }
        var occurrences: [RecordID: Int] = [:]
        nameable = Set(self.records.values.flatMap(\.keys))
        defer { nameable = nil }
        if name == "Id" {
            return try call(records.count, options) {
                let record = records[$1]
                guard record.givenID == nil else { return $0.update(record, options, &occurrences) }
                return $0.create(record, options)
            }
        }
        guard let key = object.field(name, apiVersion: apiVersion), key.isKey else {
            throw Refusal(code: "INVALID_FIELD")
        }
        let values = records.map { record -> Result<Value, NaiveError> in
            let given = record.fields.last { $0.name == name }?.value ?? .null
            do throws(NaiveError) {
                return .success(try key.kept(given, isTruncating: options.allowFieldTruncation))
            } catch {
                return .failure(error)
            }
        }
        return try call(records.count, options) { model, index in
            model.upsert(records[index], key, values, index, options)
        }
    }

    private mutating func upsert(
        _ record: SObject,
        _ key: NaiveField,
        _ values: [Result<Value, NaiveError>],
        _ index: Int,
        _ options: CallOptions
    ) -> Answer {
        let value: Value
        switch values[index] {
        case .success(let kept): value = kept
        case .failure(let error): return .refused([error])
        }
        if value == .null { return .refused([NaiveError("MISSING_ARGUMENT", "\(key.name) not")]) }
        let all = values.compactMap { try? $0.get() }
        if all.count(where: { key.isSame($0, value) }) > 1 {
            return .refused([
                NaiveError(
                    "DUPLICATE_VALUE",
                    "Duplicate external id specified: \(value)",
                    fields: [key.name]
                )
            ])
        }
        let found = live(record.type).filter { key.isSame($0[key.name], value) }
        if found.count > 1 { return .refused([Self.several(found.map(\.id), key)]) }
        guard let match = found.first else { return create(record, options) }
        if let given = record.givenID {
            guard let id = parsed(given) else { return .refused([NaiveError("MALFORMED_ID")]) }
            if id != match.id { return .refused([NaiveError("INVALID_FIELD_FOR_INSERT_UPDATE")]) }
        }
        var unkeyed = record
        if !key.isUpdateable { unkeyed.fields.removeAll { $0.name == key.name } }
        return update(match, unkeyed, options)
    }

    /// - Parameter key: The caller's field: the key of the upsert, or the reference.
    static func several(_ ids: [RecordID], _ key: NaiveField) -> NaiveError {
        let list = ids.sorted().map(\.description).joined(separator: ", ")
        return NaiveError(
            "DUPLICATE_EXTERNAL_ID",
            "\(key.label): more than one record found for external id field: [\(list)]"
        )
    }

    mutating func create(_ record: SObject, _ options: CallOptions) -> Answer {
        guard let object = NaiveObject.named(record.type) else { return .refused([]) }
        var submitted = submitted(record, object, options) { $0.isCreateable }
        if record.givenID != nil {
            submitted.errors.append(
                NaiveError(
                    "INVALID_FIELD_FOR_INSERT_UPDATE",
                    "cannot specify Id in an insert call"
                )
            )
        }
        var values: [String: Value] = [:]
        for field in object.fields where field.isCreateable {
            if submitted.named.contains(field.name) {
                values[field.name] = submitted.values[field.name]
            } else if field.isOwner {
                values[field.name] = .id(actor)
            } else if field.initial != .null {
                values[field.name] = field.initial
            } else if !field.isNillable {
                submitted.missing.append(field.name)
            }
        }
        var errors = submitted.allErrors
        if errors.isEmpty { errors = duplicates(values, object, except: nil) }
        guard errors.isEmpty else { return .refused(errors) }
        let serial = (serials[object.name] ?? 0) + 1
        serials[object.name] = serial
        let id = RecordID(object.prefix + base62(serial))!
        if let name = object.autonumber(serial, at: time) { values["Name"] = name }
        if let name = object.composedName(values) { values["Name"] = name }
        let second = time.wholeSecond
        records[object.name, default: [:]][id] = Record(
            id: id,
            object: object.name,
            values: values.filter { $0.value != .null },
            created: second,
            createdBy: actor,
            lastModified: second,
            lastModifiedBy: actor,
            systemModstamp: second
        )
        return Answer(id: id, isCreated: true, position: note(.created, id) { _ in })
    }

    private mutating func update(
        _ record: SObject,
        _ options: CallOptions,
        _ occurrences: inout [RecordID: Int]
    ) -> Answer {
        guard let object = NaiveObject.named(record.type) else { return .refused([]) }
        let target: Record
        do throws(NaiveError) {
            target = try changeable(record.givenID, of: object, record.expectedPosition)
        } catch {
            return .refused([error])
        }
        occurrences[target.id, default: 0] += 1
        if occurrences[target.id, default: 0] > 12 {
            return .refused([
                NaiveError(
                    "DUPLICATE_VALUE",
                    "Maximum number of duplicate updates in one batch (12 allowed). Attempt to "
                        + "update Id more than once in this Api call: "
                        + target.id.description.prefix(15)
                )
            ])
        }
        return update(target, record, options)
    }

    /// Every user may do everything, so the last active user is the last administrator.
    private func isLastAdministrator(_ user: Record) -> Bool {
        user.object == "User"
            && live("User").filter { $0["IsActive"] == true }.map(\.id) == [user.id]
    }

    private mutating func update(
        _ target: Record,
        _ record: SObject,
        _ options: CallOptions
    ) -> Answer {
        guard let object = NaiveObject.named(record.type) else { return .refused([]) }
        let submitted = submitted(record, object, options, of: target) { $0.isUpdateable }
        var errors = submitted.allErrors
        if errors.isEmpty { errors = duplicates(submitted.values, object, except: target.id) }
        if errors.isEmpty, isLastAdministrator(target), submitted.values["IsActive"] == false {
            errors = [NaiveError("CANNOT_DISABLE_LAST_ADMIN", fields: ["IsActive"])]
        }
        guard errors.isEmpty else { return .refused(errors, target.id) }
        var values = target.values
        values.merge(submitted.values) { $1 }
        values = values.filter { $0.value != .null }
        if let name = object.composedName(values) { values["Name"] = name }
        if options.skipUnchanged, values == target.values { return Answer(id: target.id) }
        let (actor, time) = (actor, time)
        let position = note(.updated, target.id) {
            $0.values = values
            $0.lastModified = time.wholeSecond
            $0.lastModifiedBy = actor
        }
        return Answer(id: target.id, position: position)
    }
}

/// Twelve digits of base 62, as they follow the prefix of an id.
func base62(_ serial: Int) -> String {
    let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    var rest = serial
    var text = ""
    for _ in 0..<12 {
        text = String(digits[rest % 62]) + text
        rest /= 62
    }
    return text
}
