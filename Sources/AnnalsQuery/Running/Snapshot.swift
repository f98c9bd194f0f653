internal import AnnalsBytes
internal import AnnalsLMDB
package import AnnalsLog
package import AnnalsProjections
package import AnnalsSchema

/// The store as it was after one event: the input of every part of one query.
///
/// For the present it is a reader. For a moment of the past, records that have changed since are
/// kept in memory as they were, and all others are read in place: the cost depends on what has
/// changed since, not on the size of the store.
package struct Snapshot: ~Copyable {
    package let reader: ProjectionReader
    /// The objects and fields of that day.
    package let schema: Schema
    /// The last visible event.
    package let position: Position
    /// The records that have changed since, as they were; `nil` for those that did not exist.
    package let rewound: [RecordKey: [UInt8]?]
    /// Checked between records.
    let cancellation: Cancellation

    /// The current state of the store, or its state at a moment.
    package init(
        _ reader: consuming ProjectionReader,
        asOf moment: QueryOptions.Moment? = nil,
        cancellation: Cancellation = .never
    ) throws {
        var rewinder = Rewinder(reader.schema, cancellation)
        let position =
            if let moment {
                try rewinder.rewind(reader, to: moment)
            } else {
                try reader.tables.log.end(in: reader.transaction).lastPosition
            }
        let schema = try rewinder.schema()
        self.init(reader, schema, position, rewinder.rows(), cancellation)
    }

    private init(
        _ reader: consuming ProjectionReader,
        _ schema: Schema,
        _ position: Position,
        _ rewound: [RecordKey: [UInt8]?],
        _ cancellation: Cancellation
    ) {
        self.reader = reader
        self.schema = schema
        self.position = position
        self.rewound = rewound
        self.cancellation = cancellation
    }

    package var isNow: Bool { rewound.isEmpty }

    /// Shorter rows are checked before anything is read from them: longer ones only if they pass
    /// the filter, since the others would otherwise not be read at all.
    static let shortRowByteCount = 2000

    /// The row in bytes of the table, after verifying their checksum.
    @_lifetime(copy bytes)
    borrowing func checked(_ bytes: RawSpan, of key: RecordKey) throws -> Row {
        do throws(Malformed) {
            return try Row(bytes, of: key)
        } catch {
            throw StorageError.corrupted(
                Corruption(
                    "a row is malformed: not \(error.finding)",
                    table: reader.tables.objects[key.object]?.records.name,
                    key: [UInt8](serial: key.serial)
                )
            )
        }
    }

    /// The record's row, checked against its checksum, whatever its state.
    @_lifetime(borrow self)
    package func row(of key: RecordKey) throws -> Row? {
        if !rewound.isEmpty, let bytes = rewound[key] {
            guard let bytes else { return nil }
            return unsafe _overrideLifetime(try Row(unchecked: bytes.rawSpan), borrowing: self)
        }
        return try reader.row(of: key)
    }
}

/// The state of a moment was requested at which the log had no transaction yet: there is no schema
/// to query by, and nothing to find.
package struct NoTransactionYet: Error {
    package init() {}
}

/// Undoes the newest transactions, one after the other.
private struct Rewinder {
    private var records: [RecordKey: UnfoldingRecord] = [:]
    private var definitions: [UInt16: [UInt8]] = [:]
    private let newest: Schema
    private let cancellation: Cancellation

    init(_ schema: Schema, _ cancellation: Cancellation) {
        newest = schema
        self.cancellation = cancellation
    }

    /// - Returns: The last remaining event.
    mutating func rewind(
        _ reader: borrowing ProjectionReader,
        to moment: QueryOptions.Moment
    ) throws -> Position {
        let log = reader.tables.log
        let head = try log.end(in: reader.transaction)
        var number = head.number
        var position = head.lastPosition
        // Most batches of a query come before anyone has written again.
        switch moment {
        case .time(let time): if head.time <= time { return position }
        case .position(let wanted): if position <= wanted { return position }
        }
        while number > 0 {
            try cancellation.check()
            // The state at the horizon is known, though no transaction before it.
            let horizon = log.horizon
            if number == horizon.number {
                switch moment {
                case .time(let time): if horizon.time <= time { return position }
                case .position(let wanted): if horizon.lastPosition <= wanted { return position }
                }
            }
            guard let transaction = try log.read(number, in: reader.transaction) else {
                throw StorageError.corrupted(
                    Corruption("a transaction is missing", table: Log.tableName)
                )
            }
            var kept = 0
            switch moment {
            case .time(let time):
                if transaction.time <= time { return position }
            case .position(let wanted):
                if transaction.lastPosition <= wanted { return position }
                if wanted >= transaction.firstPosition {
                    kept = Int(wanted.ordinal - transaction.firstPosition.ordinal) + 1
                }
            }
            // The first transaction creates the store: before its end there was none.
            if number == 1 { throw NoTransactionYet() }
            for index in (kept..<transaction.events.count).reversed() {
                try undo(index, of: transaction, reader)
            }
            position = Position(transaction.firstPosition.ordinal + UInt64(kept) - 1)
            if kept > 0 { return position }
            number -= 1
        }
        return position
    }

    private mutating func undo(
        _ index: Int,
        of transaction: StoredTransaction,
        _ reader: borrowing ProjectionReader
    ) throws {
        let event = transaction.events[index]
        if event.kind == .defined {
            let payload = transaction.payload(ofEvent: index)
            definitions[event.key.object] = try EventPayload.definition(in: payload).before
            return
        }
        var record: UnfoldingRecord
        if let known = records[event.key] {
            record = known
        } else {
            guard let row = try reader.row(of: event.key) else {
                throw StorageError.corrupted(
                    Corruption("an event names a record that is not there", table: Log.tableName)
                )
            }
            record = try UnfoldingRecord(row)
        }
        // Its values are moved out while they change, not copied.
        records[event.key] = nil
        let payload = transaction.payload(ofEvent: index)
        try record.undo(event.kind, payload, previous: event.previous)
        records[event.key] = record
    }

    func rows() -> [RecordKey: [UInt8]?] {
        var rows: [RecordKey: [UInt8]?] = [:]
        rows.reserveCapacity(records.count)
        for (key, record) in records { rows[key] = .some(record.row(of: key)) }
        return rows
    }

    func schema() throws -> Schema {
        if definitions.isEmpty { return newest }
        var objects = newest.objects.filter { definitions[$0.code] == nil }
        for (_, bytes) in definitions where !bytes.isEmpty {
            objects.append(ObjectType(try ObjectType.Definition(decoding: bytes)))
        }
        return Schema(objects)
    }
}
