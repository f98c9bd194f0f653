internal import Annals
internal import CWorkload
internal import Foundation
internal import Measuring

/// The engine, used through its public calls.
struct EngineContender: Contender {
    /// Why the engine could not do its work.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    struct Outcome {
        let watch: Stopwatch
        let checksum: UInt64

        init(_ watch: Stopwatch, checksum: UInt64) {
            self.watch = watch
            self.checksum = checksum
        }
    }

    static let object = "ContactRequest"

    /// The standard object with the indexes that the other contenders have.
    private static let schema = """
        {"objects": [{"name": "ContactRequest", "fields": [
            {"name": "Status", "indexed": true}, {"name": "RequestReason", "indexed": true}
        ]}]}
        """

    let name: String
    /// How many calls run concurrently.
    let callers: Int
    /// The durability of the durable works.
    let durability: Durability
    let scale: Scale
    let clock = SettableClock()
    let directory: String
    /// The last event before update-bulk, if that was done.
    var positionBeforeUpdates: Position?
    /// The records in the order of their creation: the first has the serial 1.
    var ids: [RecordID] = []
    /// The users that own records, in the order of their numbers in the workload.
    private(set) var owners: [RecordID] = []

    /// Works in the folder `directory`, which it makes and empties as needed.
    ///
    /// - Parameters:
    ///   - callers: With more than one, only the works that create show a difference.
    ///   - durability: With a journal, only durable works show a difference.
    ///   - parent: The folder in which the contender's own folder is made.
    init(
        callers: Int = 1,
        _ durability: Durability = .grouped,
        in parent: String,
        scale: Scale
    ) {
        let parts = [
            "engine", durability == .journaled ? "journal" : "", callers == 1 ? "" : "\(callers)",
        ]
        name = parts.filter { !$0.isEmpty }.joined(separator: "-")
        self.callers = callers
        self.durability = durability
        directory = "\(parent)/\(name)"
        self.scale = scale
    }

    func does(_ work: Work) -> Bool {
        switch callers {
        case 1: durability != .journaled || work.isDurable
        // One record per call, because many callers benefit from group commit.
        case 17...: work == .createSingle
        default: work == .createBulk
        }
    }

    mutating func run(_ work: Work) async throws -> Measuring.Measurement {
        if work.beginsEmpty {
            try await empty()
        } else if ids.isEmpty {
            try await empty()
            _ = try await createOneByOne(.createBulk)
        }
        ResidentMemory.forgetPeak()
        let writtenBefore = WrittenBytes.ofThisProcess
        let outcome = try await perform(work)
        return Measuring.Measurement(
            contender: name,
            work: work,
            count: scale.count(of: work),
            seconds: outcome.watch.seconds,
            processorSeconds: outcome.watch.processorSeconds,
            checksum: outcome.checksum,
            peakResidentBytes: ResidentMemory.peakBytes,
            storedBytes: Scratch.byteCount(ofFolder: directory),
            writtenBytes: WrittenBytes.ofThisProcess - writtenBefore
        )
    }

    private mutating func perform(_ work: Work) async throws -> Outcome {
        switch work {
        case .createDurable, .createSingle, .createBulk:
            callers == 1
                ? try await createOneByOne(work) : try await createTogether(work)
        case .retrieveEach: try await retrieveEach()
        case .retrieveMany: try await retrieveMany()
        case .getUpdated: try await getUpdated()
        case .updateBulk: try await update(work, first: 0)
        case .updateDurable: try await update(work, first: scale.updateCount)
        case .queryLatest, .queryBoth, .queryScan, .queryGroups, .queryWindow:
            try await query(work)
        case .replay: try await replay()
        case .retrieveAsOf: try await retrieveAsOf()
        case .verify: try await verify()
        }
    }

    /// Opens the store as `work` needs it; it closes when its last reference is released.
    func open(for work: Work) async throws -> RecordStore {
        var configuration = RecordStore.Configuration()
        configuration.durability = work.isBulk ? .onDemand : durability
        configuration.allowsAnyFileSystem = true
        configuration.clock = { [clock] in clock.time }
        // The writer's thread may keep the closed store open for a moment.
        for _ in 0..<200 {
            do throws(StoreError) {
                return try RecordStore(at: directory, configuration: configuration)
            } catch .storage(.alreadyOpen) {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        throw Failure("\(directory) stays open")
    }

    /// A new store with the users that own the records.
    private mutating func empty() async throws {
        ids = []
        owners = []
        try? FileManager.default.removeItem(atPath: directory)
        clock.set(milliseconds: workload_time(0) - 3_600_000)
        var configuration = RecordStore.Configuration()
        configuration.allowsAnyFileSystem = true
        configuration.clock = { [clock] in clock.time }
        try RecordStore.create(
            at: directory,
            schema: SchemaFile(json: Array(Self.schema.utf8)),
            configuration: configuration
        )
        let users = (0..<Int(WORKLOAD_OWNER_COUNT)).map { number in
            SObject(
                "User",
                ["Username": .text("user\(number)@benchmark.invalid"), "LastName": "Owner"]
            )
        }
        let store = try await open(for: .createDurable)
        defer { store.close() }
        owners = try Self.successes(await store.session().create(users))
    }

    /// The records that a call made or changed, all of which must have succeeded.
    static func successes(_ results: [RecordResult]) throws -> [RecordID] {
        try results.map { result in
            guard result.isSuccess, let id = result.id else {
                throw Failure("a record was refused: \(result.errors)")
            }
            return id
        }
    }
}

extension Work {
    /// Whether the work is synced to the disk once at its end.
    var isBulk: Bool { self == .createBulk || self == .updateBulk }

    /// Whether every call is on the disk before the next one.
    var isDurable: Bool { [.createDurable, .createSingle, .updateDurable].contains(self) }

    /// How many records a call has.
    func batch(of scale: Scale) -> Int { self == .createSingle ? 1 : Int(scale.batch) }
}
