internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// The records of a writing call after everything that needs no store: names resolved, values
/// checked and turned into the bytes that rows and events keep.
///
/// It is made on the caller's thread, so that the writer has less to do.
struct PreparedCall: Sendable {
    let schema: Schema
    private(set) var records: [Record] = []
    private(set) var slots: [Slot] = []
    private(set) var bytes = ByteWriter()
    private(set) var lookups: [Lookup] = []
    /// For each record of a call that creates; `nil` if the writer must assemble the values.
    var drafts: [Draft?] = []
    var drafted = ByteWriter()
    private var allProblems: [Problems] = []
    private let isTruncating: Bool
    private let apiVersion: Int
    /// The field by which an upsert finds records, of the object of the current records.
    private var keyIndex: Int?

    /// - Parameter keyName: The field by which an upsert finds records.
    /// - Throws: A fault for the whole call: an unknown object or field.
    init(
        _ sObjects: [SObject],
        schema: Schema,
        apiVersion: Int,
        isTruncating: Bool,
        keyName: String? = nil
    ) throws(StoreError) {
        self.schema = schema
        self.apiVersion = apiVersion
        self.isTruncating = isTruncating
        records.reserveCapacity(sObjects.count)
        slots.reserveCapacity(sObjects.count * 8)
        bytes.bytes.reserveCapacity(sObjects.count * 256)
        var object: ObjectType?
        // Records of a call mostly name the same fields in the same order.
        var memo: [Place] = []
        for sObject in sObjects {
            if object?.name != sObject.type {
                object = try schema.required(sObject.type, apiVersion: apiVersion)
                memo = []
                keyIndex = keyName.flatMap { object?.index(of: $0) }
            }
            guard let object else { continue }
            try add(sObject, object, &memo)
        }
    }

    /// What was found out about the field that records of the call name at one place.
    private struct Place {
        let name: String
        let index: Int
        /// The object that its last reference named, which the field may refer to.
        var target: (prefix: KeyPrefix, code: UInt16)?
        /// Values other than the picklist's own that were found to be kept as they are; a few of
        /// them.
        var admitted: [String] = []

        /// Notes what a close examination of `value` has shown.
        mutating func note(_ value: Value, keptAs normalized: Value, _ key: RecordKey?) {
            switch normalized {
            case .id(let id): target = key.map { (id.prefix, $0.object) }
            case .text(let text) where normalized == value && admitted.count < 8:
                admitted.append(text)
            default: break
            }
        }
    }

    private mutating func add(
        _ sObject: SObject,
        _ object: ObjectType,
        _ memo: inout [Place]
    ) throws(StoreError) {
        let start = slots.count
        var id: Value?
        if let given = sObject.id, !given.isBlank { id = given }
        var record = Record(
            object: object,
            id: nil,
            expectedPosition: sObject.expectedPosition,
            slots: start..<start
        )
        for place in sObject.fields.indices {
            let index = try index(of: sObject.fields[place].name, at: place, object, &memo)
            if sObject.fieldsToNull.isEmpty, index != keyIndex,
                place < memo.count, memo[place].index == index,
                setPlain(
                    sObject.fields[place].value,
                    object.plainRules[index],
                    &memo[place],
                    of: &record
                )
            {
                continue
            }
            let field = object.fields[index]
            let value = sObject.fields[place].value
            if field.id == .id {
                if !value.isBlank { id = value }
                continue
            }
            if !sObject.fieldsToNull.isEmpty,
                sObject.fieldsToNull.contains(where: { $0.lowercased() == field.name.lowercased() })
            {
                continue
            }
            set(value, field, index, of: &record) { normalized, key in
                guard place < memo.count, memo[place].index == index else { return }
                memo[place].note(value, keptAs: normalized, key)
            }
        }
        for name in sObject.fieldsToNull {
            var none: [Place] = []
            let index = try index(of: name, at: 0, object, &none)
            set(.null, object.fields[index], index, of: &record) { _, _ in }
        }
        record.id = id
        record.slots = start..<slots.count
        records.append(record)
    }

