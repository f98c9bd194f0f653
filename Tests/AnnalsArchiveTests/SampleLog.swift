import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport

@testable import AnnalsArchive

/// A log in an environment of its own, whose values mean nothing.
struct SampleLog {
    static let storeID = "00112233445566778899aabbccddeeff"
    static let created = Timestamp(milliseconds: 1_772_445_600_000)

    let scratch: Scratch
    let environment: Environment
    let log: Log
    private(set) var head = LogHead()
    private(set) var heads = [LogHead()]
    private var random: SeededRandom
    /// The position of each record's last event.
    private var lastPositions: [RecordKey: Position] = [:]

    init(seed: UInt64) throws {
        scratch = Scratch()
        random = SeededRandom(seed: testSeed(seed))
        var options = Environment.Options()
        options.isUnsynchronized = true
        options.mapSizeBytes = 1 << 30
        environment = try Environment(path: scratch.path, options: options)
        var writer = try WriteTransaction(in: environment)
        log = Log(table: try writer.openTable(Log.tableName))
        try writer.commit()
    }

    var source: ArchiveFolder.Source {
        ArchiveFolder.Source(
            environment,
            log,
            storeID: Self.storeID,
            created: Self.created
        )
    }

    /// Appends transactions of a few events, each of up to `valueBytesMax` bytes.
    mutating func add(_ count: Int, valueBytesMax: Int = 200) throws {
        var writer = try WriteTransaction(in: environment)
        for _ in 0..<count {
            let finished = next { (builder, sample) in
                for _ in 0..<sample.random.below(6) { sample.addEvent(to: &builder, valueBytesMax) }
            }
            try log.append(finished, number: head.number, to: &writer)
        }
        try writer.commit()
    }

    /// Appends a transaction that changes a record to a given value.
    mutating func add(_ value: String, to key: RecordKey) throws {
        try add { (builder, sample) in
            sample.add(.updated, of: key, Array(value.utf8), to: &builder)
        }
    }

    /// Appends a transaction that erases a record.
    ///
    /// The log itself keeps the values.
    mutating func erase(_ key: RecordKey) throws {
        try add { (builder, sample) in
            sample.add(.erased, of: key, Array("asked for".utf8), to: &builder)
        }
    }

    private mutating func add(
        _ fill: (inout TransactionBuilder, inout SampleLog) -> Void
    ) throws {
        let finished = next(fill)
        var writer = try WriteTransaction(in: environment)
        try log.append(finished, number: head.number, to: &writer)
        try writer.commit()
    }

    private mutating func addEvent(to builder: inout TransactionBuilder, _ valueBytesMax: Int) {
        let key = RecordKey(object: 16, serial: UInt64(1 + random.below(50)))
        // Only two letters, so that there is something to compress.
        let count = max(1, random.below(valueBytesMax + 1))
        let value = (0..<count).map { _ in UInt8(97 + random.below(2)) }
        add(lastPositions[key] == nil ? .created : .updated, of: key, value, to: &builder)
    }

    private mutating func add(
        _ kind: EventKind,
        of key: RecordKey,
        _ value: [UInt8],
        to builder: inout TransactionBuilder
    ) {
        builder.beginEvent(salt: ArraySlice((0..<16).map { _ in UInt8(random.below(256)) }))
        builder.payload.append(value)
        let previous = lastPositions[key] ?? .beforeFirst
        lastPositions[key] = builder.endEvent(kind, of: key, previous: previous)
    }

    private mutating func next(
        _ fill: (inout TransactionBuilder, inout SampleLog) -> Void
    ) -> FinishedTransaction {
        let time = head.time.milliseconds == 0 ? Self.created : head.time
        var builder = TransactionBuilder(
            number: head.number + 1,
            firstPosition: Position(head.lastPosition.ordinal + 1),
            epoch: 1,
            time: Timestamp(milliseconds: time.milliseconds + Int64(random.below(5000))),
            actor: RecordKey(object: 1, serial: 1),
            previousDigest: head.digest,
            origin: "tests",
            idempotencyKey: nil,
            eventCountHint: 4
        )
        fill(&builder, &self)
        head.number += 1
        head.lastPosition = Position(builder.nextPosition.ordinal - 1)
        head.time = builder.time
        let finished = builder.finish()
        head.digest = finished.digest
        heads.append(head)
        return finished
    }

    /// The bytes of every transaction of the log.
    func transactions() throws -> [[UInt8]] {
        let reader = try ReadTransaction(in: environment)
        var found: [[UInt8]] = []
        while let next = try log.read(UInt64(found.count + 1), in: reader) {
            found.append(next.bytes)
        }
        return found
    }
}

extension Archive {
    /// The bytes of every transaction of the archive.
    func contents() throws -> [[UInt8]] {
        try segments.flatMap { try $0.transactions().map(\.bytes) }
    }
}
