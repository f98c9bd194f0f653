internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsSchema

/// The records of a writing call after everything that needs no store: names resolved, values
/// checked and turned into the bytes that rows and events keep.
///
/// It is made on the caller's thread, so that the writer has less to do.
struct PreparedCall: Sendable {
    /// A field that a record sets.
    struct Slot: Sendable {
        let fieldIndex: Int
        let id: FieldID
        /// Where its bytes lie in ``bytes``; empty for null.
        let range: Range<Int>
        /// Which of ``lookups`` gives its bytes; -1 for none.
        let lookup: Int
    }

    /// What is wrong with a record, as far as it can be told without the store.
    struct Problems: Sendable {
        var errors: [RecordError] = []
        /// Fields that it names and that cannot be set on create, and on update.
        var notCreateable: [String] = []
        var notUpdateable: [String] = []
        /// Fields that it sets to null and that must have a value.
        var missing: [String] = []

        /// The errors of fields that may be set: a field that may not is refused for that alone.
        func errors(except fields: [String]) -> [RecordError] {
            errors.filter { $0.fields.isEmpty || !$0.fields.allSatisfy(fields.contains) }
        }
    }

    struct Record: Sendable {
        let object: ObjectType
        var id: Value?
        let expectedPosition: Position?
        /// Which of ``slots`` are its own, in the order of field ids.
        var slots: Range<Int>
        var hasReferences = false
        /// Which of ``allProblems`` are its own; -1 for none.
        var problems = -1
        /// The bytes of the field by which an upsert finds the record, writable or not.
        var key: [UInt8]?
        /// Whether that field was given a value that it cannot hold.
        var isKeyRefused = false
    }

    struct Lookup: Sendable {
        let object: ObjectType
        let field: Field
        let value: String
    }

