public import AnnalsLog
public import AnnalsSchema

// Calls of one record: a rejection is thrown, so that it cannot be overlooked.

extension Session {
    /// Creates one record.
    ///
    ///     let id = try await session.create("Contact", ["LastName": "Ng"])
    ///
    /// - Returns: Its id, once the record is as durable as
    ///   ``RecordStore/Configuration/durability`` tells.
    /// - Throws: ``StoreError/refused(_:index:)`` if the record is rejected, and what
    ///   ``create(_:options:)-([SObject],_)`` throws. Nothing was written then.
    @discardableResult
    public func create(
        _ object: String,
        _ fields: KeyValuePairs<String, Value>,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> RecordID {
        try await create(SObject(object, fields), options: options)
    }

    /// Creates one record.
    ///
    /// - Returns: Its id.
    /// - Throws: ``StoreError/refused(_:index:)`` if the record is rejected.
    @discardableResult
    public func create(
        _ record: SObject,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> RecordID {
        try await create([record], options: options).only.get()
    }

    /// Changes fields of one record.
    ///
    /// - Returns: The event that was written, which a later call can expect to be the record's last;
    ///   `nil` where none was, since nothing changed and ``CallOptions/skipUnchanged`` is set.
    /// - Throws: ``StoreError/refused(_:index:)`` if the record is rejected, or does not exist.
    @discardableResult
    public func update(
        _ object: String,
        id: RecordID,
        _ fields: KeyValuePairs<String, Value>,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> Position? {
        try await update(SObject(object, id: id, fields), options: options)
    }

    /// Changes one record by its ``SObject/id``.
    ///
    /// - Returns: The event that was written; `nil` where none was.
    /// - Throws: ``StoreError/refused(_:index:)`` if the record is rejected, or does not exist.
    @discardableResult
    public func update(
        _ record: SObject,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> Position? {
        let result = try await update([record], options: options).only
        try result.get()
        return result.position
    }

    /// Changes the record that a field finds, or creates it.
    ///
    /// - Parameters:
    ///   - record: What it is to hold, the field that finds it included.
    ///   - field: `Id`, `Name` where it is an idLookup, or an external id.
    ///   - options: How the call is to be made.
    /// - Returns: Its id. Whether it was created is in the result of the list form,
    ///   ``upsert(_:by:options:)-([SObject],_,_)``.
    /// - Throws: ``StoreError/refused(_:index:)`` if the record is rejected.
    @discardableResult
    public func upsert(
        _ record: SObject,
        by field: String,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> RecordID {
        try await upsert([record], by: field, options: options).only.get()
    }

    /// Moves one record to the recycle bin.
    ///
    /// - Returns: The event that was written.
    /// - Throws: ``StoreError/refused(_:index:)`` if it cannot be deleted, or does not exist.
    @discardableResult
    public func delete(
        _ id: RecordID,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> Position? {
        try await delete(RecordReference(id), options: options)
    }

    /// Moves one record to the recycle bin, if its last event is the one that is expected.
    ///
    /// - Returns: The event that was written.
    /// - Throws: ``StoreError/refused(_:index:)`` if it cannot be deleted, or does not exist.
    @discardableResult
    public func delete(
        _ record: RecordReference,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> Position? {
        let result = try await delete([record], options: options).only
        try result.get()
        return result.position
    }

    /// Brings one record back from the recycle bin.
    ///
    /// - Returns: The event that was written.
    /// - Throws: ``StoreError/refused(_:index:)`` if it is not in the recycle bin, or cannot be restored.
    @discardableResult
    public func undelete(
        _ id: RecordID,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> Position? {
        try await undelete(RecordReference(id), options: options)
    }

    /// Brings one record back from the recycle bin, if its last event is the one that is expected.
    ///
    /// - Returns: The event that was written.
    /// - Throws: ``StoreError/refused(_:index:)`` if it is not in the recycle bin, or cannot be restored.
    @discardableResult
    public func undelete(
        _ record: RecordReference,
        options: CallOptions = CallOptions()
    ) async throws(StoreError) -> Position? {
        let result = try await undelete([record], options: options).only
        try result.get()
        return result.position
    }
}

extension RecordResult {
    /// The record's id, where the call did what it was asked.
    ///
    ///     for result in try await session.create(records) { try result.get() }
    ///
    /// - Throws: ``StoreError/refused(_:index:)`` with all of ``errors``.
    @discardableResult
    public func get() throws(StoreError) -> RecordID { try get(index: nil) }

    fileprivate func get(index: Int?) throws(StoreError) -> RecordID {
        guard errors.isEmpty, let id else { throw .refused(errors, index: index) }
        return id
    }
}

extension [RecordResult] {
    /// The ids of all records, in their order, if none was rejected.
    ///
    ///     let ids = try await session.create(records).get()
    ///
    /// - Throws: ``StoreError/refused(_:index:)`` with the first record that was. The others may have
    ///   been written: with ``CallOptions/allOrNone`` none was, and the record is the first that is
    ///   at fault itself.
    @discardableResult
    public func get() throws(StoreError) -> [RecordID] {
        let rolledBack = StatusCode.allOrNoneOperationRolledBack
        let culprit = indices.first { index in
            self[index].errors.contains { $0.statusCode != rolledBack }
        }
        if let culprit { throw .refused(self[culprit].errors, index: culprit) }
        var ids: [RecordID] = []
        ids.reserveCapacity(count)
        for index in indices { ids.append(try self[index].get(index: index)) }
        return ids
    }

    /// The result of a call of one record.
    var only: RecordResult {
        first ?? RecordResult(id: nil, errors: [RecordError(.missingArgument, "no record")])
    }
}
