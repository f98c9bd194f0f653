package import AnnalsLMDB
package import AnnalsSchema

// Positions and times ascend from transaction to transaction, so both are found by binary search:
// the log needs no second table for it. About twenty probes in a log of a million transactions.

extension Log {
    /// The number of the first transaction with an event after `position`; one more than the last
    /// if there is none.
    package func number(
        after position: Position,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> UInt64 {
        // A transaction without events ends where its predecessor does.
        try firstNumber(in: reader) { $0.lastPosition > position }
    }

    /// The number of the first transaction that is later than `time`; one more than the last if
    /// there is none.
    package func number(
        after time: Timestamp,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> UInt64 {
        try firstNumber(in: reader) { $0.time > time }
    }

    /// The last event of the transactions that are not later than `time`.
    package func lastPosition(
        at time: Timestamp,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> Position {
        let end = try end(in: reader)
        if end.time <= time { return end.lastPosition }
        let number = try number(after: time, in: reader)
        if number - 1 == base.number { return base.lastPosition }
        guard let last = try read(number - 1, in: reader) else { return .beforeFirst }
        return last.lastPosition
    }

    /// The transaction that contains the event at `position`, or `nil` if there is none.
    package func transaction(
        holding position: Position,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> StoredTransaction? {
        guard position > .beforeFirst else { return nil }
        if position <= base.lastPosition { return try archivedTransaction(holding: position) }
        let number = try halved(through: try end(in: reader).number) {
            (number) throws(StorageError) in
            try end(of: number, in: reader).lastPosition >= position
        }
        let found = try read(number, in: reader)
        try check(found, holds: position)
        return found
    }

    /// The same as a writer sees it, who knows the number of the last transaction.
    package func transaction(
        holding position: Position,
        through last: UInt64,
        in writer: borrowing WriteTransaction
    ) throws(StorageError) -> StoredTransaction? {
        guard position > .beforeFirst else { return nil }
        if position <= base.lastPosition { return try archivedTransaction(holding: position) }
        let number = try halved(through: last) { (number) throws(StorageError) in
            try end(of: number, in: writer).lastPosition >= position
        }
        let found = number > last ? nil : try read(number, in: writer)
        try check(found, holds: position)
        return found
    }

    private func archivedTransaction(
        holding position: Position
    ) throws(StorageError) -> StoredTransaction? {
        let earlier = try archived()
        let number = try earlier.firstNumber { $0.lastPosition >= position }
        let found = try earlier.transaction(number)
        try check(found, holds: position)
        return found
    }

    private func check(
        _ found: StoredTransaction?,
        holds position: Position
    ) throws(StorageError) {
        guard let found else { return }
        guard position >= found.firstPosition, position <= found.lastPosition else {
            throw damage("event positions have a gap", found.number)
        }
    }

    /// The first transaction for which `isBehind` is true, as it is for all later ones.
    ///
    /// The probes on the way read first bytes only. The transaction that is found and its
    /// predecessor are then read completely, and checked against their checksums, so that a flipped
    /// bit misleads no one.
    private func firstNumber(
        in reader: borrowing ReadTransaction,
        where isBehind: (LogEnd) -> Bool
    ) throws(StorageError) -> UInt64 {
        if base.number > 0, isBehind(LogEnd(base)) {
            return try archived().firstNumber(where: isBehind)
        }
        let last = try end(in: reader).number
        let number = try halved(through: last) { (number) throws(StorageError) in
            isBehind(try end(of: number, in: reader))
        }
        for (neighbour, expected) in [(number - 1, false), (number, true)]
        where neighbour > base.number && neighbour <= last {
            guard let found = try read(neighbour, in: reader) else {
                throw damage("transaction numbers have a gap", neighbour)
            }
            guard isBehind(LogEnd(found)) == expected else {
                throw damage("positions or times do not ascend", neighbour)
            }
        }
        return number
    }

    /// The first number for which `isBehind` is true, one more than `last` if there is none.
    private func halved(
        through last: UInt64,
        where isBehind: (UInt64) throws(StorageError) -> Bool
    ) throws(StorageError) -> UInt64 {
        var low = base.number + 1
        var high = last + 1
        while low < high {
            let middle = low + (high - low) / 2
            if try isBehind(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
