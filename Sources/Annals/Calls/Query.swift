internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
public import AnnalsQuery
internal import AnnalsSOQL
internal import AnnalsSchema

extension Session {
    /// Runs a query in SOQL (calls.md, 2.9; soql.md).
    ///
    /// The result shows one state of the store, all batches included, whatever is written in the
    /// meantime.
    ///
    /// - Throws: ``StoreError/fault(_:)`` if the query is rejected, in the words of the API:
    ///   `MALFORMED_QUERY`, `INVALID_FIELD`, `INVALID_TYPE` and the others of soql.md, section 14.
    ///   ``StoreError/readOnly`` for FOR VIEW and FOR REFERENCE, which write.
    ///   ``StoreError/noTransactionYet`` as of a moment before the store was created,
    ///   ``StoreError/momentAhead(_:lastPosition:now:)`` as of one in the future.
    public func query(
        _ soql: String,
        options: QueryOptions = QueryOptions()
    ) async throws(StoreError) -> QueryResult {
        let batchSize = options.usedBatchSize
        var options = options
        // All batches use the clock of the first one.
        let now = store.configuration.clock()
        options.now = options.now ?? now
        try store.refuse(ahead: options.asOf)
        let answer = try answer(soql, options, batchSize)
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

    /// The same, including records that are deleted and not purged (calls.md, 2.10).
    public func queryAll(
        _ soql: String,
        options: QueryOptions = QueryOptions()
    ) async throws(StoreError) -> QueryResult {
        var options = options
        options.includesDeleted = true
        return try await query(soql, options: options)
    }

    /// The next batch (calls.md, 2.11).
    ///
    /// A locator is valid for two days, for the user who ran the query, even after a restart; it
    /// may be reused.
    ///
    /// - Throws: `INVALID_QUERY_LOCATOR`.
    public func queryMore(_ locator: String) async throws(StoreError) -> QueryResult {
        guard let locator = QueryLocator(locator),
            let cursor = try store.cursor(locator), cursor.user == user,
            cursor.isAlive(at: store.configuration.clock())
        else { throw .invalidLocator }
        let batchSize = cursor.options.usedBatchSize
        return try answering { () throws in
            var options = cursor.options
            options.asOf = .position(cursor.position)
            let snapshot = try Snapshot(try store.reader(), asOf: options.asOf)
            let asker = QueryAsker(
                user: snapshot.schema.key(of: user) ?? RecordKey(packed: 0),
                apiVersion: cursor.apiVersion
            )
            let run = try QueryRun(
                cursor.text,
                options,
                asker,
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

    /// Explains a query: the chosen plan, then the alternatives considered.
    public func explain(
        _ soql: String,
        options: QueryOptions = QueryOptions()
    ) throws(StoreError) -> [QueryPlan] {
        try store.refuse(ahead: options.asOf)
        return try answering { () throws in
            let snapshot = try Snapshot(try store.reader(), asOf: options.asOf)
            return try run(soql, options, snapshot).plans(in: snapshot)
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
            QueryAsker(
                user: snapshot.schema.key(of: user) ?? RecordKey(packed: 0),
                apiVersion: apiVersion
            ),
            now: store.configuration.clock(),
            in: snapshot
        )
    }

    private struct Answer {
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
    ) throws(StoreError) -> Answer {
        try answering { () throws in
            let snapshot = try Snapshot(try store.reader(), asOf: options.asOf)
            let run = try run(soql, options, snapshot)
            guard run.isOfRecords else {
                return Answer(result: try run.summary(in: snapshot), purpose: nil, found: nil)
            }
            let serials = try run.serials(in: snapshot)
            let count = run.isSingleBatch ? serials.count : batchSize
            let rows = try run.rows(serials.prefix(count), in: snapshot)
            return Answer(
                result: QueryResult(totalSize: serials.count, records: rows),
                purpose: run.purpose,
                found: (serials, snapshot.position)
            )
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

/// Runs a query and converts its errors to those of the API.
private func answering<T>(_ body: () throws -> T) throws(StoreError) -> T {
    do {
        return try body()
    } catch let error as StoreError {
        throw error
    } catch let error as SOQLError {
        throw .fault(
            Fault(
                ExceptionCode(rawValue: error.code.rawValue),
                error.description,
                row: error.row,
                column: error.column
            )
        )
    } catch is NoTransactionYet {
        throw .noTransactionYet
    } catch let error as StorageError {
        throw .storage(error)
    } catch let error as Malformed {
        throw .storage(.corrupted(Corruption("a row is malformed: not \(error.finding)")))
    } catch {
        throw .storage(.corrupted(Corruption("a definition of the past does not decode")))
    }
}
