internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
public import AnnalsSchema

/// The span of getUpdated and getDeleted: both ends are truncated to the minute, and both count
/// (Specification: calls 5).
struct ReplicationWindow {
    /// How far back a window may begin.
    static let reachDays: Int64 = 30

    let start: Timestamp
    let end: Timestamp

    /// - Parameter created: From when on the store's history is known.
    init(
        from start: Timestamp,
        to end: Timestamp,
        now: Timestamp,
        created: Timestamp
    ) throws(StoreError) {
        self.start = start.wholeMinute
        self.end = end.wholeMinute
        guard self.start < self.end else {
            // The API's own words, though they say it the wrong way round.
            throw .emptyWindow("startDate must be at least one minute greater than endDate")
        }
        let day: Int64 = 86_400_000
        let today = now.milliseconds - (now.milliseconds % day + day) % day
        guard self.start.milliseconds >= today - Self.reachDays * day else {
            throw .invalidDate("startDate cannot be more than \(Self.reachDays) days ago")
        }
        guard self.start >= created.wholeMinute else {
            throw .invalidDate(
                "startDate before org replication enabled date \(created.wholeMinute)"
            )
        }
    }
}

extension StoreError {
    /// The requested time is no longer covered.
    static func invalidDate(_ message: String) -> StoreError {
        .fault(Fault(.invalidReplicationDate, message, replication: .beginAnew))
    }

    static func emptyWindow(_ message: String) -> StoreError {
        .fault(Fault(.invalidReplicationDate, message, replication: .emptyWindow))
    }
}

extension RecordStore {
    /// Promises that nothing which is written later has a time before `end`, or before now where that is
    /// earlier.
    ///
    /// The writer assigns times in the order of the log, and never one below what was promised here.
    /// The promise is on disk before anybody relies on it, so it holds across a crash and a clock that
    /// steps back as well. A store that is only read promises nothing, and relies on its writer.
    func promise(until end: Timestamp, now: Timestamp) async throws(StoreError) {
        if configuration.isReadOnly { return }
        let wanted = min(end, now).wholeMinute
        try await settle()
        guard try covered(try view()) < wanted else { return }
        try await write(cost: 1) { (writer) throws(StoreError) in
            try storing { () throws(StorageError) in try writer.cover(wanted) }
        }
    }

    /// The minute up to which a view is complete: no transaction that it does not show has, or will have,
    /// a time before.
    func covered(
        in reader: borrowing ProjectionReader,
        from start: Timestamp? = nil,
        until end: Timestamp,
        now: Timestamp
    ) throws(StoreError) -> Timestamp {
        var latest = try covered(reader)
        // If the clock had jumped, the log's time is far ahead of it: the minutes between are not
        // over, whatever was promised then. A clock that steps back by a little keeps its promise.
        // A consumer that was given a start ahead of the clock is not sent back to before it.
        if latest > now.advanced(byMilliseconds: Self.aheadMilliseconds) {
            latest = max(now, min(start ?? now, latest))
        }
        return min(end, latest).wholeMinute
    }

    /// Promises consumers that poll the store that nothing written later will have a time before
    /// the present minute.
    ///
    /// ``Session/getUpdated(_:from:to:)`` and ``Session/getDeleted(_:from:to:)`` do so by
    /// themselves; call it for consumers in other processes, if there are no writes.
    ///
    /// - Returns: The time up to which everything that will ever be reported is there.
    @discardableResult
    public func cover() async throws(StoreError) -> Timestamp {
        let now = configuration.clock()
        try await promise(until: now, now: now)
        return try covered(in: try view(), until: now, now: now)
    }

    /// No later transaction has a time before this one.
    private func covered(_ reader: borrowing ProjectionReader) throws(StoreError) -> Timestamp {
        let promised: [UInt8]?
        let last: Timestamp
        do throws(StorageError) {
            promised = try reader.meta(MetaKey.covered)
            last = try reader.tables.log.end(in: reader.transaction).time
        } catch {
            throw .storage(error)
        }
        let milliseconds = promised.flatMap { try? $0.rawSpan.int64(at: 0) } ?? 0
        return max(last, Timestamp(milliseconds: milliseconds))
    }
}
