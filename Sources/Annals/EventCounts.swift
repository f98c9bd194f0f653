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
        // By number on the way, by name at the end: there are millions of events and few names.
        var counts: [UInt64: Int] = [:]
        var names: [UInt64: String] = [:]
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
                        transaction.count(by: grouping, after: start, through: end, &counts)
                    }
                    number += 1
                }
                for bucket in counts.keys where names[bucket] == nil {
                    names[bucket] = grouping.name(of: bucket, reader.schema)
                }
            } catch {
                throw .storage(error)
            }
            isAtEnd = number > last
            guard progress(number - 1, last) else { throw .interrupted }
        }
        var merged: [String: Int] = [:]
        for (bucket, count) in counts { merged[names[bucket] ?? "-", default: 0] += count }
        let found = merged.map { EventCount(key: $0.key, count: $0.value) }
        switch grouping {
        case .hour, .day, .month: return found.sorted { $0.key < $1.key }
        case .kind, .actor, .object:
            return found.sorted { ($1.count, $0.key) < ($0.count, $1.key) }
        }
    }
}

extension EventCount.Grouping {
    /// The key of the events in a bucket of ``StoredTransaction/count(by:after:through:_:)``; those
    /// of a month have several.
    fileprivate func name(of bucket: UInt64, _ schema: Schema) -> String {
        func time(_ length: Int) -> String {
            let hour = Int64(bitPattern: bucket)
            return String(Timestamp(milliseconds: hour * 3_600_000).description.prefix(length))
        }
        switch self {
        case .hour: return time(13)
        case .day: return time(10)
        case .month: return time(7)
        case .kind:
            return EventKind(rawValue: UInt8(truncatingIfNeeded: bucket)).map { "\($0)" } ?? "-"
        case .actor: return schema.id(of: RecordKey(packed: bucket))?.description ?? "-"
        case .object:
            return schema.object(code: UInt16(truncatingIfNeeded: bucket))?.name
                ?? "object \(bucket)"
        }
    }
}

extension StoredTransaction {
    fileprivate func count(
        by grouping: EventCount.Grouping,
        after start: QueryOptions.Moment?,
        through end: QueryOptions.Moment?,
        _ counts: inout [UInt64: Int]
    ) {
        var range = events.indices
        switch start {
        case .time(let limit) where time <= limit: return
        case .position(let position):
            range = range.clamped(to: min(index(after: position), range.count)..<range.count)
        default: break
        }
        if case .position(let position) = end {
            range = range.clamped(to: 0..<index(after: position))
        }
        guard !range.isEmpty else { return }
        switch grouping {
        case .hour, .day, .month:
            let seconds = time.seconds
            let hour = (seconds - (seconds % 3600 + 3600) % 3600) / 3600
            counts[UInt64(bitPattern: hour), default: 0] += range.count
        case .actor: counts[actor.packed, default: 0] += range.count
        case .kind:
            for event in events[range] { counts[UInt64(event.kind.rawValue), default: 0] += 1 }
        case .object:
            for event in events[range] { counts[UInt64(event.key.object), default: 0] += 1 }
        }
    }

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
