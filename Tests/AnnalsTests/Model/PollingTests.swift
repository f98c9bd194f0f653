import Annals
import AnnalsTestSupport
import Foundation
import Synchronization
import Testing

struct `A consumer that polls while others write` {
    @Test(arguments: 0..<12)
    func `has every record in the end and no other`(number: UInt64) async throws {
        let polling = try Polling(seed: testSeed(700) + number)
        let consumer = try await polling.run(next: .latestDateCovered)
        #expect(consumer.pollCount > 20)
        #expect(try await polling.differences(consumer) == [])
    }

    @Test func `misses records where it goes on from the end of its windows`() async throws {
        let polling = try Polling(seed: testSeed(700))
        let consumer = try await polling.run(next: .endDate)
        #expect(try await polling.differences(consumer) != [])
    }
}

/// Four writers, and a consumer that follows them.
private struct Polling {
    private let seed: UInt64
    private let clock: RestlessClock
    private let store: RecordStore
    private let scratch = Scratch()
    private let object = "ContactRequest"

    init(seed: UInt64) throws {
        self.seed = seed
        let clock = RestlessClock(seed: seed)
        self.clock = clock
        var configuration = RecordStore.Configuration()
        configuration.clock = { clock.now() }
        configuration.durability = .onDemand
        configuration.mapSizeBytes = 4 << 20
        try RecordStore.create(at: scratch("store"), configuration: configuration)
        store = try RecordStore(at: scratch("store"), configuration: configuration)
    }

    func run(next: PollingConsumer.NextStart) async throws -> PollingConsumer {
        let (store, seed, object) = (store, seed, object)
        let isOver = Flag()
        async let followed = Self.follow(
            store,
            PollingConsumer(of: object, from: store.created, next: next),
            until: isOver
        )
        do {
            defer { isOver.set() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        let random = SeededRandom(seed: seed &* 100 &+ UInt64(writer))
                        try await Self.write(to: store, object, random)
                    }
                }
                try await group.waitForAll()
            }
        }
        var consumer = try await followed
        for _ in 0..<2 {
            clock.advance(minutes: 5)
            try await consumer.poll(store.session())
        }
        return consumer
    }

    private static func follow(
        _ store: RecordStore,
        _ consumer: PollingConsumer,
        until isOver: Flag
    ) async throws -> PollingConsumer {
        var consumer = consumer
        while !isOver.isSet {
            try await consumer.poll(store.session())
            await Task.yield()
        }
        return consumer
    }

    private static func write(
        to store: RecordStore,
        _ object: String,
        _ random: SeededRandom
    ) async throws {
        var random = random
        var ids: [RecordID] = []
        let session = store.session()
        for _ in 0..<400 {
            let id = ids.isEmpty ? nil : ids[random.below(ids.count)]
            switch (random.below(10), id) {
            case (3..<6, let id?): _ = try await session.update([SObject(object, id: id)])
            case (6..<8, let id?): _ = try await session.delete([RecordReference(id)])
            case (8..<10, let id?): _ = try await session.undelete([RecordReference(id)])
            default:
                ids += try await session.create([SObject(object)]).compactMap(\.id)
            }
        }
    }

    /// The records that the consumer is missing, has by mistake, or has in an old version.
    func differences(_ consumer: PollingConsumer) async throws -> [RecordID] {
        let live = try await liveRecords()
        return Set(live.keys).union(consumer.copy.keys)
            .filter { live[$0] != consumer.copy[$0] }
            .sorted()
    }

    private func liveRecords() async throws -> [RecordID: Value] {
        let selection = try store.session().selection(of: object, ["SystemModstamp"])
        var records: [RecordID: Value] = [:]
        for record in try await store.session().records(selection, limit: 1_000_000) {
            records[record.id] = record["SystemModstamp"]
        }
        return records
    }
}

private final class Flag: Sendable {
    private let value = Mutex(false)

    var isSet: Bool { value.withLock { $0 } }

    func set() { value.withLock { $0 = true } }
}
