package import AnnalsLMDB

extension Log {
    /// Shows every transaction from the first one on, with one cursor.
    ///
    /// - Parameters:
    ///   - checksFrames: Whether the frames of the transaction with this number are checked against
    ///     their checksums: a caller that walks twice need not do so twice.
    ///   - body: `false` ends the walk.
    package func walk(
        in reader: borrowing ReadTransaction,
        checkingFramesOf checksFrames: (UInt64) -> Bool = { _ in true },
        _ body: (StoredTransaction) throws(StorageError) -> Bool
    ) throws(StorageError) {
        for number in 1..<(base.number + 1) {
            guard try body(try archived().transaction(number)) else { return }
        }
        try walkWhatIsHeld(in: reader, checkingFramesOf: checksFrames, body)
    }

    /// Shows every transaction that has not left the log.
    ///
    /// - Parameters:
    ///   - checksFrames: As for ``walk(in:checkingFramesOf:_:)``.
    ///   - body: `false` ends the walk.
    package func walkWhatIsHeld(
        in reader: borrowing ReadTransaction,
        checkingFramesOf checksFrames: (UInt64) -> Bool = { _ in true },
        _ body: (StoredTransaction) throws(StorageError) -> Bool
    ) throws(StorageError) {
        var number = base.number + 1
        var cursor = try reader.cursor(in: table, from: Self.key(number))
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
