internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsQuery
internal import AnnalsSchema

extension RecordStore {
    /// How far a time may lie beyond the store's clock before it is one of the future: the clocks
    /// of those who ask, and of those who tell when something happened, are others.
    public static let aheadMilliseconds: Int64 = 5 * 60_000

    /// Refuses a moment that the store has not come to: what it was like then, nobody knows yet.
    func refuse(
        ahead moment: QueryOptions.Moment?,
        in reader: borrowing ProjectionReader
    ) throws(StoreError) {
        guard let moment else { return }
        let end: LogEnd
        do throws(StorageError) {
            end = try reader.tables.log.end(in: reader.transaction)
        } catch {
            throw .storage(error)
        }
        try Self.refuse(moment, aheadOf: end, now: configuration.clock())
    }

    /// The same for a store of which only the end of its log is known.
    static func refuse(
        _ moment: QueryOptions.Moment,
        aheadOf end: LogEnd,
        now: Timestamp
    ) throws(StoreError) {
        switch moment {
        case .position(let position):
            guard position > end.lastPosition else { return }
            throw .momentAhead(
                "position \(position)",
                lastPosition: end.lastPosition,
                now: now
            )
        case .time(let time):
            // Where a clock had jumped, the log's own time lies ahead of it.
            let latest = max(now.advanced(byMilliseconds: aheadMilliseconds), end.time.wholeSecond)
            guard time.wholeSecond > latest else { return }
            throw .momentAhead(moment.description, lastPosition: end.lastPosition, now: now)
        }
    }

    /// Refuses a time that something is said to have happened at, and that is yet to come.
    ///
    /// One such time would be on all that is written after it, for a log's times do not go back.
    static func refuse(timeAhead time: Timestamp, now: Timestamp) throws(StoreError) {
        guard time > now.advanced(byMilliseconds: aheadMilliseconds) else { return }
        throw .timeTooLate(given: time, now: now)
    }
}
