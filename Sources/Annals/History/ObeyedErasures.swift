internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections

extension ProjectionReader {
    /// A transaction without what the store has erased since, also where it is read from an archive
    /// that has not obeyed.
    borrowing func obeyed(
        _ stored: StoredTransaction
    ) throws(StorageError) -> StoredTransaction {
        var known: [RecordKey: Bool] = [:]
        return try obeyed(stored, &known)
    }

    /// As of ``obeyed(_:)``.
    ///
    /// - Parameter known: Whether the values of records were taken since, as far as was looked; of this
    ///   view of the store.
    borrowing func obeyed(
        _ stored: StoredTransaction,
        _ known: inout [RecordKey: Bool]
    ) throws(StorageError) -> StoredTransaction {
        try tables.log.obeyed(stored) { (key) throws(StorageError) in
            if let found = known[key] { return found }
            let found = try tables.log.takesValues(of: key, from: lastPosition(of: key)) {
                (position) throws(StorageError) in
                try tables.log.transaction(holding: position, in: transaction)
            }
            known[key] = found
            return found
        }
    }
}