    private func index(
        of name: String,
        at place: Int,
        _ object: ObjectType,
        _ memo: inout [Place]
    ) throws(StoreError) -> Int {
        // The name of a field is ASCII. What is equivalent to it, but not equal, is longer.
        if place < memo.count, memo[place].name.utf8.count == name.utf8.count,
            memo[place].name == name
        {
            return memo[place].index
        }
        guard let index = object.index(of: name), object.fields[index].since <= apiVersion else {
            throw .unknownField(name, of: object)
        }
        if place == memo.count { memo.append(Place(name: name, index: index)) }
        return index
    }

    /// Sets a value that is kept exactly as given.
    ///
    /// - Returns: Whether it is; if not, nothing was done.
    private mutating func setPlain(
        _ value: Value,
        _ rule: PlainRule,
        _ place: inout Place,
        of record: inout Record
    ) -> Bool {
        // Errors of a value are forgotten if another follows for its field.
        guard rule.isWritable, record.problems < 0 else { return false }
        let start = bytes.count + FieldHeader.byteCount
        switch (value, rule.form) {
        case (.text(let text), .text):
            let utf8 = text.utf8Span.span
            guard rule.admits(utf8) else { return false }
            bytes.appendHeader(of: rule.id, byteCount: utf8.count)
            bytes.append(unsafe utf8.bytes)
        case (.text(let text), .picklist):
            guard rule.entries.containsText(text) || place.admitted.containsText(text) else {
                return false
            }
            let utf8 = text.utf8Span.span
            bytes.appendHeader(of: rule.id, byteCount: utf8.count)
            bytes.append(unsafe utf8.bytes)
        case (.boolean(let flag), .boolean):
            bytes.appendHeader(of: rule.id, byteCount: 1)
            bytes.append(flag ? UInt8(1) : UInt8(0))
        case (.id(let id), .reference):
            guard let target = place.target, target.prefix == id.prefix, let serial = id.serial
            else { return false }
            bytes.appendHeader(of: rule.id, byteCount: 8)
            bytes.append(RecordKey(object: target.code, serial: serial).packed)
            record.hasReferences = true
        default: return false
        }
        insert(
            Slot(
                fieldIndex: place.index,
                id: rule.id,
                range: start..<bytes.count,
                lookup: -1,
                isReference: rule.isReference,
                isOwner: rule.isOwner
            ),
            of: record
        )
        return true
    }

    /// Inserts a slot where its id belongs; of several values for one field the last one counts.
    private mutating func insert(_ slot: Slot, of record: Record) {
        var index = slots.count
        while index > record.slots.lowerBound, slots[index - 1].id > slot.id { index -= 1 }
        if index > record.slots.lowerBound, slots[index - 1].id == slot.id {
            slots[index - 1] = slot
        } else if index == slots.count {
            slots.append(slot)
        } else {
            slots.insert(slot, at: index)
        }
    }

