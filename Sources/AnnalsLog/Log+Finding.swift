package import AnnalsLMDB
package import AnnalsSchema

// Positions and times ascend from transaction to transaction, so that both are found by halving:
// the log needs no second table for it. About twenty reads in a log of a million transactions.

extension Log {
    /// The number of the first transaction with an event after `position`; one more than the last
    /// where there is none.
    package func number(
        after position: Position,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> UInt64 {
        // A transaction without events ends where the one before it does.
        try firstNumber(
            through: try end(in: reader).number,
            { (number) throws(StorageError) in try read(number, in: reader) },
            where: { $0.lastPosition > position }
        )
    }

    /// The number of the first transaction that is later than `time`; one more than the last where
    /// there is none.
    package func number(
        after time: Timestamp,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> UInt64 {
        try firstNumber(
            through: try end(in: reader).number,
            { (number) throws(StorageError) in try read(number, in: reader) },
            where: { $0.time > time }
        )
    }

    /// The last event of the transactions that are not later than `time`.
    package func lastPosition(
        at time: Timestamp,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> Position {
        let end = try end(in: reader)
        if end.time <= time { return end.lastPosition }
        let number = try number(after: time, in: reader)
        guard number > 1, let last = try read(number - 1, in: reader) else { return .beforeFirst }
        return last.lastPosition
    }

    /// The transaction that holds the event at `position`, or `nil` where there is none.
    package func transaction(
        holding position: Position,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> StoredTransaction? {
        guard position > .beforeFirst else { return nil }
        let number = try number(after: Position(position.ordinal - 1), in: reader)
        return try read(number, in: reader)
    }

    /// The same as a writer sees it, who knows the number of the last transaction.
    package func transaction(
        holding position: Position,
        through last: UInt64,
        in writer: borrowing WriteTransaction
    ) throws(StorageError) -> StoredTransaction? {
        guard position > .beforeFirst else { return nil }
        let number = try firstNumber(
            through: last,
            { (number) throws(StorageError) in try read(number, in: writer) },
            where: { $0.lastPosition >= position }
        )
        return number > last ? nil : try read(number, in: writer)
    }

    /// The first transaction of which `isBehind` is true: as of all after it.
    ///
    /// Each is read as a whole, against its checksum: a bit that was turned leads nobody astray.
    private func firstNumber(
        through last: UInt64,
        _ read: (UInt64) throws(StorageError) -> StoredTransaction?,
        where isBehind: (StoredTransaction) -> Bool
    ) throws(StorageError) -> UInt64 {
        var low: UInt64 = 1
        var high = last + 1
        while low < high {
            let middle = low + (high - low) / 2
            guard let found = try read(middle) else {
                throw damage("transaction numbers have a gap", middle)
            }
            if isBehind(found) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
