import Annals

/// A copy of an object's records that is kept up to date with getUpdated and getDeleted, as the
/// replication guide advises (Specification: recycle-bin 5.1).
struct PollingConsumer: Sendable {
    /// Where the next window begins.
    enum NextStart {
        /// The time up to which the answer was said to be complete.
        case latestDateCovered
        /// The end of the window, which the guide warns against.
        case endDate
    }

    let object: String
    let nextStart: NextStart
    private(set) var copy: [RecordID: Value] = [:]
    private(set) var pollCount = 0
    private var updatedFrom: Timestamp
    private var deletedFrom: Timestamp

    init(of object: String, from start: Timestamp, next nextStart: NextStart) {
        self.object = object
        self.nextStart = nextStart
        updatedFrom = start
        deletedFrom = start
    }

    /// One round: first what was changed, then what was deleted.
    mutating func poll(_ session: Session) async throws {
        let end = session.getServerTimestamp().advanced(byMilliseconds: 120_000)
        // After the clock has stepped back the window is empty: the next round covers it.
        guard updatedFrom < end.wholeMinute, deletedFrom < end.wholeMinute else { return }
        let updated = try await session.getUpdated(object, from: updatedFrom, to: end)
        for start in stride(from: 0, to: updated.ids.count, by: 2000) {
            let ids = updated.ids[start..<min(start + 2000, updated.ids.count)]
            let records = try await session.retrieve(
                ["SystemModstamp"],
                from: object,
                ids: ids.map { RecordReference($0) }
            )
            // A record that was deleted in the meantime is skipped: getDeleted reports it.
            for case let record? in records { copy[record.id] = record["SystemModstamp"] }
        }
        let deleted = try await session.getDeleted(object, from: deletedFrom, to: end)
        for record in deleted.deletedRecords { copy[record.id] = nil }
        switch nextStart {
        case .latestDateCovered:
            updatedFrom = updated.latestDateCovered
            deletedFrom = deleted.latestDateCovered
        case .endDate:
            updatedFrom = end
            deletedFrom = end
        }
        pollCount += 1
    }
}
