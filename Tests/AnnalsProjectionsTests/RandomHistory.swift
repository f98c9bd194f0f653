import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsProjections

/// The tables of a store, written as calls write them: transactions of random events in groups of
/// random size, some of them aborted.
struct RandomHistory {
    private static let actor = RecordKey.user

    let scratch: Scratch
    let environment: Environment
    private(set) var tables: StoreTables
    private(set) var head = LogHead()
    private(set) var eventCount = 0
    private var schema = Schema([])
    private var serials = LastSerials()
    private var edge = TreeEdge()
    private var random: SeededRandom
    private var milliseconds: Int64 = 1_772_445_600_000
    private var known: [RecordKey] = []

    init(seed: UInt64) throws {
        scratch = Scratch()
        random = SeededRandom(seed: testSeed(seed))
        environment = try Environment(path: scratch.path, options: .quick)
        tables = try Replay(into: environment).tables
        try define(SampleObject.all.map { (nil, $0) })
    }

    /// Continues with a group of transactions.
    mutating func addGroup() throws {
        var writer = try begin()
        for _ in 0..<(1 + random.below(6)) {
            let (knownBefore, countBefore) = (known, eventCount)
            let isKept = random.chance(85)
            // As a call does that looks for children or for an entry of the recycle bin.
            if random.chance(20) { try writer.flush() }
            var builder = nextTransaction()
            for _ in 0..<random.below(8) { try addEvent(to: &builder, &writer) }
            if isKept {
                try finish(builder, &writer)
            } else {
                writer.rollBack()
                (known, eventCount) = (knownBefore, countBefore)
            }
        }
        (serials, schema, tables, edge) = try writer.commit()
    }

    /// Adds an index to an object, which its records are in from then on, or removes it.
    mutating func toggleIndex() throws {
        let before = try #require(schema.object(code: SampleObject.code)).definition
        let isIndexed = before.fields.contains { $0.id == SampleObject.toggled && $0.isIndexed }
        try define([(before, SampleObject.definition(isToggledIndexed: !isIndexed))])
    }

    /// Appends an update of the first user to the log only, as a faulty writer might.
    mutating func addUpdate(previous: Position) throws {
        var writer = try begin()
        let user = try #require(known.first { $0.object == 1 && $0.serial == 1 })
        var builder = nextTransaction()
        builder.beginEvent(salt: salt())
        builder.payload.append(Payload.updated(RecordStamps(), from: [:], by: [:]))
        _ = builder.endEvent(.updated, of: user, previous: previous)
        try finish(builder, &writer)
        _ = try writer.commit()
    }

    private func begin() throws(StorageError) -> ProjectionWriter {
        try ProjectionWriter(
            in: environment,
            tables: tables,
            schema: schema,
            lastSerials: serials,
            edge: edge
        )
    }

    private mutating func nextTransaction() -> TransactionBuilder {
        milliseconds += random.chance(50) ? 0 : Int64(random.below(2500))
        return TransactionBuilder(
            number: head.number + 1,
            firstPosition: Position(head.lastPosition.ordinal + 1),
            epoch: 1,
            time: Timestamp(milliseconds: milliseconds),
            actor: Self.actor,
            previousDigest: head.digest,
            origin: "tests",
            idempotencyKey: random.chance(40) ? Array("key \(head.number)".utf8) : nil,
            eventCountHint: 4
        )
    }

    private mutating func finish(
        _ builder: consuming TransactionBuilder,
        _ writer: inout ProjectionWriter
    ) throws {
        let number = builder.number
        head.number = number
        head.lastPosition = Position(builder.nextPosition.ordinal - 1)
        head.time = builder.time
        let finished = builder.finish(results: [1], salt: salt())
        head.digest = finished.digest
        try writer.append(finished, number: number)
        try writer.addLeaf(finished.digest)
        let stored = try StoredTransaction(decoding: finished.head + finished.tail)
        if let key = stored.idempotencyKey { try writer.store(key, number: number) }
        writer.keep()
    }

