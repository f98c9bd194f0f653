internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

// Creating and updating one record: everything is checked before anything is written.

extension GroupWriter {
    /// Creates a record whose values the caller's thread has assembled.
    mutating func create(
        _ draft: PreparedCall.Draft,
        at index: Int,
        of call: PreparedCall,
        _ context: CallContext,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        let object = call.records[index].object
        if call.records[index].hasReferences {
            let errors = try resolveReferences(of: call.records[index], in: call).errors
            guard errors.isEmpty else { return .failure(errors) }
        }
        if object.hasUniqueFields {
            let errors = try uniquenessErrors(ofNew: call.records[index], of: call)
            guard errors.isEmpty else { return .failure(errors) }
        }
        let key = projection.nextKey(of: object)
        let time = builder.time
        let position = try addEvent(.created, of: key, previous: .beforeFirst, to: &builder) {
            call.append(draft, of: object, serial: key.serial, at: time, to: &$0)
        }
        return .success(object.id(ofSerial: key.serial), at: position)
    }

    /// Creates a record.
    mutating func create(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ context: CallContext,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        let plan = record.object.createPlan
        let (resolved, referenceErrors) = try resolveReferences(of: record, in: call)
        var errors = referenceErrors
        if record.problems >= 0 || record.id != nil || plan.hasRequiredFields {
            errors = createErrors(record, of: call, plan) + errors
        }
        if errors.isEmpty, record.object.hasUniqueFields {
            errors = try uniquenessErrors(ofNew: record, of: call)
        }
        guard errors.isEmpty else { return .failure(errors) }

        let key = projection.nextKey(of: record.object)
        let time = builder.time
        let name =
            record.object.namePartIndices.isEmpty
            ? [] : composedName(record, of: call) { _ in [] }
        let position = try addEvent(
            .created,
            of: key,
            previous: .beforeFirst,
            to: &builder
        ) { payload in
            NewRecord(record, resolved: resolved, name: name, owner: context.user)
                .appendFields(from: call.slots, call.bytes, to: &payload) { slot, payload in
                    payload.append(plan.slots[slot], serial: key.serial, at: time)
                }
        }
        return .success(record.object.id(ofSerial: key.serial), at: position)
    }

    /// Errors of a new record that can be found without looking at others.
    private func createErrors(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ plan: CreatePlan
    ) -> [RecordError] {
        var errors: [RecordError] = []
        let problems = call.problems(of: record)
        if record.problems >= 0 { errors = problems.errors(except: problems.notCreateable) }
        if let id = record.id, id != .null {
            errors.append(
                RecordError(
                    .invalidFieldForInsertUpdate,
                    "cannot specify Id in an insert call",
                    fields: ["Id"]
                )
            )
        }
        if !problems.notCreateable.isEmpty { errors.append(.notWritable(problems.notCreateable)) }
        errors += refusedDefaults(record, of: call, plan)
        let missing = problems.missing + missingFields(record, of: call, plan, problems)
        if !missing.isEmpty { errors.append(.missing(missing)) }
        return errors
    }

    /// Errors in the defaults of fields that the caller does not set.
    private func refusedDefaults(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ plan: CreatePlan
    ) -> [RecordError] {
        guard plan.hasRequiredFields else { return [] }
        return plan.slots.compactMap { slot in
            guard case .refused(let error) = slot.source,
                !call.slots[record.slots].contains(where: { $0.id == slot.id })
            else { return nil }
            return error
        }
    }

    private func missingFields(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ plan: CreatePlan,
        _ problems: PreparedCall.Problems
    ) -> [String] {
        var missing: [String] = []
        var next = record.slots.lowerBound
        for slot in plan.slots {
            while next < record.slots.upperBound, call.slots[next].id < slot.id { next += 1 }
            if next < record.slots.upperBound, call.slots[next].id == slot.id { continue }
            guard case .required = slot.source else { continue }
            let name = record.object.fields[slot.fieldIndex].name
            // A field whose value was rejected is not also reported as missing.
            if !problems.missing.contains(name),
                !problems.errors.contains(where: { $0.fields.contains(name) })
            {
                missing.append(name)
            }
        }
        return missing
    }

    /// Which values of a new record another record has already: those that the caller sets, and the
    /// defaults that the record gets otherwise.
    private func uniquenessErrors(
        ofNew record: PreparedCall.Record,
        of call: PreparedCall
    ) throws(StorageError) -> [RecordError] {
        var errors = try uniquenessErrors(record, of: call, own: nil)
        let plan = record.object.createPlan
        for index in plan.uniqueDefaults {
            let slot = plan.slots[index]
            guard case .value(let value) = slot.source,
                !call.slots[record.slots].contains(where: { $0.id == slot.id })
            else { continue }
            let field = record.object.fields[slot.fieldIndex]
            guard let bytes = try? field.bytes(of: value, isTruncating: false) else { continue }
            let error = try uniquenessError(field, bytes, of: record.object, except: nil)
            if let error { errors.append(error) }
        }
        return errors
    }

