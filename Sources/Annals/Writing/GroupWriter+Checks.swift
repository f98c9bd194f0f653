internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

// What can only be checked against the store: whether references name records, whether values are
// unique, whether a record is in the state that the caller expects.

extension GroupWriter {
    /// Why `field` may not refer to the record of `key` (Specification: calls 6.2), or `nil`.
    func referenceError(
        _ field: Field,
        _ key: RecordKey,
        of object: ObjectType
    ) throws(StorageError) -> RecordError? {
        let status: PersonStatus
        if field.isOwner {
            status = try knownPersonStatus(of: key)
        } else {
            status = try projection.withRow(of: key) { row throws(Malformed) in
                switch try row?.state() {
                case .live?: .usable
                case .inBin?, .emptied?: .deleted
                case .purged?, nil: .missing
                }
            }
        }
        if status == .usable { return nil }
        let id = schema.id(of: key)
        switch status {
        case .usable: return nil
        case .missing:
            return RecordError(
                .invalidCrossReferenceKey,
                "invalid cross reference id",
                fields: [field.name]
            )
        case .deleted: return RecordError(.entityIsDeleted, "entity is deleted")
        case .inactive:
            return RecordError(
                .inactiveOwnerOrUser,
                "operation performed with inactive user [\(id)] as owner of \(name: object.name)",
                fields: [field.name]
            )
        case .notOwner:
            return RecordError(
                .fieldIntegrityException,
                "\(name: field.label): id value of incorrect type: \(id)",
                fields: [field.name]
            )
        }
    }

    /// Checks the references of a record against the store.
    ///
    /// - Parameter row: Where the row of the changed record lies: a reference that it already has
    ///   may be sent again, whatever has become of the record that it names.
    /// - Returns: The keys to which foreign keys by external id resolve, by the index of their
    ///   slot; errors for references that fail.
    mutating func resolveReferences(
        of record: PreparedCall.Record,
        in call: PreparedCall,
        changing row: Range<Int>? = nil
    ) throws(StorageError) -> (resolved: [Int: [UInt8]], errors: [RecordError]) {
        guard record.hasReferences else { return ([:], []) }
        var resolved: [Int: [UInt8]] = [:]
        var errors: [RecordError] = []
        for index in record.slots {
            let slot = call.slots[index]
            guard slot.isReference else { continue }
            if slot.isOwner, let key = call.key(of: slot), people.canOwn(key) { continue }
            let field = record.object.fields[slot.fieldIndex]
            if slot.lookup >= 0 {
                switch try resolve(call.lookups[slot.lookup], for: field, of: record.object) {
                case .success(let bytes): resolved[index] = bytes
                case .failure(let error): errors.append(error)
                }
            } else if let key = call.key(of: slot) {
                guard let error = try referenceError(field, key, of: record.object) else {
                    continue
                }
                if let row, try holds(slot, of: call, inRowAt: row, key) { continue }
                errors.append(error)
            }
        }
        return (resolved, errors)
    }

    /// Whether the row already has the value that the slot sets.
    private func holds(
        _ slot: PreparedCall.Slot,
        of call: PreparedCall,
        inRowAt range: Range<Int>,
        _ key: RecordKey
    ) throws(StorageError) -> Bool {
        let row = try projection.row(at: range)
        do throws(Malformed) {
            let value = call.bytes.bytes.rawSpan.extracting(slot.range)
            return try row.slot(slot.id).isEqual(to: value)
        } catch {
            throw projection.damage("a row is malformed: not \(error.finding)", key)
        }
    }

    private mutating func resolve(
        _ lookup: PreparedCall.Lookup,
        for field: Field,
        of object: ObjectType
    ) throws(StorageError) -> Result<[UInt8], RecordError> {
        var found =
            lookup.bytes.isEmpty
            ? []
            : try projection.find(
                lookup.bytes,
                in: lookup.field,
                of: lookup.object,
                isExact: !lookup.field.ignoresCase,
                // Those of the call itself come first.
                limit: nameableSerials == nil ? 2 : Limits.records + 2
            )
        if let nameableSerials {
            found.removeAll { $0.serial > nameableSerials[$0.object] }
        }
        guard let key = found.first else {
            return .failure(
                RecordError(
                    .invalidField,
                    "Foreign key external ID: \(value: lookup.value) not found for field "
                        + "\(name: lookup.field.name) in entity \(name: lookup.object.name)",
                    fields: [field.name]
                )
            )
        }
        if found.count > 1 {
            // The caller's field, not that of the object to which it refers.
            return .failure(moreThanOne(found, field))
        }
        if let error = try referenceError(field, key, of: object) { return .failure(error) }
        var bytes = ByteWriter()
        bytes.append(key.packed)
        return .success(bytes.bytes)
    }

    func moreThanOne(_ found: [RecordKey], _ field: Field) -> RecordError {
        let ids = found.compactMap { schema.id(of: $0)?.description }.joined(separator: ", ")
        return RecordError(
            .duplicateExternalID,
            "\(name: field.label): more than one record found for external id field: [\(name: ids)]",
            fields: [field.name]
        )
    }