    private mutating func salt() -> ArraySlice<UInt8> {
        ArraySlice((0..<16).map { _ in UInt8(random.below(256)) })
    }

    private mutating func define(
        _ definitions: [(before: ObjectType.Definition?, after: ObjectType.Definition)]
    ) throws {
        var writer = try begin()
        var builder = nextTransaction()
        for (before, after) in definitions {
            let payload = Payload.defined(try before?.encoded() ?? [], try after.encoded())
            let key = RecordKey(object: after.code, serial: 0)
            try add(.defined, of: key, previous: .beforeFirst, payload, to: &builder, &writer)
        }
        try finish(builder, &writer)
        (serials, schema, tables, edge) = try writer.commit()
    }

    private mutating func add(
        _ kind: EventKind,
        of key: RecordKey,
        previous: Position,
        _ payload: [UInt8],
        to builder: inout TransactionBuilder,
        _ writer: inout ProjectionWriter
    ) throws {
        builder.beginEvent(salt: salt())
        builder.payload.append(payload)
        let position = builder.endEvent(kind, of: key, previous: previous)
        let context = EventContext(position: position, time: builder.time, actor: builder.actor)
        try writer.apply(
            kind,
            of: key,
            previous: previous,
            payload: builder.payloadSpan,
            context: context
        )
        eventCount += 1
    }

    private mutating func addEvent(
        to builder: inout TransactionBuilder,
        _ writer: inout ProjectionWriter
    ) throws {
        guard random.chance(65), let key = known.randomElement(using: &random),
            let range = try writer.load(key)
        else { return try addCreation(to: &builder, &writer) }
        let bytes = Array(writer.staged.buffer.bytes[range])
        let stamps = try stamps(of: bytes)
        let (kind, payload): (EventKind, [UInt8])
        switch stamps.state {
        case .live where random.chance(60):
            let changes = try values(of: key.object, isUpdate: true)
            let before = try slots(of: bytes)
            (kind, payload) = (.updated, Payload.updated(stamps, from: before, by: changes))
        case .live:
            // Some happen together with the event before, like the deletion of children with their
            // parent.
            let isChild = random.chance(30) && builder.eventCount > 0
            let root = Position(builder.nextPosition.ordinal - 1)
            (kind, payload) = (
                .deleted, Payload.deleted(stamps, root: isChild ? root : .beforeFirst)
            )
        case .inBin where random.chance(60):
            (kind, payload) = (.undeleted, Payload.undeleted(stamps))
        case .inBin where random.chance(40): (kind, payload) = (.emptied, [])
        case .emptied where random.chance(40), .purged where random.chance(10):
            (kind, payload) = (.erased, Array("asked for".utf8))
        case .inBin, .emptied: (kind, payload) = (.purged, try Payload.purged(bytes))
        case .purged: return try addCreation(to: &builder, &writer)
        }
        try add(kind, of: key, previous: stamps.lastPosition, payload, to: &builder, &writer)
    }

    private mutating func addCreation(
        to builder: inout TransactionBuilder,
        _ writer: inout ProjectionWriter
    ) throws {
        let object = try #require(schema.objects.randomElement(using: &random))
        let key = writer.nextKey(of: object)
        let payload = Payload.created(try values(of: object.code, isUpdate: false))
        try add(.created, of: key, previous: .beforeFirst, payload, to: &builder, &writer)
        known.append(key)
    }

    /// Random values for some fields of an object; an empty value means null in an update.
    private mutating func values(of code: UInt16, isUpdate: Bool) throws -> Slots {
        var slots: Slots = [:]
        for field in try #require(schema.object(code: code)).fields where field.id.isSlot {
            guard random.chance(60) else { continue }
            let value = SampleObject.value(of: field, &random)
            if isUpdate || !value.isEmpty { slots[Int(field.id.rawValue)] = value }
        }
        return slots
    }
}
