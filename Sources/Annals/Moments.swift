internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsQuery
internal import AnnalsSchema

extension RecordStore {
    /// How far a time may lie beyond the store's clock before it is one of the future: the clocks
    /// of those who ask are others.
    static let aheadMilliseconds: Int64 = 5 * 60_000

    /// Refuses a moment that the store has not come to: what it was like then, nobody knows yet.
    func refuse(ahead moment: QueryOptions.Moment?) throws(StoreError) {
        guard let moment else { return }
        let last = try lastPosition()
        let now = configuration.clock()
        switch moment {
        case .position(let position):
            guard position > last else { return }
            throw .momentAhead("position \(position)", lastPosition: last, now: now)
        case .time(let time):
            let end = max(now.advanced(byMilliseconds: Self.aheadMilliseconds), try lastTime())
            guard time > end else { return }
            throw .momentAhead("\(time.precise)", lastPosition: last, now: now)
        }
    }

    /// When the last transaction was.
    private func lastTime() throws(StoreError) -> Timestamp {
        let reader = try reader()
        return try storing { () throws(StorageError) in
            try reader.tables.log.end(in: reader.transaction).time
        }
    }
}
