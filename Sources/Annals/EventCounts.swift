internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsQuery
internal import AnnalsSchema

/// How many events of the log have something in common.
public struct EventCount: Sendable, Hashable {
    /// What they are counted by.
    public enum Grouping: String, Sendable, CaseIterable {
        /// Times are UTC.
        case hour, day, month
        case kind, actor, object
    }

    /// `2026-05-03T14`, `2026-05-03` or `2026-05`; the name of a kind or of an object; an actor's
    /// id.
    public let key: String
    public let count: Int
}

extension RecordStore {
    /// Counts events by what their headers tell; no value is read.
    ///
    /// - Parameters:
    ///   - grouping: What is counted together.
    ///   - start: Only events after this position, or of later transactions; all where `nil`.
    ///   - end: Only events up to this position, or of transactions that are not later.
    ///   - progress: Told the transaction that is read and the last one; `false` stops with
    ///     ``StoreError/interrupted``.
    /// - Returns: Times in their order, without those that have no event; others with the most
    ///   events first.
    public func eventCounts(
        by grouping: EventCount.Grouping,
        after start: QueryOptions.Moment? = nil,
        through end: QueryOptions.Moment? = nil,
        progress: (_ done: UInt64, _ of: UInt64) -> Bool = { _, _ in true }
    ) throws(StoreError) -> [EventCount] {
        var counts: [String: Int] = [:]
        var number: UInt64 = 1
        var last: UInt64 = 0
        var isAtEnd = false
        while !isAtEnd {
            // A view of its own for each piece: none is held for long. The log does not change.
            let reader = try reader()
            do throws(StorageError) {
                let log = reader.tables.log
                if last == 0 {
                    last = try log.head(in: reader.transaction).number
                    if case .position(let position) = start,
                        let first = try log.transaction(
                            holding: position,
                            in: reader.transaction
                        )
                    {
                        number = first.number
                    }
                }
                let pieceEnd = min(last, number + 999)
                while number <= pieceEnd {
                    guard let transaction = try log.read(number, in: reader.transaction) else {
                        throw .corrupted(
                            Corruption("a transaction is missing", table: Log.tableName)
                        )
                    }
                    if end.map({ transaction.begins(after: $0) }) ?? false {
                        number = last
                    } else {
                        reader.count(transaction, by: grouping, start, end, &counts)
                    }
                    number += 1
                }
            } catch {
                throw .storage(error)
            }
            isAtEnd = number > last
            guard progress(number - 1, last) else { throw .interrupted }
        }
        let found = counts.map { EventCount(key: $0.key, count: $0.value) }
        switch grouping {
        case .hour, .day, .month: return found.sorted { $0.key < $1.key }
        case .kind, .actor, .object:
            return found.sorted { ($1.count, $0.key) < ($0.count, $1.key) }
        }
    }
}

extension ProjectionReader {
    fileprivate borrowing func count(
        _ transaction: StoredTransaction,
        by grouping: EventCount.Grouping,
        _ start: QueryOptions.Moment?,
        _ end: QueryOptions.Moment?,
        _ counts: inout [String: Int]
    ) {
        var range = 0..<transaction.events.count
        switch start {
        case .time(let time) where transaction.time <= time: return
        case .position(let position):
            range = range.clamped(
                to: min(transaction.index(after: position), range.count)..<range.count
            )
        default: break
        }
        if case .position(let position) = end {
            range = range.clamped(to: 0..<transaction.index(after: position))
        }
        guard !range.isEmpty else { return }
        func time(_ length: Int) -> String { String(transaction.time.description.prefix(length)) }
        switch grouping {
        case .hour: counts[time(13), default: 0] += range.count
        case .day: counts[time(10), default: 0] += range.count
        case .month: counts[time(7), default: 0] += range.count
        case .actor:
            let actor = schema.id(of: transaction.actor)?.description ?? "-"
            counts[actor, default: 0] += range.count
        case .kind:
            for event in transaction.events[range] { counts["\(event.kind)", default: 0] += 1 }
        case .object:
            for event in transaction.events[range] {
                let code = event.key.object
                counts[schema.object(code: code)?.name ?? "object \(code)", default: 0] += 1
            }
        }
    }
}

extension StoredTransaction {
    fileprivate func begins(after moment: QueryOptions.Moment) -> Bool {
        switch moment {
        case .position(let position): firstPosition > position
        case .time(let limit): time > limit
        }
    }

    /// The index of the first event after `position`.
    fileprivate func index(after position: Position) -> Int {
        guard position >= firstPosition else { return 0 }
        return Int(min(position.ordinal - firstPosition.ordinal, UInt64(events.count))) + 1
    }
}
