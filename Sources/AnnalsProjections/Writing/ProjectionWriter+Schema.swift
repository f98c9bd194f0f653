internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

extension ProjectionWriter {
    /// Defines or changes an object; new indexes are built from the rows.
    mutating func define(_ payload: RawSpan) throws(StorageError) {
        try flush()
        let bytes: [UInt8]
        do throws(Malformed) {
            bytes = try EventPayload.definition(in: payload).after
        } catch {
            throw .corrupted(Corruption("a definition's event is malformed", table: "log"))
        }
        try replace(ObjectType(try definition(in: bytes)), bytes)
    }

    /// Undoes the definition of an object, whose later events have been undone already.
    mutating func undefine(_ code: UInt16, _ payload: RawSpan) throws(StorageError) {
        let bytes: [UInt8]
        do throws(Malformed) {
            bytes = try EventPayload.definition(in: payload).before
        } catch {
            throw .corrupted(Corruption("a definition's event is malformed", table: "log"))
        }
        guard bytes.isEmpty else {
            return try replace(ObjectType(try definition(in: bytes)), bytes)
        }
        schema = Schema(schema.objects.filter { $0.code != code })
        tables = try StoreTables(creatingIn: &transaction, schema: schema, log: tables.log)
        try transaction.delete(ObjectCodeKey.bytes(code).rawSpan, in: tables.schema)
    }

    private func definition(in bytes: [UInt8]) throws(StorageError) -> ObjectType.Definition {
        do throws(SchemaError) {
            return try ObjectType.Definition(decoding: bytes)
        } catch {
            throw .corrupted(Corruption("a definition does not decode", table: "log"))
        }
    }

    /// Replaces the object's definition, and builds or clears the indexes in which the two differ.
    private mutating func replace(
        _ object: ObjectType,
        _ bytes: [UInt8]
    ) throws(StorageError) {
        let before = schema.object(code: object.code)
        let tablesBefore = tables.objects[object.code]
        schema = Schema(schema.objects.filter { $0.code != object.code } + [object])
        tables = try StoreTables(creatingIn: &transaction, schema: schema, log: tables.log)
        let code = ObjectCodeKey.bytes(object.code)
        let sealed = KeptValue.sealed(bytes, key: code)
        try transaction.put(sealed.rawSpan, forKey: code.rawSpan, in: tables.schema)
        guard let before, let tablesBefore, let tablesAfter = tables.objects[object.code] else {
            return
        }
        let indexed = Set(before.indexedFields.map(\.id))
        for field in object.indexedFields where !indexed.contains(field.id) {
            guard let table = tablesAfter.indexes[field.id] else { continue }
            try fill(table, with: field, of: object)
        }
        for (field, table) in tablesBefore.indexes where tablesAfter.indexes[field] == nil {
            try transaction.clear(table)
        }
    }

    /// Builds the index of a field from the rows of live records.
    private mutating func fill(
        _ table: Table,
        with field: Field,
        of object: ObjectType
    ) throws(StorageError) {
        guard let records = tables.objects[object.code]?.records else { return }
        try transaction.clear(table)
        var serial: UInt64 = 0
        let last = lastSerials[object.code]
        var changes = TableChanges()
        while serial < last {
            // In pieces: keys read in a write transaction become invalid with the next put.
            let end = min(last, serial + 10_000)
            while serial < end {
                serial += 1
                guard let bytes = try transaction.value(for48BitKey: serial, in: records)
                else { continue }
                let recordKey = RecordKey(object: object.code, serial: serial)
                do throws(Malformed) {
                    let row = try Row(bytes, of: recordKey)
                    guard try row.state() == .live else { continue }
                    try changes.add(IndexedSlot(field), of: row, serial: serial, isDeletion: false)
                } catch {
                    throw damage("a row is malformed: not \(error.finding)", recordKey)
                }
            }
            try changes.write(to: table, in: &transaction)
        }
    }
}
