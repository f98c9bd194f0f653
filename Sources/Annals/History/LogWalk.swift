internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsQuery
internal import AnnalsSchema

/// A walk through the log from one moment to another, some transactions at a time.
///
/// Each step has a view of its own, so that none is held for long; the log before its end does not
/// change, and what is appended in the meantime is not seen.
struct LogWalk: Sendable {
    private let session: Session
    private let isBackwards: Bool
    /// The visible events: those after the one, up to the other.
    private let bounds: (after: Position, through: Position)
    private var numbers: Range<UInt64>
    /// How many transactions there are to walk through.
    let total: UInt64

    /// - Parameters:
    ///   - start: Only events after this moment; all if `nil`.
    ///   - end: Only events up to this moment; all if `nil`.
    ///   - isBackwards: The newest first.
    init(
        _ session: Session,
        after start: QueryOptions.Moment?,
        through end: QueryOptions.Moment?,
        isBackwards: Bool = false
    ) async throws(StoreError) {
        self.session = session
        self.isBackwards = isBackwards
        (bounds, numbers) = try await session.glance { (view) throws(StoreError) in
            let bounds = try session.store.bounds(after: start, through: end, in: view.reader)
            return (bounds, try view.reader.numbers(after: bounds.after, through: bounds.through))
        }
        total = UInt64(numbers.count)
    }

    /// How many transactions were seen.
    var done: UInt64 { total - UInt64(numbers.count) }

    /// Advances by some transactions.
    ///
    /// - Parameter body: Called with each, and which of its events are included, in the order of
    ///   the log; `false` ends the step after it.
    /// - Returns: Whether there was anything left.
    mutating func next(
        _ body: (
            borrowing ProjectionReader, StoredTransaction, Range<Int>
        ) throws(StorageError) -> Bool
    ) async throws(StoreError) -> Bool {
        guard !numbers.isEmpty else { return false }
        var walk = self
        self = try await session.step { (view) throws(StoreError) in
            do throws(StorageError) {
                try walk.step(in: view.reader, body)
            } catch {
                throw .storage(error)
            }
            return walk
        }
        return true
    }

    private mutating func step(
        in reader: borrowing ProjectionReader,
        _ body: (
            borrowing ProjectionReader, StoredTransaction, Range<Int>
        ) throws(StorageError) -> Bool
    ) throws(StorageError) {
        var erasures: [RecordKey: Bool] = [:]
        for _ in 0..<min(1000, numbers.count) {
            let number = isBackwards ? numbers.upperBound - 1 : numbers.lowerBound
            let log = reader.tables.log
            guard let transaction = try log.read(number, in: reader.transaction) else {
                throw .corrupted(Corruption("a transaction is missing", table: Log.tableName))
            }
            numbers =
                isBackwards
                ? numbers.lowerBound..<number : (number + 1)..<numbers.upperBound
            let obeyed = try reader.obeyed(transaction, &erasures)
            guard try body(reader, obeyed, seen(of: obeyed)) else { break }
        }
    }

    private func seen(of transaction: StoredTransaction) -> Range<Int> {
        func index(behind position: Position) -> Int {
            guard position >= transaction.firstPosition else { return 0 }
            let count = position.ordinal - transaction.firstPosition.ordinal + 1
            return Int(min(count, UInt64(transaction.events.count)))
        }
        return index(behind: bounds.after)..<index(behind: bounds.through)
    }
}

extension RecordStore {
    /// The events between two moments: those after the one, up to the other.
    ///
    /// Both may lie before all events, and neither in the future. Between a moment and an earlier
    /// one there are no events.
    func bounds(
        after start: QueryOptions.Moment?,
        through end: QueryOptions.Moment?,
        in reader: borrowing ProjectionReader
    ) throws(StoreError) -> (after: Position, through: Position) {
        try refuse(ahead: start, in: reader)
        try refuse(ahead: end, in: reader)
        let (after, through) = try storing { () throws(StorageError) in
            (
                try reader.position(of: start ?? .position(.beforeFirst)),
                try reader.position(of: end ?? .position(Position(.max)))
            )
        }
        return (after, through)
    }
}

extension ProjectionReader {
    /// The numbers of the transactions that hold events after the one position, up to the other.
    fileprivate borrowing func numbers(
        after: Position,
        through: Position
    ) throws(StoreError) -> Range<UInt64> {
        guard after < through else { return 0..<0 }
        do throws(StorageError) {
            let log = tables.log
            let first = try log.number(after: after, in: transaction)
            let last = try log.number(after: Position(through.ordinal - 1), in: transaction)
            return first..<(last + 1)
        } catch {
            throw .storage(error)
        }
    }

    /// Fails if a position lies beyond the end of the log: it belongs to another history, or is a
    /// mistake.
    borrowing func requireHeld(_ moment: QueryOptions.Moment?) throws(StoreError) {
        guard case .position(let position)? = moment else { return }
        let end = try storing { () throws(StorageError) in
            try tables.log.end(in: transaction).lastPosition
        }
        guard position <= end else { throw .beyondEnd(position: position, end: end) }
    }

    /// The last event that is visible at a moment.
    borrowing func position(of moment: QueryOptions.Moment) throws(StorageError) -> Position {
        switch moment {
        case .position(let position):
            try tables.log.requireEvents(after: position)
            return min(position, try tables.log.end(in: transaction).lastPosition)
        case .time(let time):
            return try tables.log.lastPosition(at: time, in: transaction)
        }
    }
}
