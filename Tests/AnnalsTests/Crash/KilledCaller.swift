import Annals
import AnnalsTestSupport
import Foundation

/// One of the tasks of a process that is killed while it makes calls.
///
/// It uses only its own records, so that it knows what every call must return.
struct KilledCaller {
    static let taskCount = 8

    private let store: RecordStore
    /// Whether it mostly creates, in calls that may return before the tables have their records:
    /// those have no idempotency key.
    private let isLoading: Bool
    private let acknowledgements: AcknowledgementFile.Writer
    private let round: Int
    private let task: Int
    private var random: SeededRandom
    private var live: [RecordID] = []
    private var binned: [RecordID] = []
    private var callCount = 0

    /// Makes calls in eight tasks until the process is killed, at some moment within 150 ms: while
    /// it opens the store, prepares, commits, syncs or returns.
    static func run(
        store path: String,
        acknowledgements file: String,
        round: Int,
        durability: Durability,
        isLoading: Bool
    ) async throws {
        var random = SeededRandom(seed: UInt64(round) &+ testSeed(4))
        let microseconds = UInt32(5_000 + random.below(145_000))
        Thread.detachNewThread {
            usleep(microseconds)
            kill(getpid(), SIGKILL)
        }
        var configuration = RecordStore.Configuration()
        configuration.durability = durability
        let store = try RecordStore(at: path, configuration: configuration)
        let writer = try AcknowledgementFile.Writer(AcknowledgementFile(path: file))
        let known = try await recentRecords(of: store)
        try await withThrowingTaskGroup { group in
            for task in 0..<taskCount {
                var caller = KilledCaller(
                    store,
                    writer,
                    isLoading: isLoading,
                    round: round,
                    task: task
                )
                caller.adopt(known)
                group.addTask { [caller] in
                    var caller = caller
                    while true { try await caller.call() }
                }
            }
            try await group.waitForAll()
        }
    }

    private init(
        _ store: RecordStore,
        _ acknowledgements: AcknowledgementFile.Writer,
        isLoading: Bool,
        round: Int,
        task: Int
    ) {
        self.store = store
        self.isLoading = isLoading
        self.acknowledgements = acknowledgements
        self.round = round
        self.task = task
        random = SeededRandom(seed: UInt64(round * Self.taskCount + task) &+ testSeed(5))
    }

    /// The newest records of earlier processes, including deleted ones.
    private static func recentRecords(of store: RecordStore) async throws -> [Record] {
        let selection = try store.session().selection(of: "ContactRequest", ["Name", "IsDeleted"])
        let count =
            try await store.info().objects.first { $0.name == "ContactRequest" }?.created ?? 0
        guard count > 0 else { return [] }
        let after = count > 400 ? selection.object.id(ofSerial: count - 400) : nil
        return try await store.session().records(
            selection,
            after: after,
            includingDeleted: true,
            limit: 400
        )
    }

    private mutating func adopt(_ records: [Record]) {
        for (index, record) in records.enumerated() where index % Self.taskCount == task {
            if record["IsDeleted"] == true {
                binned.append(record.id)
            } else {
                live.append(record.id)
            }
        }
    }

    private mutating func call() async throws {
        callCount += 1
        if isLoading, !random.chance(2) {
            try await load()
            return
        }
        switch random.below(100) {
        case ..<35: try await create()
        case ..<65 where !live.isEmpty: try await update()
        case ..<80 where !live.isEmpty: try await delete()
        case ..<95 where !binned.isEmpty: try await undelete()
        default: try await createInVain()
        }
    }

    private func key(_ eventCount: Int) -> CallKey {
        CallKey(round: round, task: task, call: callCount, eventCount: eventCount)
    }

    /// The log does not keep the text of a key: the origin shows which call an event belongs to.
    private func session(_ key: CallKey) -> Session { store.session(origin: "\(key)") }

    private func options(_ key: CallKey) -> CallOptions {
        CallOptions(allOrNone: key.eventCount > 1, idempotencyKey: key.description)
    }

    /// Writes to the file before any other call is made.
    private func acknowledge(_ key: CallKey, _ results: [RecordResult]) throws {
        guard results.count == key.eventCount, results.allSatisfy(\.isSuccess) else {
            throw UnexpectedResults(results: results)
        }
        let positions = results.compactMap(\.position)
        try acknowledgements.append(AcknowledgementFile.Call(key: key, positions: positions))
    }

    private var fields: [SObject.Assignment] {
        [
            SObject.Assignment("PreferredPhone", .text("+1 555 \(round) \(task) \(callCount)")),
            SObject.Assignment(
                "RequestDescription",
                .text(String(repeating: "word ", count: 1 + callCount % 40 * (callCount % 7)))
            ),
        ]
    }

    private mutating func create() async throws {
        let key = key(1 + random.below(5))
        let record = SObject("ContactRequest", id: nil, assignments: fields)
        let results = try await session(key).create(
            Array(repeating: record, count: key.eventCount),
            options: options(key)
        )
        try acknowledge(key, results)
        live += results.compactMap(\.id)
    }

    private mutating func load() async throws {
        let key = key(20 + random.below(100))
        let record = SObject("ContactRequest", id: nil, assignments: fields)
        let results = try await store.session(origin: "\(key)")
            .create(Array(repeating: record, count: key.eventCount))
        try acknowledge(key, results)
        live.append(contentsOf: results.prefix(5).compactMap(\.id))
    }

    private mutating func update() async throws {
        live.shuffle(using: &random)
        let ids = live.prefix(1 + random.below(4))
        let key = key(ids.count)
        let records = ids.map { SObject("ContactRequest", id: .id($0), assignments: fields) }
        try acknowledge(key, try await session(key).update(records, options: options(key)))
    }

    private mutating func delete() async throws {
        live.shuffle(using: &random)
        let ids = Array(live.prefix(1 + random.below(3)))
        let key = key(ids.count)
        let references = ids.map { RecordReference($0) }
        try acknowledge(key, try await session(key).delete(references, options: options(key)))
        live.removeFirst(ids.count)
        binned += ids
    }

    private mutating func undelete() async throws {
        binned.shuffle(using: &random)
        let ids = Array(binned.prefix(1 + random.below(3)))
        let key = key(ids.count)
        let references = ids.map { RecordReference($0) }
        try acknowledge(key, try await session(key).undelete(references, options: options(key)))
        binned.removeFirst(ids.count)
        live += ids
    }

    /// An all-or-none call whose last record is refused, which must leave nothing.
    private func createInVain() async throws {
        let good = SObject("ContactRequest", id: nil, assignments: fields)
        let bad = SObject(
            "ContactRequest",
            ["PreferredPhone": .text(String(repeating: "5", count: 41))]
        )
        let key = key(0)
        let results = try await session(key).create(
            [good, good, bad],
            options: CallOptions(allOrNone: true, idempotencyKey: key.description)
        )
        guard results.allSatisfy({ !$0.isSuccess }) else {
            throw UnexpectedResults(results: results)
        }
    }
}

/// Results that a caller with records of its own can never get.
private struct UnexpectedResults: Error {
    let results: [RecordResult]
}
