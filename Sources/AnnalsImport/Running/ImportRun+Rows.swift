internal import Annals
internal import AnnalsSchema

extension ImportRun {
    /// Makes a row part of the batch.
    ///
    /// What is waiting is committed first if the row needs to know a record that does not exist
    /// yet.
    ///
    /// - Parameters:
    ///   - generation: How many other rows were imported in its place before.
    ///   - isTrial: Whether to find out only why it would be rejected.
    mutating func add(
        _ fed: FedRow,
        in generation: Int,
        isTrial: Bool
    ) async throws(ImportError) {
        switch fed.content {
        case .failure(let error): batch.refuse(fed, error)
        case .success(let row):
            do throws(RowFailure) {
                try await add(row, fed, generation, isTrial: isTrial)
            } catch {
                switch error {
                case .row(let error): batch.refuse(fed, error)
                case .import(let error): throw error
                }
            }
        }
    }

    private mutating func add(
        _ row: MappedRow,
        _ fed: FedRow,
        _ generation: Int,
        isTrial: Bool
    ) async throws(RowFailure) {
        let text = row.key.description
        let key = known.remembered(text)
        let target = try await target(of: row, text, key)
        guard let resolved = try await resolved(row, key: text, isTrial: isTrial) else {
            batch.refuse(fed, .refusedBefore)
            return
        }
        var fields = resolved.fields
        let operation: BatchCall.Operation
        switch (row.operation, target) {
        case (.update, let target?):
            let record = SObject(mapping.object, id: .id(target), assignments: fields)
            operation = .update([record])
        case (.delete, let target?): operation = .delete([RecordReference(target)])
        case (.undelete, let target?): operation = .undelete([RecordReference(target)])
        default:
            fields.append(SObject.Assignment(mapping.key.field, row.key))
            let record = SObject(mapping.object, id: nil, assignments: fields)
            operation =
                row.operation == .create
                ? .create([record]) : .upsert([record], by: mapping.key.field)
        }
        var options = CallOptions(skipUnchanged: true, time: isTrial ? nil : row.time)
        options.isTrial = isTrial
        if !isTrial {
            options.row = ImportedRow(
                importID: mapping.importID,
                ordinal: fed.ordinal,
                generation: generation,
                digest: fed.digest,
                through: fed.through
            )
        }
        let call = BatchCall(
            session: session.acting(as: resolved.actor),
            operation,
            options: options
        )
        batch.add(call, fed, row.operation, key: key)
    }

    /// The record that a row changes by its key; `nil` if the row may create one.
    private mutating func target(
        of row: MappedRow,
        _ key: String,
        _ remembered: TextKey?
    ) async throws(RowFailure) -> RecordID? {
        if row.operation == .create || row.operation == .upsert { return nil }
        do throws(ImportError) {
            if let remembered, batch.decides(remembered) { try await flush() }
            let found = try await awaiting { () async throws(StoreError) in
                try await known.record(key)
            }
            if let found { return found }
        } catch {
            throw .import(error)
        }
        throw .row(
            RecordError(
                .invalidCrossReferenceKey,
                "no \(name: mapping.object) has the \(name: mapping.key.field) \(value: key)",
                fields: [mapping.key.field]
            )
        )
    }

    /// Who acts, and the values of the fields; records that they refer to are created.
    ///
    /// - Returns: `nil` for a trial that would have to create some.
    private mutating func resolved(
        _ row: MappedRow,
        key: String,
        isTrial: Bool
    ) async throws(RowFailure) -> ResolvedRow? {
        var resolved = try await references.resolve(row, mapping)
        if resolved.missing.isEmpty, resolved.missingActor == nil { return resolved }
        if isTrial { return nil }
        if resolved.missing.isEmpty, try await isUnchanged(row, resolved.fields, key: key) {
            // No one has to be created to change nothing.
            resolved.actor = session.user
            return resolved
        }
        if let actor = resolved.missingActor,
            !resolved.missing.contains(where: { $0.isSame(as: actor) })
        {
            resolved.missing.insert(actor, at: 0)
        }
        try await create(resolved.missing, at: row.time)
        return try await references.resolve(row, mapping)
    }

    /// Whether the record of the row already has the row's values.
    private mutating func isUnchanged(
        _ row: MappedRow,
        _ fields: [SObject.Assignment],
        key: String
    ) async throws(RowFailure) -> Bool {
        guard row.operation == .upsert || row.operation == .update else { return false }
        do throws(ImportError) {
            try await flush()
            return try await awaiting { () async throws(StoreError) in
                try await known.livingRecord(key, holds: fields)
            }
        } catch {
            throw .import(error)
        }
    }
}

extension Value {
    /// The record that the value names.
    fileprivate var recordID: RecordID? {
        switch self {
        case .id(let id): id
        case .text(let text): RecordID(text.trimmingWhiteSpace())
        default: nil
        }
    }
}
