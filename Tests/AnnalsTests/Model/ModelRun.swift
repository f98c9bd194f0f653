import Annals
import AnnalsTestSupport

/// A difference between the store and the model, with what is needed to reproduce it.
struct Mismatch: Error, CustomStringConvertible {
    let description: String
}

/// A store and its model, which get the same calls.
struct ModelRun {
    let seed: UInt64
    private(set) var step = 0
    /// The outcomes of calls so far, such as "update ENTITY_IS_DELETED", and how often they
    /// occurred.
    private(set) var outcomes: [String: Int] = [:]
    var model: NaiveModel
    var calls: RandomCalls
    private var open: RecordStore?
    private let configuration: RecordStore.Configuration
    let clock = TestClock()
    private let scratch = Scratch()

    init(seed: UInt64) async throws {
        self.seed = seed
        calls = RandomCalls(seed: seed)
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        configuration.durability = .onDemand
        configuration.mapSizeBytes = 4 << 20
        self.configuration = configuration
        let schema = try SchemaFile(json: Array(NaiveObject.schemaFile.utf8))
        let path = scratch("store")
        try RecordStore.create(at: path, schema: schema, configuration: configuration)
        let store = try RecordStore(at: path, configuration: configuration)
        open = store
        model = try await NaiveModel(newStore: store, at: clock.time)
    }

    func store() throws -> RecordStore {
        guard let open else { throw Mismatch(description: "the store is not open") }
        return open
    }

    /// Makes calls, and compares each answer.
    mutating func make(_ count: Int) async throws {
        for _ in 0..<count {
            step += 1
            clock.advance(milliseconds: calls.clockStep())
            let call = calls.next(model, at: clock.time)
            do {
                try await make(call)
            } catch let mismatch as Mismatch {
                throw Mismatch(
                    description: "seed \(seed), step \(step), \(clock.time.precise): "
                        + "\(mismatch)\nin \(call)"
                )
            }
        }
    }

    private mutating func make(_ call: ModelCall) async throws {
        let store = try store()
        let answer: Result<StoreAnswer, StoreError>
        do throws(StoreError) {
            answer = .success(try await call.answer(of: store))
        } catch {
            answer = .failure(error)
        }
        let expected = model.answer(to: call, at: clock.time)
        try compare(answer, expected)
        if case .failure(let refusal) = expected {
            outcomes["\(call.name) fault \(refusal.code)", default: 0] += 1
        }
        guard case .success(.answers(let answers)) = expected else { return }
        for code in answers.flatMap({ $0.isSuccess ? ["success"] : $0.errors.map(\.code) }) {
            outcomes["\(call.name) \(code)", default: 0] += 1
        }
        for answer in answers where answer.isSuccess && answer.isCreated {
            guard let id = answer.id, let object = NaiveObject.of(id) else { continue }
            if calls.records.known[object.name]?.contains(id) == true { continue }
            calls.records.known[object.name, default: []].append(id)
        }
    }

    /// Compares everything that can be read; a difference is reported with the seed and the step.
    mutating func compareState() async throws {
        do {
            let comparison = StateComparison(model: model, store: try store())
            try await comparison.compareRecords()
            try await comparison.compareBin()
            try await comparison.compareKeys()
            try await compareWindows()
        } catch let mismatch as Mismatch {
            throw Mismatch(description: "seed \(seed), after step \(step): \(mismatch)")
        }
    }

    /// Compares the histories of all records that ever existed.
    func compareHistories() async throws {
        do {
            try await StateComparison(model: model, store: try store()).compareHistories()
        } catch let mismatch as Mismatch {
            throw Mismatch(description: "seed \(seed), after step \(step): \(mismatch)")
        }
    }

    private mutating func compareWindows() async throws {
        let now = clock.time
        let end = now.advanced(byMilliseconds: 120_000)
        for object in NaiveObject.all {
            for minutes: Int64 in [5, 2880, 14 * 1440] {
                let start = max(end.advanced(byMilliseconds: -minutes * 60_000), model.created)
                let user = model.administrator
                try await make(
                    ModelCall(operation: .getUpdated(object.name, start, end), user: user)
                )
                try await make(
                    ModelCall(operation: .getDeleted(object.name, start, end), user: user)
                )
            }
        }
    }

    /// Closes the store and reopens it.
    mutating func reopen() throws {
        try store().close()
        open = nil
        open = try RecordStore(at: scratch("store"), configuration: configuration)
    }

    /// Rebuilds all derived tables from the log.
    mutating func rebuild() async throws {
        try store().close()
        open = nil
        _ = try await RecordStore.rebuild(at: scratch("store"), configuration: configuration)
        open = try RecordStore(at: scratch("store"), configuration: configuration)
    }

    /// Compares every table with a replay of the log, and with the stored log.
    func check() async throws {
        let report = try await store().check(scratch: scratch("check"))
        guard report.isClean else {
            throw Mismatch(description: "seed \(seed), step \(step): check: \(report.findings)")
        }
        // In one pass, and in several.
        for memoryBytes in [RecordStore.defaultVerifyMemoryBytes, 10_000] {
            let verified = try await store().verify(memoryBytes: memoryBytes)
            guard verified.isClean, verified.events == report.events else {
                throw Mismatch(
                    description: "seed \(seed), step \(step): verify: \(verified.findings)"
                )
            }
        }
    }
}

extension NaiveModel {
    /// The model of a new store.
    init(newStore store: RecordStore, at time: Timestamp) async throws {
        let selection = try store.session().selection(of: "User")
        guard let record = try await store.session().records(selection).first else {
            throw Mismatch(description: "a new store has no user")
        }
        let fields = NaiveObject.user.fields.map { ($0.name, record[$0.name] ?? .null) }
        let administrator = NaiveModel.Record(
            id: record.id,
            object: "User",
            values: Dictionary(uniqueKeysWithValues: fields).filter { $0.value != .null },
            created: time.wholeSecond,
            createdBy: record.id,
            lastModified: time.wholeSecond,
            lastModifiedBy: record.id,
            systemModstamp: time.wholeSecond,
            events: [.created],
            lastPosition: record.lastPosition.ordinal
        )
        await self.init(
            administrator: administrator,
            position: try store.lastPosition().ordinal,
            at: time
        )
    }
}
