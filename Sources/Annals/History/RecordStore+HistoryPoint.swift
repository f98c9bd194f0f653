internal import AnnalsLMDB
public import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

extension RecordStore {
    /// The place of an event in the history of the store, for continuing there later.
    public func point(of event: HistoryEvent) -> HistoryPoint {
        HistoryPoint(
            storeID: storeID,
            epoch: event.epoch,
            position: event.position,
            digest: event.digest
        )
    }

    /// The place of the event at a position; of the last one, if not given.
    ///
    /// - Throws: ``StoreError/beyondEnd(position:end:)`` if the log ends before it.
    public func historyPoint(
        at position: Position? = nil
    ) async throws(StoreError) -> HistoryPoint {
        let reader = try await reader()
        let head = try storing { () throws(StorageError) in
            try reader.tables.log.head(in: reader.transaction)
        }
        let position = position ?? head.lastPosition
        try reader.requireHeld(.position(position))
        let base = reader.tables.log.base
        let holder: (epoch: UInt32, digest: String)
        if position == .beforeFirst {
            holder = (1, Digest.zero.description)
        } else if position == base.lastPosition {
            holder = (base.epoch, base.digest.description)
        } else {
            let log = reader.tables.log
            let stored = try storing { () throws(StorageError) in
                try log.requireEvents(after: Position(position.ordinal - 1))
                return try log.transaction(holding: position, in: reader.transaction)
            }
            guard let stored else {
                let finding = Corruption("an event is missing", table: Log.tableName)
                throw .storage(.corrupted(finding))
            }
            holder = (stored.epoch, stored.digest.description)
        }
        return HistoryPoint(
            storeID: storeID,
            epoch: holder.epoch,
            position: position,
            digest: holder.digest
        )
    }

    /// Fails if a place does not belong to this history: if it is of another store, beyond the end,
    /// or on a branch that a restore has abandoned.
    public func require(_ point: HistoryPoint) async throws(StoreError) {
        guard point.storeID == storeID else {
            throw .recovery(
                .foreignStore(path: path, expected: point.storeID, found: storeID)
            )
        }
        if point.position == .beforeFirst { return }
        try await require(point.position, digest: point.digest)
    }

    /// Fails if the transaction that contains the event has another digest.
    ///
    /// - Parameters:
    ///   - position: Of the event.
    ///   - digest: Its first digits are enough.
    package func require(_ position: Position, digest: String) async throws(StoreError) {
        let found = try await historyPoint(at: position).digest
        guard !digest.isEmpty, found.hasPrefix(digest.lowercased()) else {
            throw .forkedHistory(position: position, digest: digest, found: found)
        }
    }
}

extension Session {
    /// Up to `limit` events after a place, which must belong to this history.
    public func events(
        after point: HistoryPoint,
        limit: Int
    ) async throws(StoreError) -> [HistoryEvent] {
        try await store.require(point)
        return try await events(after: point.position, limit: limit)
    }
}