    /// Sets a value after a close examination.
    ///
    /// - Parameter taken: Called with the value as it is kept, and the key that an id stands for.
    private mutating func set(
        _ value: Value,
        _ field: Field,
        _ index: Int,
        of record: inout Record,
        _ taken: (Value, RecordKey?) -> Void
    ) {
        let isCreateable = field.has(.create)
        let isUpdateable = field.has(.update)
        if record.problems >= 0 { allProblems[record.problems].forget(field.name) }
        if !isCreateable { note(&record) { $0.notCreateable.append(field.name) } }
        if !isUpdateable { note(&record) { $0.notUpdateable.append(field.name) } }
        if index == keyIndex {
            // A value that is rejected is reported as such, and is not a key either.
            record.key = try? field.bytes(of: value, isTruncating: isTruncating)
            record.isKeyRefused = record.key == nil
        }
        guard isCreateable || isUpdateable else { return }
        do throws(RecordError) {
            let normalized = try field.normalized(value, isTruncating: isTruncating)
            if normalized == .null, !field.has(.nillable) {
                try refuseNull(field)
                note(&record) { $0.missing.append(field.name) }
                return
            }
            bytes.appendHeader(of: field.id, byteCount: 0)
            var start = bytes.count
            var lookup = -1
            var named: RecordKey?
            if field.kind == .reference { record.hasReferences = true }
            switch normalized {
            case .id(let id):
                let key = try key(of: id, field)
                bytes.append(key.packed)
                named = key
            case .lookup(let object, let name, let value):
                lookup = lookups.count
                lookups.append(try self.lookup(object, name, value, field))
                record.hasLookups = true
            default:
                do throws(UnfitValue) {
                    try bytes.append(normalized)
                } catch {
                    bytes.bytes.removeLast(FieldHeader.byteCount)
                    throw .unfit(field)
                }
            }
            if bytes.count > start {
                bytes.patchHeader(endingAt: start)
            } else {
                bytes.bytes.removeLast(FieldHeader.byteCount)
                start = bytes.count
            }
            insert(
                Slot(
                    fieldIndex: index,
                    id: field.id,
                    range: start..<bytes.count,
                    lookup: lookup,
                    isReference: field.kind == .reference,
                    isOwner: field.isOwner
                ),
                of: record
            )
            taken(normalized, named)
        } catch {
            note(&record) { $0.errors.append(error) }
        }
    }

    private mutating func note(_ record: inout Record, _ body: (inout Problems) -> Void) {
        if record.problems < 0 {
            record.problems = allProblems.count
            allProblems.append(Problems())
        }
        body(&allProblems[record.problems])
    }

    /// What is wrong with the record.
    func problems(of record: Record) -> Problems {
        record.problems < 0 ? Problems() : allProblems[record.problems]
    }

    /// Rejects null for fields for which the API has a specific error.
    private func refuseNull(_ field: Field) throws(RecordError) {
        if field.isOwner {
            throw RecordError(
                .invalidEmptyKeyOwner,
                "\(name: field.label): owner cannot be blank",
                fields: [field.name]
            )
        }
        if field.kind == .boolean {
            throw RecordError(
                .invalidTypeOnFieldInRecord,
                "\(name: field.label): value not of required type: ",
                fields: [field.name]
            )
        }
        if field.has(.restrictedPicklist) {
            throw RecordError(
                .invalidOrNullForRestrictedPicklist,
                "\(name: field.label): bad value for restricted picklist field: ",
                fields: [field.name]
            )
        }
    }

    /// The key of a referenced record, if the field may refer to its object
    /// (Specification: calls 6.2).
    private func key(of id: RecordID, _ field: Field) throws(RecordError) -> RecordKey {
        guard let object = schema.object(prefix: id.prefix), object.isKnown(at: apiVersion),
            field.referenceTo.contains(object.name), let key = schema.key(of: id)
        else {
            throw RecordError(
                field.isOwner ? .fieldIntegrityException : .malformedID,
                "\(name: field.label): id value of incorrect type: \(id)",
                fields: [field.name]
            )
        }
        return key
    }

    private func lookup(
        _ objectName: String,
        _ fieldName: String,
        _ value: String,
        _ field: Field
    ) throws(RecordError) -> Lookup {
        guard let object = schema[objectName], object.isKnown(at: apiVersion),
            field.referenceTo.contains(object.name)
        else {
            throw RecordError(
                .invalidField,
                "\(name: field.label): \(value: objectName) cannot be referred to",
                fields: [field.name]
            )
        }
        guard let key = object[fieldName],
            !key.properties.isDisjoint(with: [.externalID, .idLookup, .unique]), key.isIndexed
        else {
            throw RecordError(
                .invalidField,
                "\(value: fieldName) is not an external id of \(name: object.name)",
                fields: [field.name]
            )
        }
        let bytes = try? key.bytes(of: .text(value), isTruncating: false)
        return Lookup(object: object, field: key, value: value, bytes: bytes ?? [])
    }
}
