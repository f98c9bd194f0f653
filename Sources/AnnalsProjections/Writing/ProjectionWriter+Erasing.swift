internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsLog
package import AnnalsSchema

/// An event that removes values from the log, which has not been carried out yet.
struct Erasure {
    let key: RecordKey
    /// The record's event before the erasure.
    let previous: Position
}

extension ProjectionWriter {
    /// The transaction that contains the event at `position`, or `nil`.
    ///
    /// - Parameter last: The number of the last transaction.
    package func transaction(
        holding position: Position,
        through last: UInt64
    ) throws(StorageError) -> StoredTransaction? {
        try tables.log.transaction(holding: position, through: last, in: transaction)
    }

    /// Whether the current call erases the record.
    package func isErasing(_ key: RecordKey) -> Bool { erasures.contains { $0.key == key } }

    /// Fails if an event of the record still has values.
    func requireErased(_ key: RecordKey) throws(StorageError) {
        let isErased = try withRow(of: key) { row throws(Malformed) in
            guard let row else { return true }
            return row.count == 0
        }
        guard isErased else {
            throw damage("the log has values of a record that was erased", key)
        }
    }

    /// Removes the values of a record's events from the log, and the answers of the calls that made
    /// them, following the links to preceding events; removing them from events that have left the
    /// log is up to the archive.
    ///
    /// - Parameter last: The number of the last transaction.
    mutating func carryOut(_ erasure: Erasure, last: UInt64) throws(StorageError) {
        var position = erasure.previous
        let end = tables.log.base.lastPosition
        while position > end {
            guard let stored = try transaction(holding: position, through: last) else {
                throw damage("an event before an erasure is missing", erasure.key)
            }
            try tables.log.erase(in: stored, by: last, &transaction) { event, place in
                event.key == erasure.key && place <= erasure.previous
            }
            // Continue to the record's newest event of an earlier transaction.
            while position >= stored.firstPosition, position > .beforeFirst {
                let event = stored.events[Int(position.ordinal - stored.firstPosition.ordinal)]
                guard event.key == erasure.key, event.previous < position else {
                    throw damage("an event before an erasure is another record's", erasure.key)
                }
                position = event.previous
            }
        }
    }
}
