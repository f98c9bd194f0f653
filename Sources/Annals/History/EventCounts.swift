internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsQuery
internal import AnnalsSchema

/// How many events of the log have something in common.
public struct EventCount: Sendable, Hashable {
    /// What they are grouped by.
    public enum Grouping: String, Sendable, CaseIterable {
        /// Times are UTC.
        case hour, day, month
        case kind, actor, object
    }

    /// `2026-05-03T14`, `2026-05-03` or `2026-05`; the name of a kind or of an object; an actor's
    /// id.
    public let key: String
    /// How many events have this key.
    public let count: Int
}

extension Session {
    /// Counts events by their headers; no value is read.
    ///
    /// - Parameters:
    ///   - grouping: What is counted together.
    ///   - start: Only events after this position, or of later transactions; all if `nil`.
    ///   - end: Only events up to this position, or of transactions that are not later.
    ///   - progress: Called with how many of the transactions have been read.
    /// - Returns: Times in order, without those that have no event; others with the most events
    ///   first.
    @concurrent
    public func eventCounts(
        by grouping: EventCount.Grouping,
        after start: QueryOptions.Moment? = nil,
        through end: QueryOptions.Moment? = nil,
        progress: @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> [EventCount] {
        // By number while counting, by name at the end: there are millions of events and few names.
        var counts: [UInt64: Int] = [:]
        var walk = try await LogWalk(self, after: start, through: end)
        var isLeft = true
        while isLeft {
            isLeft = try await walk.next { (_, transaction, seen) throws(StorageError) in
                transaction.count(seen, by: grouping, &counts)
                return true
            }
            let state = WorkProgress(stage: .log, done: walk.done, total: walk.total)
            store.callingBack { progress(state) }
            if Task.isCancelled { throw .interrupted }
        }
        // Read after the events: a read-only store knows by then what they refer to.
        let schema = store.schema
        let names = Dictionary(
            uniqueKeysWithValues: counts.keys.map { ($0, grouping.name(of: $0, schema)) }
        )
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
    /// The key of the events in a bucket of ``StoredTransaction/count(_:by:_:)``; those of a month
    /// have several.
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
        _ seen: Range<Int>,
        by grouping: EventCount.Grouping,
        _ counts: inout [UInt64: Int]
    ) {
        guard !seen.isEmpty else { return }
        switch grouping {
        case .hour, .day, .month:
            let seconds = time.seconds
            let hour = (seconds - (seconds % 3600 + 3600) % 3600) / 3600
            counts[UInt64(bitPattern: hour), default: 0] += seen.count
        case .actor: counts[actor.packed, default: 0] += seen.count
        case .kind:
            for event in events[seen] { counts[UInt64(event.kind.rawValue), default: 0] += 1 }
        case .object:
            for event in events[seen] { counts[UInt64(event.key.object), default: 0] += 1 }
        }
    }
}
