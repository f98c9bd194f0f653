internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

// create and update of one record: everything is checked before anything is written.

extension GroupWriter {
    /// Creates a record.
    mutating func create(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ context: CallContext,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        var errors = record.errors
        if let id = record.id, id != .null {
            errors.append(
                RecordError(
                    .invalidFieldForInsertUpdate,
                    "cannot specify Id in an insert call",
                    fields: ["Id"]
                )
            )
        }
        if !record.notCreateable.isEmpty { errors.append(.notWritable(record.notCreateable)) }
        let plan = plan(of: record.object)
        let missing = record.missing + missingFields(record, of: call, plan)
        if !missing.isEmpty { errors.append(.missing(missing)) }
        let (values, referenceErrors) = try resolvedValues(of: record, in: call)
        errors += referenceErrors
        if errors.isEmpty { errors += try uniquenessErrors(record, of: call, values, own: nil) }
        guard errors.isEmpty else { return .failure(errors) }

        let key = projection.nextKey(of: record.object)
        let time = builder.time
        let slots = call.slots[record.slots]
        let name =
            record.object.namePartIndices.isEmpty
            ? nil : composedName(record, slots, values) { _ in [] }
        let position = try addEvent(
            .created,
            of: key,
            previous: .beforeFirst,
            to: &builder
        ) { payload in
            Self.appendFields(
                plan,
                slots,
                values,
                name: name,
                key: key,
                time: time,
                owner: context.user,
                to: &payload
            )
        }
        return .success(record.object.id(ofSerial: key.serial), at: position)
    }

    private func missingFields(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ plan: CreatePlan
    ) -> [String] {
        var missing: [String] = []
        var next = record.slots.lowerBound
        for slot in plan.slots {
            while next < record.slots.upperBound, call.slots[next].id < slot.id { next += 1 }
            if next < record.slots.upperBound, call.slots[next].id == slot.id { continue }
            guard case .nothing(isRequired: true) = slot.source else { continue }
            let name = record.object.fields[slot.fieldIndex].name
            // What was refused for its value is not missing as well.
            if !record.missing.contains(name),
                !record.errors.contains(where: { $0.fields.contains(name) })
            {
                missing.append(name)
            }
        }
        return missing
    }

    private func uniquenessErrors(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ values: [ArraySlice<UInt8>],
        own: RecordKey?
    ) throws(StorageError) -> [RecordError] {
        var errors: [RecordError] = []
        for (slot, value) in zip(call.slots[record.slots], values) {
            let field = record.object.fields[slot.fieldIndex]
            guard field.has(.unique) else { continue }
            let error = try uniquenessError(field, Array(value), of: record.object, except: own)
            if let error { errors.append(error) }
        }
        return errors
    }

    /// Writes the values of a new record: what was given, else what the plan says.
    private static func appendFields(
        _ plan: CreatePlan,
        _ slots: ArraySlice<PreparedCall.Slot>,
        _ values: [ArraySlice<UInt8>],
        name: [UInt8]?,
        key: RecordKey,
        time: Timestamp,
        owner: RecordKey,
        to payload: inout ByteWriter
    ) {
        let countPlace = payload.count
        payload.append(UInt16(0))
        var count: UInt16 = 0
        var next = 0
        func put(_ id: FieldID, _ bytes: ArraySlice<UInt8>, _ payload: inout ByteWriter) {
            guard !bytes.isEmpty else { return }
            payload.append(id.rawValue)
            payload.append(UInt32(bytes.count))
            payload.bytes.append(contentsOf: bytes)
            count += 1
        }
        for slot in plan.slots {
            if next < values.count, slots[slots.startIndex + next].id == slot.id {
                put(slot.id, values[next], &payload)
                next += 1
                continue
            }
            switch slot.source {
            case .nothing: break
            case .bytes(let bytes): put(slot.id, bytes[...], &payload)
            case .owner:
                payload.append(slot.id.rawValue)
                payload.append(UInt32(8))
                payload.append(owner.packed)
                count += 1
            case .autonumber(let format):
                let text = format.text(serial: key.serial, at: time)
                payload.append(slot.id.rawValue)
                payload.append(UInt32(text.utf8.count))
                payload.append(utf8: text)
                count += 1
            case .name: put(slot.id, (name ?? [])[...], &payload)
            }
        }
        payload.bytes[countPlace] = UInt8(count >> 8)
        payload.bytes[countPlace + 1] = UInt8(truncatingIfNeeded: count)
    }

