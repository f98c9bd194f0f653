internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

extension GroupWriter {
    /// Runs a call over its records: everything that all writing calls have in common.
    ///
    /// - Parameter each: Handles the record with this index; its result is the call's result.
    mutating func call(
        _ context: CallContext,
        count: Int,
        _ each: (inout GroupWriter, Int, inout TransactionBuilder) throws(StoreError)
            -> RecordResult
    ) throws(StoreError) -> [RecordResult] {
        if let first = try firstResults(context) { return first }
        try requireActor(context)
        var builder = try begin(context, eventCountHint: count)
        projection.reserve(count)
        var results: [RecordResult] = []
        results.reserveCapacity(count)
        do throws(StoreError) {
            for index in 0..<count { results.append(try each(&self, index, &builder)) }
        } catch {
            rollBack()
            throw error
        }
        if context.options.allOrNone, results.contains(where: { !$0.isSuccess }) {
            rollBack()
            return results.map(Self.rolledBack)
        }
        // A call without events leaves nothing, not even an answer: if it is repeated, it runs
        // again.
        guard builder.eventCount > 0 else {
            if let row = context.keyed?.row, results.allSatisfy(\.isSuccess) { noteUnchanged(row) }
            return results
        }
        if context.options.isTrial {
            rollBack()
            return results
        }
        do throws(StorageError) {
            try finish(builder, context, results: results)
        } catch {
            rollBack()
            throw .storage(error)
        }
        return results
    }

    /// The result for a record of an all-or-none call in which another one failed
    /// (Specification: calls 1.7).
    private static func rolledBack(_ result: RecordResult) -> RecordResult {
        guard result.isSuccess else { return result }
        var rolledBack = RecordResult.failure(.rolledBack, id: result.id)
        // Reported as it would have been (Specification: calls 1.7).
        rolledBack.isCreated = result.isCreated
        if result.isCreated { rolledBack.id = nil }
        return rolledBack
    }

    /// The call, prepared for the writer's current schema.
    func current(
        _ call: PreparedCall,
        _ records: [SObject],
        _ context: CallContext,
        keyName: String? = nil
    ) throws(StoreError) -> PreparedCall {
        if call.schema === schema { return call }
        // Without drafts: this is rare, and the writer can assemble values as well.
        return try PreparedCall(
            records,
            schema: schema,
            apiVersion: context.apiVersion,
            isTruncating: context.options.allowFieldTruncation,
            keyName: keyName
        )
    }

    /// Writes what earlier calls of the group have staged, if this call looks records up by value.
    private mutating func flushForLookups(_ call: PreparedCall) throws(StoreError) {
        let needsLookups =
            !call.lookups.isEmpty
            || call.records.contains { $0.object.hasUniqueFields }
        if needsLookups {
            try storing { () throws(StorageError) in try projection.flush() }
        }
    }

    mutating func create(
        _ call: PreparedCall,
        _ context: CallContext
    ) throws(StoreError) -> [RecordResult] {
        try flushForLookups(call)
        return try self.call(context, count: call.records.count) {
            (writer, index, builder) throws(StoreError) in
            try call.records[index].object.require(.create, "create")
            var result = try storing { () throws(StorageError) in
                if index < call.drafts.count, let draft = call.drafts[index] {
                    return try writer.create(draft, at: index, of: call, context, &builder)
                }
                return try writer.create(call.records[index], of: call, context, &builder)
            }
            // After a rollback, a record that was new has no id.
            result.isCreated = result.isSuccess
            return result
        }
    }

    mutating func update(
        _ call: PreparedCall,
        _ context: CallContext
    ) throws(StoreError) -> [RecordResult] {
        try flushForLookups(call)
        var occurrences: [RecordKey: Int] = [:]
        return try self.call(context, count: call.records.count) {
            (writer, index, builder) throws(StoreError) in
            let record = call.records[index]
            try record.object.require(.update, "update")
            return try storing { () throws(StorageError) in
                try writer.update(record, of: call, context, &occurrences, &builder)
            }
        }
    }

    /// Updates one record of a call, found by its id.
    private mutating func update(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ context: CallContext,
        _ occurrences: inout [RecordKey: Int],
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        let target = try target(
            record.id,
            of: record.object,
            expectedPosition: record.expectedPosition
        )
        switch target {
        case .failure(let refused): return .failure(refused.error, id: refused.id)
        case .success(let target):
            let count = (occurrences[target.key] ?? 0) + 1
            occurrences[target.key] = count
            guard count <= Limits.sameRecordInUpdate else {
                return .failure(
                    RecordError(
                        .duplicateValue,
                        "Maximum number of duplicate updates in one batch "
                            + "(\(limit: Limits.sameRecordInUpdate) allowed). Attempt to update Id more "
                            + "than once in this Api call: \(name: target.id.shortDescription)"
                    ),
                    id: target.id
                )
            }
            return try update(target, record, of: call, context, &builder)
        }
    }

