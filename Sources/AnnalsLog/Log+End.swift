internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsSchema

/// Where the log ends, for callers that need no digest.
package struct LogEnd: Sendable, Hashable {
    package var number: UInt64 = 0
    package var lastPosition = Position.beforeFirst
    package var time = Timestamp(milliseconds: 0)

    package init() {}

    package init(_ transaction: StoredTransaction) {
        number = transaction.number
        lastPosition = transaction.lastPosition
        time = transaction.time
    }

    package init(_ head: LogHead) {
        number = head.number
        lastPosition = head.lastPosition
        time = head.time
    }
}

extension Log {
    /// The end of the log as the transaction sees it, from the first bytes of the last transaction.
    ///
    /// ``head(in:)`` reads all of it and checks it against its checksum, which a writer needs; each
    /// batch of a query needs no more than this.
    package func end(in transaction: borrowing ReadTransaction) throws(StorageError) -> LogEnd {
        var cursor = try transaction.cursor(in: table)
        guard let last = try cursor.previous() else {
            try requireEmpty()
            return LogEnd()
        }
        guard let number = try? last.key.uint64(at: 0), let frame = try? last.key.uint16(at: 8)
        else { throw Self.damage(table) }
        if frame == 0 { return try Self.end(last.value, number, table) }
        let first = Self.key(number)
        guard let value = try transaction.value(forKey: first.rawSpan, in: table) else {
            throw Self.damage(table)
        }
        return try Self.end(value, number, table)
    }

    /// The end of the log after the transaction with this number, from its first bytes.
    ///
    /// They are not verified: a caller that follows them checks where they lead.
    func end(
        of number: UInt64,
        in reader: borrowing ReadTransaction
    ) throws(StorageError) -> LogEnd {
        guard let value = try reader.value(forKey: Self.key(number).rawSpan, in: table) else {
            throw damage("transaction numbers have a gap", number)
        }
        return try Self.end(value, number, table)
    }

    /// The same as a writer sees it.
    func end(
        of number: UInt64,
        in writer: borrowing WriteTransaction
    ) throws(StorageError) -> LogEnd {
        guard let value = try writer.value(forKey: Self.key(number).rawSpan, in: table) else {
            throw damage("transaction numbers have a gap", number)
        }
        return try Self.end(value, number, table)
    }

    /// The beginning of the first frame of a transaction.
    private static func end(
        _ frame: RawSpan,
        _ number: UInt64,
        _ table: Table
    ) throws(StorageError) -> LogEnd {
        do throws(Malformed) {
            let end = try StoredTransaction.end(in: try frame.slice(at: 8, count: 40))
            guard end.number == number else { throw Malformed("its number", offset: 8) }
            return end
        } catch {
            throw damage(table)
        }
    }

    private static func damage(_ table: Table) -> StorageError {
        .corrupted(Corruption("a transaction does not decode", table: table.name))
    }
}
