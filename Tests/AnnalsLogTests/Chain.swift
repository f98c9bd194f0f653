import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport

/// An event with defaults for these tests.
struct SampleEvent {
    var kind = EventKind.created
    var key = RecordKey(object: 16, serial: 1)
    var previous = Position.beforeFirst
    var values: [UInt8] = [0, 0]
}

/// Transactions that follow one another like the writer's.
struct Chain {
    private(set) var head = LogHead()
    private(set) var transactions: [[UInt8]] = []
    private var saltCount: UInt8 = 0

    /// 2026-03-02T10:00:00Z.
    static let start: Int64 = 1_772_445_600_000

    /// Appends a transaction; the optional parameters make it wrong on purpose.
    @discardableResult
    mutating func add(
        _ events: [SampleEvent],
        idempotencyKey: String? = nil,
        results: [UInt8] = [],
        origin: String = "tests",
        milliseconds: Int64? = nil,
        epoch: UInt32? = nil,
        firstPosition: Position? = nil
    ) -> FinishedTransaction {
        let finished = next(
            events,
            idempotencyKey: idempotencyKey,
            results: results,
            origin: origin,
            milliseconds: milliseconds,
            epoch: epoch,
            firstPosition: firstPosition
        )
        transactions.append(finished.head + finished.tail)
        return finished
    }

    private mutating func next(
        _ events: [SampleEvent],
        idempotencyKey: String?,
        results: [UInt8],
        origin: String,
        milliseconds: Int64?,
        epoch: UInt32?,
        firstPosition: Position?
    ) -> FinishedTransaction {
        let number = head.number + 1
        let time = Timestamp(milliseconds: milliseconds ?? Self.start + Int64(number) * 1000)
        var builder = TransactionBuilder(
            number: number,
            firstPosition: firstPosition ?? Position(head.lastPosition.ordinal + 1),
            epoch: epoch ?? head.epoch,
            time: time,
            actor: RecordKey(object: 1, serial: 1),
            previousDigest: head.digest,
            origin: origin,
            idempotencyKey: idempotencyKey.map { Array($0.utf8) },
            eventCountHint: events.count
        )
        for event in events {
            builder.beginEvent(salt: salt())
            builder.payload.append(event.values)
            _ = builder.endEvent(event.kind, of: event.key, previous: event.previous)
        }
        head.number = number
        head.lastPosition = Position(builder.nextPosition.ordinal - 1)
        head.time = time
        head.epoch = epoch ?? head.epoch
        let finished =
            idempotencyKey == nil
            ? builder.finish() : builder.finish(results: results, salt: salt())
        head.digest = finished.digest
        return finished
    }

    /// Sixteen times the same byte, which is different each time.
    private mutating func salt() -> ArraySlice<UInt8> {
        saltCount &+= 1
        return ArraySlice(repeating: saltCount, count: TransactionBuilder.saltByteCount)
    }

    /// The finding about the first transaction that does not follow the one before, or `nil`.
    static func finding(in transactions: [[UInt8]]) throws(Malformed) -> String? {
        var check = LogCheck()
        for bytes in transactions {
            if let finding = check.accept(try StoredTransaction(decoding: bytes)) { return finding }
        }
        return nil
    }
}

/// An environment with a log.
struct LogStorage {
    let scratch = Scratch()
    let environment: Environment
    let log: Log

    init() throws {
        var options = Environment.Options()
        options.isUnsynchronized = true
        options.mapSizeBytes = 256 << 20
        environment = try Environment(path: scratch.path, options: options)
        var writer = try WriteTransaction(in: environment)
        log = Log(table: try writer.openTable(Log.tableName))
        try writer.commit()
    }

    func append(_ transactions: [FinishedTransaction], from number: UInt64 = 1) throws {
        var writer = try WriteTransaction(in: environment)
        for (index, transaction) in transactions.enumerated() {
            try log.append(transaction, number: number + UInt64(index), to: &writer)
        }
        try writer.commit()
    }
}
