internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsSchema

// An erasure removes values from what the store has; the archive of what has left the log obeys at
// its next run, and an older copy of the archive never does. Those values must not be seen in the
// meantime, or ever: whoever reads an archived transaction reads it through here.

extension Log {
    /// A transaction without what the log has erased since.
    ///
    /// What is still in the log has obeyed already and is not checked.
    ///
    /// - Parameter isTaken: Whether an event that is still in the log takes the record's values.
    package func obeyed(
        _ transaction: StoredTransaction,
        isTaken: (RecordKey) throws(StorageError) -> Bool
    ) throws(StorageError) -> StoredTransaction {
        guard transaction.number <= base.number else { return transaction }
        var taken: Set<RecordKey> = []
        for event in transaction.events where event.key.serial > 0 {
            if try isTaken(event.key) { taken.insert(event.key) }
        }
        return taken.isEmpty ? transaction : try transaction.withoutValues(of: taken)
    }

    /// Whether an event that is still in the log takes the record's values, following the links
    /// from its last event.
    ///
    /// - Parameter holder: The transaction that contains the event at a position.
    package func takesValues(
        of key: RecordKey,
        from last: Position,
        holder: (Position) throws(StorageError) -> StoredTransaction?
    ) throws(StorageError) -> Bool {
        var position = last
        while position > base.lastPosition {
            guard let stored = try holder(position) else {
                throw .corrupted(Corruption("an event is missing", table: Self.tableName))
            }
            let event = try stored.event(at: position, of: key)
            if event.kind.takesValues { return true }
            position = event.previous
        }
        return false
    }

    /// Adds the records whose values an event takes that is still in the log; none if nothing has
    /// left the log.
    ///
    /// For whoever reads all of what has left: one walk instead of one for each record, and without
    /// the rows, which may be what is wrong.
    package func addRecordsWithoutValues(
        to taken: inout Set<RecordKey>,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) {
        guard base.number > 0 else { return }
        try walkWhatIsHeld(in: reader) { transaction throws(StorageError) in
            for event in transaction.events where event.kind.takesValues { taken.insert(event.key) }
            return true
        }
    }
}

extension StoredTransaction {
    /// The event at a position, which must be the record's and name an earlier one as the one
    /// before.
    package func event(
        at position: Position,
        of key: RecordKey
    ) throws(StorageError) -> EventHeader {
        guard position >= firstPosition, position <= lastPosition else {
            throw .corrupted(Corruption("an event is missing", table: Log.tableName))
        }
        let event = events[Int(position.ordinal - firstPosition.ordinal)]
        guard event.key == key, event.previous < position else {
            throw .corrupted(Corruption("an event is another record's", table: Log.tableName))
        }
        return event
    }

    /// The transaction as an erasure of these records leaves it.
    package func withoutValues(
        of records: Set<RecordKey>
    ) throws(StorageError) -> StoredTransaction {
        do throws(Malformed) {
            return try StoredTransaction(
                decoding: obeying { event, _ in records.contains(event.key) }
            )
        } catch {
            let finding = "transaction \(number) is malformed: not \(error.finding)"
            throw .corrupted(Corruption(finding, table: Log.tableName))
        }
    }
}
