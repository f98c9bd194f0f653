import Annals

/// The answers for consumers (Specification: calls 4.1, 5).
extension NaiveModel {
    struct Window {
        let start: Timestamp
        let end: Timestamp
    }

    private func check(_ object: String) throws(Refusal) {
        guard knows(object), NaiveObject.named(object) != nil else {
            throw Refusal(code: "INVALID_TYPE")
        }
    }

    /// The live record of each id, `nil` for any other.
    func retrieve(
        _ fields: [String],
        from object: String,
        _ ids: [RecordReference]
    ) throws(Refusal) -> [Record?] {
        try check(object)
        for name in fields where name != "Id" {
            if NaiveObject.named(object)?.field(name, apiVersion: apiVersion) == nil {
                throw Refusal(code: "INVALID_FIELD")
            }
        }
        let parsed = ids.map { self.parsed($0.id) }
        if parsed.contains(nil) { throw Refusal(code: "MALFORMED_ID") }
        return parsed.map { id in
            id.flatMap(record).flatMap { $0.state == .live && $0.object == object ? $0 : nil }
        }
    }

    private func window(
        _ start: Timestamp,
        _ end: Timestamp,
        _ now: Timestamp
    ) throws(Refusal) -> Window {
        let day: Int64 = 86_400_000
        let midnight = Timestamp(milliseconds: now.milliseconds / day * day)
        let window = Window(start: start.wholeMinute, end: end.wholeMinute)
        guard window.start < window.end,
            window.start >= midnight.advanced(byMilliseconds: -30 * day),
            window.start >= created.wholeMinute
        else { throw Refusal(code: "INVALID_REPLICATION_DATE") }
        return window
    }

    /// The earlier of the window's end and now, where now never goes back.
    private mutating func cover(_ window: Window, _ now: Timestamp) -> Timestamp {
        covered = max(covered, min(window.end, now).wholeMinute)
        // A time far ahead of the clock is not covered, even if it was promised; but no answer goes
        // back before the start that the consumer was given.
        let next = commitTime(now)
        let isFarAhead = next.milliseconds - now.milliseconds > RecordStore.aheadMilliseconds
        let latest = isFarAhead ? max(now, min(window.start, next)) : next
        return min(window.end, latest).wholeMinute
    }

    mutating func getUpdated(
        _ object: String,
        from start: Timestamp,
        to end: Timestamp,
        at now: Timestamp
    ) throws(Refusal) -> (ids: [RecordID], covered: Timestamp) {
        try check(object)
        let window = try window(start, end, now)
        let covered = cover(window, now)
        let changed = live(object).filter {
            window.start <= $0.systemModstamp && $0.systemModstamp <= window.end
        }
        return (Self.inOrder(changed).map(\.id), covered)
    }

    mutating func getDeleted(
        _ object: String,
        from start: Timestamp,
        to end: Timestamp,
        at now: Timestamp
    ) throws(Refusal) -> (records: [Record], earliest: Timestamp, covered: Timestamp) {
        try check(object)
        let window = try window(start, end, now)
        let covered = cover(window, now)
        var earliest = created.wholeMinute
        if let newest = newestPurged[object] {
            earliest = newest.wholeMinute.advanced(byMilliseconds: 60_000)
            if window.start < earliest { throw Refusal(code: "INVALID_REPLICATION_DATE") }
        }
        let deleted = (records[object] ?? [:]).values.filter {
            $0.state != .live && window.start <= $0.systemModstamp
                && $0.systemModstamp <= window.end
        }
        return (Self.inOrder(deleted), earliest, covered)
    }

    private static func inOrder(_ records: [Record]) -> [Record] {
        records.sorted { ($0.systemModstamp, $0.id) < ($1.systemModstamp, $1.id) }
    }
}
