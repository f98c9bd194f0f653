internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

extension ProjectionReader {
    /// Transactions without what the store has erased since.
    ///
    /// An erasure takes values out of what the store holds; the archive of what has left the log obeys at
    /// its next run, and an older copy of the archive never does. Readers must not see those values in
    /// the meantime. What is still in the log has obeyed already and is not checked.
    borrowing func obeyed(
        _ transactions: [StoredTransaction]
    ) throws(StorageError) -> [StoredTransaction] {
        guard transactions.contains(where: { $0.number <= tables.log.base.number }) else {
            return transactions
        }
        var known: [RecordKey: Bool] = [:]
        var obeyed: [StoredTransaction] = []
        obeyed.reserveCapacity(transactions.count)
        for transaction in transactions {
            obeyed.append(try self.obeyed(transaction, &known))
        }
        return obeyed
    }

    /// As of ``obeyed(_:)``.
    ///
    /// - Parameter known: Whether the values of records were taken since, as far as was looked; of this
    ///   view of the store.
    borrowing func obeyed(
        _ transaction: StoredTransaction,
        _ known: inout [RecordKey: Bool]
    ) throws(StorageError) -> StoredTransaction {
        let base = tables.log.base
        guard transaction.number <= base.number else { return transaction }
        var taken: Set<RecordKey> = []
        for event in transaction.events where event.key.serial > 0 {
            let isTaken: Bool
            if let found = known[event.key] {
                isTaken = found
            } else {
                var found = false
                try forEachEvent(of: event.key, after: base.lastPosition) {
                    (index, stored) throws(StorageError) in
                    found = stored.events[index].kind.takesValues
                    return !found
                }
                known[event.key] = found
                isTaken = found
            }
            if isTaken { taken.insert(event.key) }
        }
        return taken.isEmpty ? transaction : try transaction.withoutValues(of: taken)
    }
}

extension StoredTransaction {
    /// The transaction as an erasure of these records leaves it.
    func withoutValues(of records: Set<RecordKey>) throws(StorageError) -> StoredTransaction {
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
