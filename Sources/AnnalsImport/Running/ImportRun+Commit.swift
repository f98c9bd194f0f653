internal import Annals

extension ImportRun {
    /// Commits what is waiting, and counts and reports the outcome.
    mutating func flush() async throws(ImportError) {
        if !batch.isEmpty { _ = try await commit(and: []) }
    }

    /// Creates records that the next row refers to, after what is waiting and in one group with it.
    mutating func create(
        _ missing: [ReferenceBook.Missing],
        at time: Timestamp?
    ) async throws(RowFailure) {
        let calls = missing.map {
            BatchCall(session: session, .create([$0.record]), options: CallOptions(time: time))
        }
        let results: ArraySlice<Result<[RecordResult], StoreError>>
        do throws(ImportError) {
            results = try await commit(and: calls)
        } catch {
            throw .import(error)
        }
        var refused: RecordError?
        for (record, result) in zip(missing, results) {
            switch try outcome(result) {
            case .success(let saved):
                guard let id = saved.id else { continue }
                references.add(id, for: record)
                summary.transactions += 1
                summary.referencesCreated[record.record.type, default: 0] += 1
            case .failure(let error): refused = refused ?? error
            }
        }
        if let refused { throw .row(refused) }
    }

    /// Commits what is waiting and `more` after it.
    ///
    /// - Returns: The results of `more`.
    private mutating func commit(
        and more: [BatchCall]
    ) async throws(ImportError) -> ArraySlice<Result<[RecordResult], StoreError>> {
        let batch = batch
        self.batch = RowBatch()
        let calls = batch.calls + more
        let results: [Result<[RecordResult], StoreError>]
        do throws(StoreError) {
            results = calls.isEmpty ? [] : try await session.store.perform(calls)
        } catch {
            throw ImportError(error)
        }
        try await settle(batch, results.prefix(batch.calls.count))
        return results.dropFirst(batch.calls.count)
    }

    private mutating func settle(
        _ batch: RowBatch,
        _ results: ArraySlice<Result<[RecordResult], StoreError>>
    ) async throws(ImportError) {
        var results = results
        var refused: [(FedRow, RecordError)] = []
        var failure: ImportError?
        for entry in batch.entries {
            if let error = entry.error {
                refused.append((entry.row, error))
                continue
            }
            guard let result = results.popFirst() else { break }
            do throws(RowFailure) {
                switch try outcome(result) {
                case .success where entry.isTrial: refused.append((entry.row, .refusedBefore))
                case .success(let saved):
                    count(entry, saved)
                    // A call that changes nothing is not a transaction.
                    if saved.position != nil { summary.transactions += 1 }
                case .failure(let error): refused.append((entry.row, error))
                }
            } catch {
                if case .import(let error) = error { failure = failure ?? error }
            }
        }
        summary.rejected += refused.count
        try await tell(refused)
        if let failure { throw failure }
    }

    /// The outcome of the one record of a call.
    private func outcome(
        _ result: Result<[RecordResult], StoreError>
    ) throws(RowFailure) -> Result<RecordResult, RecordError> {
        switch result {
        case .success(let records):
            guard let record = records.first else {
                return .failure(RecordError(.missingArgument, "the call had no record"))
            }
            if let error = record.errors.first { return .failure(error) }
            return .success(record)
        case .failure(let error):
            guard let refused = error.rowError else { throw .import(.store(error)) }
            return .failure(refused)
        }
    }

    private mutating func count(_ entry: RowBatch.Entry, _ saved: RecordResult) {
        switch entry.operation {
        case .delete: summary.deleted += 1
        case .undelete: summary.undeleted += 1
        case .create, .update, .upsert:
            if saved.isCreated {
                summary.created += 1
            } else if saved.position == nil {
                summary.unchanged += 1
            } else {
                summary.updated += 1
            }
            // Only rows that delete, undelete or update look up records by key.
            if mapping.operation != nil, let id = saved.id, let key = entry.key {
                known.add(id, key: key)
            }
        }
    }
}

extension RecordError {
    static let refusedBefore = RecordError(
        .refusedBefore,
        "refused by a run of the import that was stopped before it could say why"
    )
}
