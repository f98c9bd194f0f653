internal import Annals
internal import Foundation
internal import Measuring

extension EngineContender {
    /// Makes a store from the whole log, next to the existing one.
    func replay() async throws -> Outcome {
        let store = try await open(for: .replay)
        defer { store.close() }
        let copy = directory + "-replayed"
        try? FileManager.default.removeItem(atPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        var watch = Stopwatch()
        let made = try await watch.time { try await store.replay(to: copy) }
        guard made.replayedEvents >= ids.count else {
            throw Failure("a replay of \(made.replayedEvents) events made \(ids.count) records")
        }
        return Outcome(watch, checksum: UInt64(ids.count))
    }

    /// Reads single records as they were before update-bulk, or as they are now if that was not
    /// done.
    func retrieveAsOf() async throws -> Outcome {
        let store = try await open(for: .retrieveAsOf)
        defer { store.close() }
        let session = store.session()
        let selection = try session.selection(of: Self.object, Self.retrievedFields)
        var position = positionBeforeUpdates
        if position == nil { position = try await store.lastPosition() }
        let moment = QueryOptions.Moment.position(position ?? .beforeFirst)
        let wanted = randomIDs()
        var seen = RetrievedSum(count: wanted.count)
        var watch = Stopwatch()
        for pass in 0..<2 {
            seen.removeAll()
            let start = watch
            try await watch.time {
                for id in wanted {
                    try await seen.add(session.retrieve(selection, id: id, asOf: moment))
                }
            }
            if pass == 0 { watch = start }
        }
        return Outcome(watch, checksum: try checksum(seen))
    }
}