    mutating func upsert(
        _ call: PreparedCall,
        keyName: String,
        _ context: CallContext
    ) throws(StoreError) -> [RecordResult] {
        try storing { () throws(StorageError) in try projection.flush() }
        guard let object = call.records.first?.object else { return [] }
        try object.require([.create, .update], "upsert")
        let key = try UpsertKey(keyName, of: object, apiVersion: context.apiVersion)
        let repeated = key.repeatedValues(in: call)
        var occurrences: [RecordKey: Int] = [:]
        nameableSerials = projection.serials
        defer { nameableSerials = nil }
        return try self.call(context, count: call.records.count) {
            (writer, index, builder) throws(StoreError) in
            try storing { () throws(StorageError) in
                try writer.upsert(
                    call.records[index],
                    of: call,
                    by: key,
                    repeated,
                    context,
                    &occurrences,
                    &builder
                )
            }
        }
    }

    private mutating func upsert(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        by key: UpsertKey,
        _ repeated: Set<[UInt8]>,
        _ context: CallContext,
        _ occurrences: inout [RecordKey: Int],
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        if key.field.id == .id {
            if record.id != nil {
                return try update(record, of: call, context, &occurrences, &builder)
            }
            return try createUnexpected(record, of: call, context, &builder)
        }
        if record.isKeyRefused { return .failure(call.problems(of: record).errors) }
        guard let value = record.key, !value.isEmpty else {
            return .failure(
                RecordError(
                    .missingArgument,
                    "\(name: key.field.name) not specified",
                    fields: [key.field.name]
                )
            )
        }
        if repeated.contains(key.comparable(value)) {
            return .failure(
                RecordError(
                    .duplicateValue,
                    "Duplicate external id specified: \(value: key.text(value))",
                    fields: [key.field.name]
                )
            )
        }
        let found = try projection.find(
            value,
            in: key.field,
            of: record.object,
            isExact: !key.field.ignoresCase,
            limit: Limits.records
        )
        if found.count > 1 { return .failure(moreThanOne(found, key.field)) }
        guard let match = found.first, let id = schema.id(of: match) else {
            return try createUnexpected(record, of: call, context, &builder)
        }
        if let given = record.id, let error = otherID(given, than: id, foundBy: key.field) {
            return .failure(error)
        }
        let target = try target(
            .id(id),
            of: record.object,
            expectedPosition: record.expectedPosition
        )
        switch target {
        case .failure(let refused): return .failure(refused.error, id: refused.id)
        case .success(let target):
            // The key of a record that was found need not be writable: it does not change.
            return try update(
                target,
                record,
                of: call,
                context,
                ignoring: key.field.name,
                &builder
            )
        }
    }

    /// Why a record whose Id and key name two different records may not be upserted.
    private func otherID(
        _ given: Value,
        than found: RecordID,
        foundBy key: Field
    ) -> RecordError? {
        switch recordID(given) {
        case .failure(let error): error
        case .success(found): nil
        case .success(let other):
            RecordError(
                .invalidFieldForInsertUpdate,
                "Id names the record \(name: other.shortDescription), and \(name: key.name) the "
                    + "record \(name: found.shortDescription)",
                fields: ["Id", key.name]
            )
        }
    }

    /// Creates the record of an upsert that matches none, unless the caller expects one.
    private mutating func createUnexpected(
        _ record: PreparedCall.Record,
        of call: PreparedCall,
        _ context: CallContext,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        // A record that does not exist yet has its last event before the first.
        if let expected = record.expectedPosition, expected != .beforeFirst {
            return .failure(.noRecord(at: expected))
        }
        var result = try create(record, of: call, context, &builder)
        result.isCreated = result.isSuccess
        return result
    }
}

extension ObjectType {
    func require(_ abilities: Abilities, _ call: String) throws(StoreError) {
        guard has(abilities) else {
            throw .fault(
                Fault(.invalidTypeForOperation, "entity type \(name) does not support \(call)")
            )
        }
    }
}

/// The limits of calls (Specification: calls 1.4).
enum Limits {
    static let records = 200
    static let retrievedRecords = 2000
    static let describedObjects = 100
    static let chunks = 10
    /// Of a record that is sent: half of the fields that an object can ever have, and few enough for
    /// the answer to name every one of them.
    static let assignments = 32_767
    static let sameRecordInUpdate = 12
    static let replicatedRecords = 600_000
}
