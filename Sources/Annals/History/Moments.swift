internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsQuery
internal import AnnalsSchema

extension RecordStore {
    /// How far a time may be ahead of the store's clock before it counts as future: the clocks of
    /// callers, and of those who say when something happened, differ.
    public static let aheadMilliseconds: Int64 = 5 * 60_000

    /// Rejects a moment in the future: what the store will be like then is not known yet.
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
            // If a clock had jumped, the log's own time is ahead of it.
            let latest = max(now.advanced(byMilliseconds: aheadMilliseconds), end.time.wholeSecond)
            guard time.wholeSecond > latest else { return }
            throw .momentAhead(moment.description, lastPosition: end.lastPosition, now: now)
        }
    }

    /// Rejects a time, given for something that happened, that lies in the future.
    ///
    /// Otherwise everything written afterwards would carry that time, since a log's times do not go
    /// back.
    static func refuse(timeAhead time: Timestamp, now: Timestamp) throws(StoreError) {
        guard time > now.advanced(byMilliseconds: aheadMilliseconds) else { return }
        throw .timeTooLate(given: time, now: now)
    }
}
