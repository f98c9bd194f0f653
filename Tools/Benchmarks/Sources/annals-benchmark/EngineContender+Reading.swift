internal import Annals
internal import CWorkload
internal import Measuring

extension EngineContender {
    static let retrievedFields = ["Status", "OwnerId", "Name"]

    /// Reads single records, each in its own view; once before the clock starts, like the others.
    func retrieveEach() async throws -> Outcome {
        let store = try await open(for: .retrieveEach)
        defer { store.close() }
        let session = store.session()
        let selection = try session.selection(of: Self.object, Self.retrievedFields)
        let wanted = randomIDs()
        var seen = RetrievedSum(count: wanted.count)
        var watch = Stopwatch()
        for pass in 0..<2 {
            seen.removeAll()
            let start = watch
            try await watch.time {
                for id in wanted { try await seen.add(session.retrieve(selection, id: id)) }
            }
            if pass == 0 { watch = start }
        }
        return Outcome(watch, checksum: try checksum(seen))
    }

    /// The same in calls of many ids.
    func retrieveMany() async throws -> Outcome {
        let store = try await open(for: .retrieveMany)
        defer { store.close() }
        let session = store.session()
        let selection = try session.selection(of: Self.object, Self.retrievedFields)
        let wanted = randomIDs()
        let batch = Int(scale.batch)
        let calls = stride(from: 0, to: wanted.count, by: batch).map { first in
            Array(wanted[first..<min(first + batch, wanted.count)])
        }
        var seen = RetrievedSum(count: wanted.count)
        var watch = Stopwatch()
        for pass in 0..<2 {
            seen.removeAll()
            let start = watch
            try await watch.time {
                for ids in calls {
                    for record in try await session.retrieve(selection, ids: ids) {
                        try seen.add(record)
                    }
                }
            }
            if pass == 0 { watch = start }
        }
        return Outcome(watch, checksum: try checksum(seen))
    }

    func getUpdated() async throws -> Outcome {
        let store = try await open(for: .getUpdated)
        defer { store.close() }
        let session = store.session()
        let seconds = scale.updatedSeconds
        // For the engine, both ends are included.
        let start = Timestamp(milliseconds: seconds.lowerBound * 1000)
        let end = Timestamp(milliseconds: (seconds.upperBound - 1) * 1000)
        clock.set(milliseconds: workload_time(UInt64(ids.count)) + 60_000)
        var found = try await session.getUpdated(Self.object, from: start, to: end).ids
        var watch = Stopwatch()
        for _ in 0..<scale.getUpdatedPasses {
            found = try await watch.time {
                try await session.getUpdated(Self.object, from: start, to: end).ids
            }
        }
        guard found.count == scale.updatedCount else {
            throw Failure("getUpdated returned \(found.count) ids, not \(scale.updatedCount)")
        }
        let checksum = try found.reduce(UInt64(0)) { $0 &+ (try serial(of: $1)) }
        return Outcome(watch, checksum: checksum)
    }

    func randomIDs() -> [RecordID] {
        (0..<UInt64(scale.retrieveCount)).map { step in
            ids[Int(workload_random_serial(step, scale.recordCount)) - 1]
        }
    }

    /// The number of a record among those that were created, from 1.
    private func serial(of id: RecordID) throws -> UInt64 {
        var range = 0..<ids.count
        while range.count > 1 {
            let middle = range.lowerBound + range.count / 2
            range = ids[middle] <= id ? middle..<range.upperBound : range.lowerBound..<middle
        }
        guard let place = range.first, ids[place] == id else {
            throw Failure("\(id) was never created")
        }
        return UInt64(place) + 1
    }

    func checksum(_ seen: RetrievedSum) throws -> UInt64 {
        let keys = ownerKeys
        return try seen.owners.reduce(seen.sum) { sum, owner in
            guard let key = keys[owner] else { throw Failure("\(owner) owns nothing") }
            return sum &+ key
        }
    }

    /// The keys that the other contenders use for users.
    var ownerKeys: [RecordID: UInt64] {
        let keys = (0..<UInt64(owners.count)).map { 1 << 48 | ($0 + 1) }
        return Dictionary(zip(owners, keys), uniquingKeysWith: { first, _ in first })
    }
}

/// A byte or so of each field that was read, added up as in the other contenders.
struct RetrievedSum {
    private(set) var sum: UInt64 = 0
    /// Their keys are added after the clock has stopped.
    private(set) var owners: [RecordID] = []

    init(count: Int) { owners.reserveCapacity(count) }

    mutating func add(_ record: Record?) throws {
        guard let record,
            case .text(let status)? = record["Status"],
            case .id(let owner)? = record["OwnerId"],
            case .text(let name)? = record["Name"]
        else { throw EngineContender.Failure("a record was not found") }
        sum &+= UInt64(status.utf8.first ?? 0) + UInt64(name.utf8.last ?? 0)
        owners.append(owner)
    }

    mutating func removeAll() {
        sum = 0
        owners.removeAll(keepingCapacity: true)
    }
}