    private func uniquenessErrors(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        own: RecordKey?
    ) throws(StorageError) -> [RecordError] {
        var errors: [RecordError] = []
        for slot in call.slots[record.slots] {
            let field = record.object.fields[slot.fieldIndex]
            guard field.has(.unique) else { continue }
            let value = Array(call.bytes.bytes[slot.range])
            let error = try uniquenessError(field, value, of: record.object, except: own)
            if let error { errors.append(error) }
        }
        return errors
    }

    /// Name of a person from its parts: those that are set, else those of the old row.
    private func composedName(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        before: (FieldID) -> [UInt8]
    ) -> [UInt8] {
        var parts: [[UInt8]] = []
        for index in record.object.namePartIndices {
            let field = record.object.fields[index]
            let slot = call.slots[record.slots].first { $0.id == field.id }
            let part = slot.map { Array(call.bytes.bytes[$0.range]) } ?? before(field.id)
            if !part.isEmpty { parts.append(part) }
        }
        return Array(parts.joined(separator: [0x20]))
    }

    /// Changes a live record.
    ///
    /// - Parameter ignoring: A field that may be named although it cannot be set.
    mutating func update(
        _ target: Target,
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ context: CallContext,
        ignoring ignored: String? = nil,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        let problems = call.problems(of: record)
        var errors = problems.errors(except: problems.notUpdateable)
        let notUpdateable = problems.notUpdateable.filter { $0 != ignored }
        if !notUpdateable.isEmpty { errors.append(.notWritable(notUpdateable)) }
        if !problems.missing.isEmpty { errors.append(.missing(problems.missing)) }
        let (resolved, referenceErrors) = try resolveReferences(
            of: record,
            in: call,
            changing: target.row
        )
        errors += referenceErrors
        if errors.isEmpty, record.object.hasUniqueFields {
            errors = try uniquenessErrors(record, of: call, own: target.key)
        }
        if errors.isEmpty, let error = try lastAdministratorError(target, record, in: call) {
            errors = [error]
        }
        guard errors.isEmpty else { return .failure(errors, id: target.id) }

        let changes = try changes(to: target, record, of: call, resolved)
        if changes.fields.isEmpty, context.options.skipUnchanged {
            return .success(target.id, at: nil)
        }
        let position = try addEvent(
            .updated,
            of: target.key,
            previous: target.lastPosition,
            to: &builder
        ) { changes.append(to: &$0) }
        return .success(target.id, at: position)
    }

    /// What the values change in the record: exactly this goes into the event.
    private func changes(
        to target: Target,
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ resolved: [Int: [UInt8]]
    ) throws(StorageError) -> RecordChanges {
        let row = try projection.row(at: target.row)
        do throws(Malformed) {
            var changes = RecordChanges(stamps: try row.stamps())
            var isNameChanged = false
            for index in record.slots {
                let slot = call.slots[index]
                // A field that can only be set on create was rejected earlier, unless it is the key
                // of an upsert, which the record already has.
                guard record.object.fields[slot.fieldIndex].has(.update) else { continue }
                let after = resolved[index] ?? Array(call.bytes.bytes[slot.range])
                let before = try row.slot(slot.id)
                if before.isEqual(to: after.rawSpan) { continue }
                if record.object.namePartIndices.contains(slot.fieldIndex) { isNameChanged = true }
                changes.add(slot.id, before: before, after: after)
            }
            if isNameChanged, let nameIndex = record.object.nameFieldIndex {
                var old: [FieldID: [UInt8]] = [:]
                for index in record.object.namePartIndices {
                    let id = record.object.fields[index].id
                    old[id] = [UInt8](copying: try row.slot(id))
                }
                let id = record.object.fields[nameIndex].id
                let name = composedName(record, of: call) { old[$0] ?? [] }
                changes.add(id, before: try row.slot(id), after: name)
                changes.fields.sort { $0.id < $1.id }
            }
            return changes
        } catch {
            throw projection.damage("a row is malformed: not \(error.finding)", target.key)
        }
    }
}

/// The fields that an update changes, with both sides of each.
private struct RecordChanges {
    struct Field {
        let id: FieldID
        let before: [UInt8]
        let after: [UInt8]
    }

    let stamps: RecordStamps
    var fields: [Field] = []

    mutating func add(_ id: FieldID, before: RawSpan, after: [UInt8]) {
        fields.append(Field(id: id, before: [UInt8](copying: before), after: after))
    }

    /// Writes the values of the event.
    func append(to payload: inout ByteWriter) {
        EventPayload.appendStamps(stamps, to: &payload)
        payload.append(UInt16(fields.count))
        for field in fields {
            payload.append(field.id.rawValue)
            payload.append(UInt32(field.before.count))
            payload.append(UInt32(field.after.count))
            payload.append(field.before)
            payload.append(field.after)
        }
    }
}

extension RecordError {
    static func notWritable(_ fields: [String]) -> RecordError {
        RecordError(
            .invalidFieldForInsertUpdate,
            "Unable to create/update fields: \(name: fields.joined(separator: ", ")). Please check "
                + "the security settings of this field and verify that it is read/write for "
                + "your profile or permission set.",
            fields: fields
        )
    }

    static func missing(_ fields: [String]) -> RecordError {
        RecordError(
            .requiredFieldMissing,
            "Required fields are missing: [\(name: fields.joined(separator: ", "))]",
            fields: fields
        )
    }
}
