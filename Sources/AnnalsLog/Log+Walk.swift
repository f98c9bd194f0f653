package import AnnalsLMDB

extension Log {
    /// Shows every transaction from the first one on, with one cursor.
    ///
    /// - Parameter body: `false` ends the walk.
    package func walk(
        in reader: borrowing ReadTransaction,
        _ body: (StoredTransaction) throws(StorageError) -> Bool
    ) throws(StorageError) {
        var cursor = try reader.cursor(in: table)
        var number: UInt64 = 1
        while let transaction = try next(&cursor, expecting: number) {
            guard try body(transaction) else { return }
            number += 1
        }
    }
}
