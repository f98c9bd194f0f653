package import AnnalsLMDB

extension Log {
    /// Shows every transaction from the first one on, with one cursor.
    ///
    /// - Parameters:
    ///   - checksFrames: Whether the frames of the transaction with this number are held against
    ///     their checksums: whoever walks twice need not do so twice.
    ///   - body: `false` ends the walk.
    package func walk(
        in reader: borrowing ReadTransaction,
        checkingFramesOf checksFrames: (UInt64) -> Bool = { _ in true },
        _ body: (StoredTransaction) throws(StorageError) -> Bool
    ) throws(StorageError) {
        var cursor = try reader.cursor(in: table)
        var number: UInt64 = 1
        while let transaction = try next(
            &cursor,
            expecting: number,
            checksFrames: checksFrames(number)
        ) {
            guard try body(transaction) else { return }
            number += 1
        }
    }
}
