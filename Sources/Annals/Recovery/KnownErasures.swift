internal import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// What was erased in histories other than that of a store, or longer than it.
///
/// A record that was erased somewhere is the same record here if it was created in the part that
/// both histories share.
struct KnownErasures {
    private let tables: StoreTables
    private let schema: Schema
    private let head: LogHead
    private let environment: Environment

    /// - Parameter environment: Of the store that was created, whose log ends with `head`.
    init(
        unlike tables: StoreTables,
        _ schema: Schema,
        _ head: LogHead,
        in environment: Environment
    ) {
        self.tables = tables
        self.schema = schema
        self.head = head
        self.environment = environment
    }

    /// The records of the store whose values are gone according to some source, and that the store
    /// itself has not removed since the histories diverged.
    func records(of histories: StoreHistories) throws(RecoveryError) -> Set<RecordKey> {
        var found: Set<RecordKey> = []
        var looked: [HistorySource] = []
        let leaves = try recovering { () throws(StorageError) in
            try tables.tree.leaves(
                before: tables.log.base.number,
                in: ReadTransaction(in: environment)
            )
        }
        for source in histories.sources {
            let common = try lastCommon(with: source, leaves)
            if common == source.end.number { continue }
            var isKnown = false
            for other in looked where other.start <= common {
                if try other.digest(of: source.end.number) == source.end.digest { isKnown = true }
            }
            if isKnown { continue }
            looked.append(source)
            let records = try source.recordsWithoutValues(after: common)
            try recovering { () throws(StorageError) in
                let reader = try ProjectionReader(in: environment, tables: tables, schema: schema)
                for record in records where try isToBeWithheld(record, since: common, reader) {
                    found.insert(record)
                }
            }
        }
        return found
    }

    /// The last transaction that the store shares with a source.
    private func lastCommon(
        with source: HistorySource,
        _ leaves: [Digest]
    ) throws(RecoveryError) -> UInt64 {
        // It begins after the store's end, and belongs to no history that is known to be another.
        if source.start > head.number { return head.number }
        return try lastCommonTransaction(
            from: source.start,
            through: min(source.end.number, head.number)
        ) { (number) throws(RecoveryError) in
            try source.digest(of: number) == digest(of: number, leaves)
        }
    }

    private func digest(
        of number: UInt64,
        _ leaves: [Digest]
    ) throws(RecoveryError) -> Digest? {
        if number == head.number { return head.digest }
        if number == 0 { return .zero }
        if number <= UInt64(leaves.count) { return leaves[Int(number) - 1] }
        return try recovering { () throws(StorageError) in
            try tables.log.read(number, in: ReadTransaction(in: environment))?.digest
        }
    }

    /// Whether the record existed at the transaction `common`, and nothing since has removed its
    /// values.
    private func isToBeWithheld(
        _ key: RecordKey,
        since common: UInt64,
        _ reader: borrowing ProjectionReader
    ) throws(StorageError) -> Bool {
        guard let row = try reader.row(of: key) else { return false }
        guard var position = try? row.lastPosition() else { return false }
        while position > tables.log.base.lastPosition {
            let stored = try tables.log.transaction(holding: position, in: reader.transaction)
            guard let stored else {
                throw .corrupted(Corruption("an event is missing", table: Log.tableName))
            }
            // It is as old as that, or older.
            if stored.number <= common { return true }
            let event = stored.events[Int(position.ordinal - stored.firstPosition.ordinal)]
            if event.kind.takesValues { return false }
            position = event.previous
        }
        return position > .beforeFirst
    }
}