    /// Why the record may not hold `value` in a unique field, or `nil`.
    func uniquenessError(
        _ field: Field,
        _ value: [UInt8],
        of object: ObjectType,
        except own: RecordKey?
    ) throws(StorageError) -> RecordError? {
        guard field.has(.unique), !value.isEmpty else { return nil }
        let found = try projection.find(
            value,
            in: field,
            of: object,
            isExact: field.has(.caseSensitive),
            limit: 2
        )
        guard let other = found.first(where: { $0 != own }) else { return nil }
        let id = schema.id(of: other)?.shortDescription ?? ""
        return RecordError(
            .duplicateValue,
            "duplicate value found: \(name: field.name) duplicates value on record with id: \(name: id)",
            fields: [field.name]
        )
    }

    /// The record that an id names, if a call may change it (Specification: calls 6.1).
    ///
    /// - Parameters:
    ///   - id: What the caller passed.
    ///   - object: The object it must belong to; if `nil`, any that the API version knows.
    ///   - expectedPosition: Its last event, if the caller names one.
    ///   - apiVersion: The session's API version.
    /// - Returns: Its key and where its row lies, or why it may not be changed.
    mutating func target(
        _ id: Value?,
        of object: ObjectType?,
        expectedPosition: Position?,
        apiVersion: Int = APIVersion.newest
    ) throws(StorageError) -> Result<Target, TargetError> {
        let parsed: RecordID
        guard let id else {
            let error = RecordError(.missingArgument, "Id not specified in an update call")
            return .failure(TargetError(error: error, id: nil))
        }
        switch recordID(id) {
        case .success(let given): parsed = given
        case .failure(let error): return .failure(TargetError(error: error, id: nil))
        }
        func refused(_ error: RecordError, isKnown: Bool = false)
            -> Result<Target, TargetError>
        {
            .failure(TargetError(error: error, id: isKnown ? parsed : nil))
        }
        if let object, parsed.prefix != object.prefix {
            return refused(
                RecordError(
                    .malformedID,
                    "\(name: object.label) ID: id value of incorrect type: \(parsed)",
                    fields: ["Id"]
                )
            )
        }
        guard let key = schema.key(of: parsed, knownAt: apiVersion),
            let range = try projection.load(key)
        else { return refused(.noSuchRecord) }
        let row = try projection.row(at: range)
        let state: RecordState
        let last: Position
        do throws(Malformed) {
            state = try row.state()
            last = try row.lastPosition()
        } catch {
            throw projection.damage("a row is malformed: not \(error.finding)", key)
        }
        switch state {
        // An erased user.
        case .live where row.count == 0 && schema.object(code: key.object)?.has(.delete) == false:
            return refused(.deleted, isKnown: true)
        case .live: break
        case .inBin, .emptied: return refused(.deleted, isKnown: true)
        case .purged: return refused(.noSuchRecord, isKnown: true)
        }
        if let expectedPosition, expectedPosition != last {
            return refused(
                .unexpected(last, not: expectedPosition),
                isKnown: true
            )
        }
        return .success(Target(key: key, id: parsed, row: range, lastPosition: last))
    }
}

/// A live record that a call is about to change.
struct Target {
    let key: RecordKey
    let id: RecordID
    let row: Range<Int>
    let lastPosition: Position
}

/// Why an id cannot be used, and the id if it names a record that exists or existed.
struct TargetError: Error {
    let error: RecordError
    let id: RecordID?
}

extension ErrorText.StringInterpolation {
    /// A position of the log.
    mutating func appendInterpolation(_ position: Position) { append("\(position)") }
}

extension Schema {
    /// The record key of an id, if a client of that API version knows its object.
    func key(of id: RecordID, knownAt apiVersion: Int) -> RecordKey? {
        guard object(prefix: id.prefix)?.isKnown(at: apiVersion) == true else { return nil }
        return key(of: id)
    }
}

extension RecordError {
    static let noSuchRecord = RecordError(.invalidCrossReferenceKey, "invalid cross reference id")
    static let deleted = RecordError(.entityIsDeleted, "entity is deleted")

    static func unexpected(_ last: Position, not expected: Position) -> RecordError {
        RecordError(
            .failedIfLastModified,
            "the record's last event is \(last), not \(expected)",
            conflict: RecordError.Conflict(expected: expected.ordinal, actual: last.ordinal)
        )
    }

    static func noRecord(at expected: Position) -> RecordError {
        RecordError(
            .failedIfLastModified,
            "there is no record, so none whose last event is \(expected)",
            conflict: RecordError.Conflict(
                expected: expected.ordinal,
                actual: Position.beforeFirst.ordinal
            )
        )
    }

    static let rolledBack = RecordError(
        .allOrNoneOperationRolledBack,
        "Record rolled back because not all records were valid and the request was using "
            + "AllOrNone header"
    )
}

extension Field {
    /// Whether values that differ only in case are the same
    /// (Specification: calls 2.3).
    var ignoresCase: Bool { has(.unique) && !has(.caseSensitive) }
}

extension PreparedCall {
    /// The record that a slot of a reference names; `nil` for null.
    func key(of slot: Slot) -> RecordKey? {
        let bytes = bytes.bytes.rawSpan.extracting(slot.range)
        guard let packed = try? bytes.uint64(at: 0) else { return nil }
        return RecordKey(packed: packed)
    }
}