    let schema: Schema
    private(set) var records: [Record] = []
    private(set) var slots: [Slot] = []
    private(set) var bytes = ByteWriter()
    private(set) var lookups: [Lookup] = []
    private var allProblems: [Problems] = []
    private let isTruncating: Bool
    private let apiVersion: Int
    private let keyName: String?

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
        self.keyName = keyName?.lowercased()
        self.apiVersion = apiVersion
        self.isTruncating = isTruncating
        records.reserveCapacity(sObjects.count)
        slots.reserveCapacity(sObjects.count * 8)
        bytes.bytes.reserveCapacity(sObjects.count * 256)
        var object: ObjectType?
        // Records of a call mostly name the same fields in the same order.
        var memo: [Int] = []
        for sObject in sObjects {
            if object?.name != sObject.type {
                object = try schema.required(sObject.type, apiVersion: apiVersion)
                memo = []
            }
            guard let object else { continue }
            try add(sObject, object, &memo)
        }
    }

    private mutating func add(
        _ sObject: SObject,
        _ object: ObjectType,
        _ memo: inout [Int]
    ) throws(StoreError) {
        let start = slots.count
        var id = sObject.id
        var record = Record(
            object: object,
            id: nil,
            expectedPosition: sObject.expectedPosition,
            slots: start..<start
        )
        for (place, assignment) in sObject.fields.enumerated() {
            let index = try index(of: assignment.name, at: place, object, &memo)
            let field = object.fields[index]
            if field.id == .id {
                if assignment.value != .null { id = assignment.value }
                continue
            }
            if !sObject.fieldsToNull.isEmpty,
                sObject.fieldsToNull.contains(where: { $0.lowercased() == field.name.lowercased() })
            {
                continue
            }
            set(assignment.value, field, index, of: &record)
        }
        for name in sObject.fieldsToNull {
            var none: [Int] = []
            let index = try index(of: name, at: 0, object, &none)
            set(.null, object.fields[index], index, of: &record)
        }
        record.id = id
        record.slots = start..<slots.count
        slots[start...].sort { $0.id < $1.id }
        removeRepeatedSlots(of: &record)
        records.append(record)
    }

    private func index(
        of name: String,
        at place: Int,
        _ object: ObjectType,
        _ memo: inout [Int]
    ) throws(StoreError) -> Int {
        if place < memo.count, object.fields[memo[place]].name == name { return memo[place] }
        guard let index = object.index(of: name), object.fields[index].since <= apiVersion else {
            throw .unknownField(name, of: object)
        }
        if place == memo.count { memo.append(index) }
        return index
    }

    private mutating func set(
        _ value: Value,
        _ field: Field,
        _ index: Int,
        of record: inout Record
    ) {
        let isCreateable = field.has(.create)
        let isUpdateable = field.has(.update)
        if !isCreateable { note(&record) { $0.notCreateable.append(field.name) } }
        if !isUpdateable { note(&record) { $0.notUpdateable.append(field.name) } }
        if let keyName, field.name.lowercased() == keyName {
            var key = ByteWriter()
            // What is refused as a value is told as such, and is no key either.
            if let value = try? field.normalized(value, isTruncating: isTruncating) {
                key.append(value)
            } else {
                record.isKeyRefused = true
            }
            record.key = key.bytes
        }
        guard isCreateable || isUpdateable else { return }
        do throws(RecordError) {
            let normalized = try field.normalized(value, isTruncating: isTruncating)
            if normalized == .null, !field.has(.nillable) {
                try refuseNull(field)
                note(&record) { $0.missing.append(field.name) }
                return
            }
            let start = bytes.count
            var lookup = -1
            if field.kind == .reference { record.hasReferences = true }
            switch normalized {
            case .id(let id): bytes.append(try key(of: id, field).packed)
            case .lookup(let object, let name, let value):
                lookup = lookups.count
                lookups.append(try self.lookup(object, name, value, field))
            default: bytes.append(normalized)
            }
            slots.append(
                Slot(
                    fieldIndex: index,
                    id: field.id,
                    range: start..<bytes.count,
                    lookup: lookup
                )
            )
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

    /// Refuses null where the API has an error of its own for it.
    private func refuseNull(_ field: Field) throws(RecordError) {
        if field.isOwner {
            throw RecordError(
                .invalidEmptyKeyOwner,
                "\(field.label): owner cannot be blank",
                fields: [field.name]
            )
        }
        if field.kind == .boolean {
            throw RecordError(
                .invalidTypeOnFieldInRecord,
                "\(field.label): value not of required type: ",
                fields: [field.name]
            )
        }
        if field.has(.restrictedPicklist) {
            throw RecordError(
                .invalidOrNullForRestrictedPicklist,
                "\(field.label): bad value for restricted picklist field: ",
                fields: [field.name]
            )
        }
    }

    /// The key of a referenced record, if the field may refer to its object (calls.md, 4.3).
    private func key(of id: RecordID, _ field: Field) throws(RecordError) -> RecordKey {
        guard let object = schema.object(prefix: id.prefix),
            field.referenceTo.contains(object.name), let key = schema.key(of: id)
        else {
            throw RecordError(
                field.isOwner ? .fieldIntegrityException : .malformedID,
                "\(field.label): id value of incorrect type: \(id)",
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
        guard let object = schema[objectName], field.referenceTo.contains(object.name) else {
            throw RecordError(
                .invalidField,
                "\(field.label): \(objectName) cannot be referred to",
                fields: [field.name]
            )
        }
        guard let key = object[fieldName],
            !key.properties.isDisjoint(with: [.externalID, .idLookup, .unique]), key.isIndexed
        else {
            throw RecordError(
                .invalidField,
                "\(fieldName) is no external id of \(object.name)",
                fields: [field.name]
            )
        }
        return Lookup(object: object, field: key, value: value)
    }

    /// Of several values for one field the last one counts.
    private mutating func removeRepeatedSlots(of record: inout Record) {
        var index = record.slots.lowerBound
        while index + 1 < slots.count {
            if slots[index].id == slots[index + 1].id {
                slots.remove(at: index)
            } else {
                index += 1
            }
        }
        record.slots = record.slots.lowerBound..<slots.count
    }
}

extension Schema {
    /// The object of that name, if a client of `apiVersion` knows it.
    func required(_ name: String, apiVersion: Int) throws(StoreError) -> ObjectType {
        guard let object = self[name], object.definition.since <= apiVersion else {
            throw .fault(
                Fault(
                    .invalidType,
                    "sObject type '\(name)' is not supported. If you are attempting to use a "
                        + "custom object, be sure to append the '__c' after the entity name. "
                        + "Please reference your WSDL or the describe call for the appropriate "
                        + "names."
                )
            )
        }
        return object
    }
}

extension StoreError {
    static func unknownField(_ name: String, of object: ObjectType) -> StoreError {
        .fault(
            Fault(
                .invalidField,
                "No such column '\(name)' on entity '\(object.name)'. If you are attempting to "
                    + "use a custom field, be sure to append the '__c' after the custom field "
                    + "name. Please reference your WSDL or the describe call for the "
                    + "appropriate names."
            )
        )
    }
}