    /// Name of a person from its parts: those that are set, else those of the row before.
    private func composedName(
        _ record: PreparedCall.Record,
        _ slots: ArraySlice<PreparedCall.Slot>,
        _ values: [ArraySlice<UInt8>],
        before: (FieldID) -> [UInt8]
    ) -> [UInt8] {
        var parts: [[UInt8]] = []
        for index in record.object.namePartIndices {
            let field = record.object.fields[index]
            let given = zip(slots, values).first { $0.0.id == field.id }?.1
            let part = given.map(Array.init) ?? before(field.id)
            if !part.isEmpty { parts.append(part) }
        }
        return Array(parts.joined(separator: [0x20]))
    }

    /// Changes a live record.
    mutating func update(
        _ target: Target,
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ context: CallContext,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        var errors = record.errors
        if !record.notUpdateable.isEmpty { errors.append(.notWritable(record.notUpdateable)) }
        if !record.missing.isEmpty { errors.append(.missing(record.missing)) }
        let (values, referenceErrors) = try resolvedValues(of: record, in: call)
        errors += referenceErrors
        if errors.isEmpty {
            errors += try uniquenessErrors(record, of: call, values, own: target.key)
        }
        guard errors.isEmpty else { return .failure(errors, id: target.id) }

        let changes = try changes(to: target, record, of: call, values)
        if changes.fields.isEmpty, context.options.skipUnchanged {
            return .success(target.id, at: nil)
        }
        let position = try addEvent(
            .updated,
            of: target.key,
            previous: target.lastPosition,
            to: &builder
        ) { payload in
            EventPayload.appendStamps(changes.stamps, to: &payload)
            payload.append(UInt16(changes.fields.count))
            for change in changes.fields {
                payload.append(change.id.rawValue)
                payload.append(UInt32(change.before.count))
                payload.append(UInt32(change.after.count))
                payload.append(change.before)
                payload.append(change.after)
            }
        }
        return .success(target.id, at: position)
    }

    private struct Changes {
        struct Field {
            let id: FieldID
            let before: [UInt8]
            let after: [UInt8]
        }

        var stamps: RecordStamps
        var fields: [Field] = []
    }

    /// What the values change in the record: exactly that goes into the event.
    private func changes(
        to target: Target,
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ values: [ArraySlice<UInt8>]
    ) throws(StorageError) -> Changes {
        let slots = call.slots[record.slots]
        let row = try projection.row(at: target.row)
        do throws(Malformed) {
            var changes = Changes(stamps: try row.stamps())
            var given: [(FieldID, [UInt8])] = zip(slots, values).map { ($0.id, Array($1)) }
            let parts = record.object.namePartIndices
            if let nameIndex = record.object.nameFieldIndex,
                slots.contains(where: { parts.contains($0.fieldIndex) })
            {
                var old: [FieldID: [UInt8]] = [:]
                for index in parts {
                    let id = record.object.fields[index].id
                    old[id] = [UInt8](copying: try row.slot(id))
                }
                let name = composedName(record, slots, values) { old[$0] ?? [] }
                given.append((record.object.fields[nameIndex].id, name))
                given.sort { $0.0 < $1.0 }
            }
            for (id, after) in given {
                let before = try row.slot(id)
                if before.isEqual(to: after.rawSpan) { continue }
                changes.fields.append(
                    Changes.Field(id: id, before: [UInt8](copying: before), after: after)
                )
            }
            return changes
        } catch {
            throw .corrupted(Corruption("a row is malformed: not \(error.finding)"))
        }
    }
}

extension RecordError {
    static func notWritable(_ fields: [String]) -> RecordError {
        RecordError(
            .invalidFieldForInsertUpdate,
            "Unable to create/update fields: \(fields.joined(separator: ", ")). Please check "
                + "the security settings of this field and verify that it is read/write for "
                + "your profile or permission set.",
            fields: fields
        )
    }

    static func missing(_ fields: [String]) -> RecordError {
        RecordError(
            .requiredFieldMissing,
            "Required fields are missing: [\(fields.joined(separator: ", "))]",
            fields: fields
        )
    }
}
