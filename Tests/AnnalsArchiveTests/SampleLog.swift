import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport

@testable import AnnalsArchive

/// A log in an environment of its own, of transactions whose values mean nothing.
struct SampleLog {
    static let storeID = "00112233445566778899aabbccddeeff"
    static let created = Timestamp(milliseconds: 1_772_445_600_000)

    let scratch: Scratch
    let environment: Environment
    let log: Log
    private(set) var head = LogHead()
    private(set) var heads = [LogHead()]
    private var random: SeededRandom

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

    /// Appends transactions, each with some events of up to so many bytes.
    mutating func add(_ count: Int, valueBytesMax: Int = 200) throws {
        var writer = try WriteTransaction(in: environment)
        for _ in 0..<count {
            let finished = next(valueBytesMax)
            try log.append(finished, number: head.number, to: &writer)
        }
        try writer.commit()
    }

    private mutating func next(_ valueBytesMax: Int) -> FinishedTransaction {
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
        for _ in 0..<random.below(6) {
            builder.beginEvent(salt: ArraySlice((0..<16).map { _ in UInt8(random.below(256)) }))
            // Of two letters, so that there is something to compress.
            builder.payload.append(
                (0..<max(1, random.below(valueBytesMax + 1))).map { _ in UInt8(97 + random.below(2))
                }
            )
            let key = RecordKey(object: 16, serial: UInt64(1 + random.below(50)))
            _ = builder.endEvent(.created, of: key, previous: .beforeFirst)
        }
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
