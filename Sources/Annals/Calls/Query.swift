internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
public import AnnalsQuery
internal import AnnalsSOQL
internal import AnnalsSchema

extension Session {
    /// Runs a query that a program has as text (Specification: calls 4.2; soql 2, 12).
    ///
    /// Values that were pasted into the text are part of the query; ``query(_:_:asOf:options:)`` binds
    /// them.
    ///
    /// The result shows one state of the store, all batches included, whatever is written in the
    /// meantime.
    ///
    /// - Throws: ``StoreError/fault(_:)`` if the query is rejected, in the words of the API:
    ///   `MALFORMED_QUERY`, `INVALID_FIELD`, `INVALID_TYPE` and others (Specification: soql 13).
    ///   ``StoreError/readOnly`` for FOR VIEW and FOR REFERENCE, which write.
    ///   ``StoreError/noTransactionYet`` as of a moment before the store was created,
    ///   ``StoreError/momentAhead(_:lastPosition:now:)`` as of one in the future.
    ///   ``StoreError/interrupted`` where the task is cancelled before the answer is complete.
    public func query(
        text soql: String,
        options: QueryOptions = QueryOptions()
    ) async throws(StoreError) -> QueryResult {
        let batchSize = options.usedBatchSize
        var options = options
        // All batches use the clock of the first one.
        let now = store.configuration.clock()
        options.now = options.now ?? now
        let answer = try await answer(soql, options, batchSize)
        guard let found = answer.found else { return answer.result }
        if let purpose = answer.purpose, purpose != .update {
            try await note(purpose, answer.result.records)
        }
        guard answer.result.records.count < found.serials.count else { return answer.result }
        let locator = store.keep(
            QueryCursor(
                text: soql,
                options: options,
                user: user,
                apiVersion: apiVersion,
                position: found.position,
                created: now
            ),
            found.serials
        )
        return QueryResult(
            totalSize: found.serials.count,
            records: answer.result.records,
            locator: locator.after(batchSize)
        )
    }

    /// The same as ``query(text:options:)``, including records that are deleted and not purged
    /// (Specification: calls 4.3).
    public func queryAll(
        text soql: String,
        options: QueryOptions = QueryOptions()
    ) async throws(StoreError) -> QueryResult {
        var options = options
        options.includesDeleted = true
        return try await query(text: soql, options: options)
    }

    /// The next batch (Specification: calls 4.4).
    ///
    /// A locator is valid for two days, for the user who ran the query, even after a restart; it
    /// may be reused.
    ///
    /// - Throws: `INVALID_QUERY_LOCATOR`.
    public func queryMore(_ locator: String) async throws(StoreError) -> QueryResult {
        guard let locator = QueryLocator(locator) else { throw .invalidLocator }
        return try await read { (view) throws(StoreError) in try batch(locator, in: view) }
    }

    private func batch(
        _ locator: QueryLocator,
        in view: consuming StoreView
    ) throws(StoreError) -> QueryResult {
        guard let cursor = try store.cursor(locator, in: view.reader), cursor.user == user,
            cursor.isAlive(at: store.configuration.clock())
        else { throw .invalidLocator }
        let batchSize = cursor.options.usedBatchSize
        let snapshot = try view.snapshot(asOf: .position(cursor.position))
        return try answering { () throws in
            let run = try QueryRun(
                cursor.text,
                cursor.options,
                asker(snapshot.schema, apiVersion: cursor.apiVersion),
                now: cursor.created,
                in: snapshot
            )
            let serials: [UInt64]
            if let kept = store.openCursors.serials(of: locator.id) {
                serials = kept
            } else {
                serials = try run.serials(in: snapshot)
                store.openCursors.keep(serials, of: locator.id)
            }
            guard locator.offset < serials.count else { throw StoreError.invalidLocator }
            let end = min(serials.count, locator.offset + batchSize)
            return QueryResult(
                totalSize: serials.count,
                records: try run.rows(serials[locator.offset..<end], in: snapshot),
                locator: end < serials.count ? QueryLocator(id: locator.id, offset: end).text : nil
            )
        }
    }

