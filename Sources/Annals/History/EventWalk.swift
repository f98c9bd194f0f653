internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// A walk through events: from any moment to any other, forwards or backwards.
///
/// ```swift
/// var walk = try await session.walk(selection)
/// while let events = try await walk.next() {
///     for event in events { … }
///     show(walk.done, of: walk.total)
/// }
/// ```
public struct EventWalk: Sendable {
    private enum Way: Sendable {
        case log(LogWalk)
        /// A record's own life, along the links between its events.
        case record(RecordID, isDone: Bool)
    }

    private let session: Session
    private let selection: EventSelection
    private let filter: EventFilter
    private var way: Way

    init(_ session: Session, _ selection: EventSelection) async throws(StoreError) {
        let store = session.store
        self.session = session
        self.selection = selection
        if let point = selection.start { try await store.require(point) }
        if let record = selection.record {
            way = .record(record, isDone: false)
        } else {
            way = .log(
                try await LogWalk(
                    session,
                    after: selection.start.map { .position($0.position) } ?? selection.after,
                    through: selection.through,
                    isBackwards: selection.isBackwards
                )
            )
        }
        // A read-only store knows by now what its log refers to.
        filter = try EventFilter(selection, store.schema)
    }

    /// How many transactions were walked through.
    public var done: UInt64 {
        switch way {
        case .log(let walk): walk.done
        case .record(_, let isDone): isDone ? 1 : 0
        }
    }

    /// How many transactions there are to walk through; 1 for the events of one record.
    public var total: UInt64 {
        switch way {
        case .log(let walk): walk.total
        case .record: 1
        }
    }

    /// The events of the next few transactions; possibly none that were asked for.
    ///
    /// - Returns: `nil` at the end.
    @concurrent
    public mutating func next() async throws(StoreError) -> [HistoryEvent]? {
        switch way {
        case .log(var walk):
            let events = try await next(&walk)
            way = .log(walk)
            return events
        case .record(let id, let isDone):
            way = .record(id, isDone: true)
            return isDone ? nil : try await events(of: id)
        }
    }

    private func next(_ walk: inout LogWalk) async throws(StoreError) -> [HistoryEvent]? {
        var events: [HistoryEvent] = []
        let isBackwards = selection.isBackwards
        let isLeft = try await walk.next { (reader, transaction, seen) throws(StorageError) in
            var digest: String?
            for offset in seen.indices {
                let index = isBackwards ? seen.upperBound - 1 - (offset - seen.lowerBound) : offset
                try append(index, of: transaction, &digest, reader, to: &events)
            }
            return events.count < 1000
        }
        return isLeft ? events : nil
    }

    private func events(of id: RecordID) async throws(StoreError) -> [HistoryEvent] {
        try await session.read { (view) throws(StoreError) in
            try events(of: id, in: view.reader)
        }
    }

    private func events(
        of id: RecordID,
        in reader: borrowing ProjectionReader
    ) throws(StoreError) -> [HistoryEvent] {
        guard let key = reader.schema.key(of: id) else { return [] }
        // Without a beginning, the record's life is either all in the log, or not at all.
        var bounds = (after: Position.beforeFirst, through: Position(.max))
        if selection.after != nil || selection.through != nil {
            bounds = try session.store.bounds(
                after: selection.after ?? selection.through,
                through: selection.through,
                in: reader
            )
            if selection.after == nil { bounds.after = .beforeFirst }
        }
        if let point = selection.start { bounds.after = point.position }
        var events: [HistoryEvent] = []
        do throws(StorageError) {
            try reader.forEachEvent(of: key, after: bounds.after) {
                (index, transaction) throws(StorageError) in
                let position = transaction.position(ofEvent: index)
                var digest: String?
                if position <= bounds.through {
                    try append(index, of: transaction, &digest, reader, to: &events)
                }
                return true
            }
        } catch {
            throw .storage(error)
        }
        return selection.isBackwards ? events : events.reversed()
    }

    /// - Parameter digest: The transaction's, once an event of it was included.
    private func append(
        _ index: Int,
        of transaction: StoredTransaction,
        _ digest: inout String?,
        _ reader: borrowing ProjectionReader,
        to events: inout [HistoryEvent]
    ) throws(StorageError) {
        guard try filter.admits(index, of: transaction) else { return }
        let known = digest ?? transaction.digest.description
        digest = known
        let event = try reader.event(index, of: transaction, known)
        let object = reader.schema.object(code: transaction.events[index].key.object)
        events.append(filter.narrowed(event, of: object))
    }
}

extension Session {
    /// Walks through the selected events.
    ///
    /// It begins and ends at the requested position or time without reading what lies before, so
    /// the cost depends on what lies between; for one record, on its own events only.
    ///
    /// - Throws: ``StoreError/fault(_:)`` if there is no such object or field,
    ///   ``StoreError/beyondEnd(position:end:)`` if the log ends before one of the positions, and
    ///   ``StoreError/forkedHistory(position:digest:found:)`` if the starting point belongs to
    ///   another history.
    public func walk(_ selection: EventSelection) async throws(StoreError) -> EventWalk {
        try await EventWalk(self, selection)
    }
}
