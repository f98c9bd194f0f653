internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

extension GroupWriter {
    /// Adds to and changes the schema.
    ///
    /// - Returns: The objects that were defined or changed.
    mutating func define(
        _ file: SchemaFile,
        _ context: CallContext
    ) throws(StoreError) -> [String] {
        let definitions: [ObjectType.Definition]
        do throws(SchemaError) {
            definitions = try schema.changes(by: file)
        } catch {
            throw .schema(error)
        }
        // In the transaction that changes it, before the change: no one can save a record in
        // between.
        for demand in FieldDemand.all(of: definitions, over: schema) {
            let found = try storing { () throws(StorageError) in
                try projection.violations(of: demand)
            }
            guard found.isEmpty else {
                let ids = found.map { $0.compactMap { schema.id(of: $0) } }
                throw .schema(demand.error(ids))
            }
        }
        try define(definitions, context)
        return definitions.map(\.name)
    }

    mutating func define(
        _ definitions: [ObjectType.Definition],
        _ context: CallContext,
        then addMore: (inout GroupWriter, inout TransactionBuilder) throws(StorageError) -> Void =
            { _, _ in }
    ) throws(StoreError) {
        guard !definitions.isEmpty else { return }
        var encoded: [(definition: ObjectType.Definition, before: [UInt8], after: [UInt8])] = []
        do throws(SchemaError) {
            for definition in definitions {
                let before = try schema.object(code: definition.code)?.definition.encoded() ?? []
                encoded.append((definition, before, try definition.encoded()))
            }
        } catch {
            throw .schema(error)
        }
        var builder = try begin(context, eventCountHint: definitions.count)
        try storing { () throws(StorageError) in
            for (definition, before, after) in encoded {
                _ = try addEvent(
                    .defined,
                    of: RecordKey(object: definition.code, serial: 0),
                    previous: .beforeFirst,
                    to: &builder
                ) { EventPayload.appendDefinition(before: before, after: after, to: &$0) }
            }
            try addMore(&self, &builder)
            var number = ByteWriter()
            number.append(builder.number)
            try projection.put(number.bytes, forMeta: MetaKey.definitions)
            try finish(builder, context, results: [])
        }
    }
}