    /// Explains a query that a program has as text: the chosen plan, then the alternatives considered.
    public func explain(
        text soql: String,
        options: QueryOptions = QueryOptions()
    ) async throws(StoreError) -> [QueryPlan] {
        try await read { (view) throws(StoreError) in
            try view.refuse(ahead: options.asOf)
            let snapshot = try view.snapshot(asOf: options.asOf)
            return try answering { () throws in
                try run(soql, options, snapshot).plans(in: snapshot)
            }
        }
    }

    private func run(
        _ soql: String,
        _ options: QueryOptions,
        _ snapshot: borrowing Snapshot
    ) throws -> QueryRun {
        try QueryRun(
            soql,
            options,
            asker(snapshot.schema, apiVersion: apiVersion),
            now: store.configuration.clock(),
            in: snapshot
        )
    }

    private func asker(_ schema: Schema, apiVersion: Int) -> QueryAsker {
        // A user of no known object sees what everybody does.
        QueryAsker(user: schema.key(of: user) ?? RecordKey(packed: 0), apiVersion: apiVersion)
    }

    private struct Answer: Sendable {
        let result: QueryResult
        let purpose: Query.Purpose?
        /// For a record query: all of the records, and the state in which they were found.
        let found: (serials: [UInt64], position: Position)?
    }

    /// Everything that reads the store: no view is held while other work runs.
    private func answer(
        _ soql: String,
        _ options: QueryOptions,
        _ batchSize: Int
    ) async throws(StoreError) -> Answer {
        try await read { (view) throws(StoreError) in
            try view.refuse(ahead: options.asOf)
            let snapshot = try view.snapshot(asOf: options.asOf)
            return try answering { () throws in
                let run = try run(soql, options, snapshot)
                guard run.isOfRecords else {
                    return Answer(result: try run.summary(in: snapshot), purpose: nil, found: nil)
                }
                let (serials, rows) = try run.firstBatch(ofSize: batchSize, in: snapshot)
                return Answer(
                    result: QueryResult(totalSize: serials.count, records: rows),
                    purpose: run.purpose,
                    found: (serials, snapshot.position)
                )
            }
        }
    }

    /// FOR VIEW and FOR REFERENCE: when the user last saw the records.
    private func note(_ purpose: Query.Purpose, _ rows: [QueryRow]) async throws(StoreError) {
        let keys = rows.compactMap(\.id).compactMap { store.schema.key(of: $0) }
        guard !keys.isEmpty, let user = store.schema.key(of: user) else { return }
        let now = store.configuration.clock().wholeSecond
        try await store.write(cost: keys.count) { (writer) throws(StoreError) in
            try storing { () throws(StorageError) in
                try writer.note(keys, by: user) { views in
                    if purpose == .view { views.viewed = now }
                    views.referenced = now
                }
            }
        }
    }
}

/// Runs a query and reports its errors to those of the API.
private func answering<T>(_ body: () throws -> T) throws(StoreError) -> T {
    do {
        return try body()
    } catch {
        throw StoreError(ofQuery: error)
    }
}

extension StoreError {
    /// What a query failed with, in the words of the API.
    init(ofQuery error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as SOQLError:
            self = .fault(
                Fault(
                    ExceptionCode(rawValue: error.code.rawValue),
                    error.description,
                    row: error.row,
                    column: error.column
                )
            )
        case is ReadCancelled: self = .interrupted
        case is SumOutsideRange:
            self = .fault(
                Fault(
                    ExceptionCode(rawValue: SOQLError.Code.numberOutsideValidRange.rawValue),
                    "a sum is larger than a number can be"
                )
            )
        case is NoTransactionYet: self = .noTransactionYet
        case let error as StorageError: self = .storage(error)
        case let error as Malformed:
            self = .storage(.corrupted(Corruption("a row is malformed: not \(error.finding)")))
        case is SchemaError:
            self = .storage(.corrupted(Corruption("a definition of the past does not decode")))
        default:
            // Its text may name a value.
            self = .storage(.corrupted(Corruption("a read failed with \(type(of: error))")))
        }
    }
}
