internal import Annals
internal import CWorkload
internal import Measuring

extension EngineContender {
    /// One caller, which awaits each call before the next one.
    mutating func createOneByOne(_ work: Work) async throws -> Outcome {
        let store = try await open(for: work)
        defer { store.close() }
        let session = store.session()
        let source = try WorkloadSource(batch: scale.batch)
        let end = UInt64(ids.count) + scale.count(of: work)
        var watch = Stopwatch()
        ids.reserveCapacity(Int(end))
        while ids.count < end {
            let first = UInt64(ids.count)
            let count = min(work.batch(of: scale), Int(end - first))
            let records = source.creates(first: first, count: count, owners: owners)
            clock.set(milliseconds: workload_time(first))
            let results = try await watch.time { try await session.create(records) }
            ids += try Self.successes(results)
        }
        if work.isBulk { try await watch.time { try await store.synchronize() } }
        return Outcome(watch, checksum: scale.count(of: work))
    }

    /// Several callers, each of which awaits its call before its next one.
    ///
    /// They share a limited number of calls at a time: the records are generated beforehand, and
    /// millions of them would not fit into memory.
    mutating func createTogether(_ work: Work) async throws -> Outcome {
        let store = try await open(for: work)
        defer { store.close() }
        let session = store.session()
        let source = try WorkloadSource(batch: scale.batch)
        let end = UInt64(ids.count) + scale.count(of: work)
        let batch = work.batch(of: scale)
        let callsAtATime = max(20_000 / batch, callers)
        var watch = Stopwatch()
        while ids.count < end {
            var first = UInt64(ids.count)
            clock.set(milliseconds: workload_time(first))
            var calls: [[SObject]] = []
            while calls.count < callsAtATime, first < end {
                let count = min(batch, Int(end - first))
                calls.append(source.creates(first: first, count: count, owners: owners))
                first += UInt64(count)
            }
            let results = try await watch.time {
                [callers, calls] in try await Self.create(calls, callers: callers, session)
            }
            ids += try Self.successes(results)
        }
        if work.isBulk { try await watch.time { try await store.synchronize() } }
        return Outcome(watch, checksum: scale.count(of: work))
    }

    private static func create(
        _ calls: [[SObject]],
        callers: Int,
        _ session: Session
    ) async throws -> [RecordResult] {
        try await withThrowingTaskGroup(of: [RecordResult].self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var results: [RecordResult] = []
                    for call in stride(from: caller, to: calls.count, by: callers) {
                        results += try await session.create(calls[call])
                    }
                    return results
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// One caller, which changes random records.
    mutating func update(_ work: Work, first: UInt64) async throws -> Outcome {
        let store = try await open(for: work)
        defer { store.close() }
        if work == .updateBulk { positionBeforeUpdates = try await store.lastPosition() }
        let session = store.session()
        let source = try WorkloadSource(batch: scale.batch)
        var watch = Stopwatch()
        for done in stride(from: 0, to: scale.updateCount, by: Int(scale.batch)) {
            let count = min(Int(scale.batch), Int(scale.updateCount - done))
            let records = source.updates(first: first + done, count: count, ids: ids)
            clock.set(milliseconds: workload_update_time(first + done, UInt64(ids.count)))
            let results = try await watch.time { try await session.update(records) }
            _ = try Self.successes(results)
        }
        if work.isBulk { try await watch.time { try await store.synchronize() } }
        return Outcome(watch, checksum: scale.updateCount)
    }
}
