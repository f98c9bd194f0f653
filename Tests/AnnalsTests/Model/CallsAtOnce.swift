import Annals
import AnnalsTestSupport

extension ModelRun {
    /// A call that was made concurrently with others, and its answer.
    struct MadeCall: Sendable {
        let call: ModelCall
        let answer: StoreAnswer
    }

    /// Makes calls in concurrent tasks: the first half use existing records, the others only their
    /// own.
    ///
    /// - Returns: The calls that were not refused as a whole, by their idempotency keys.
    func makeAtOnce(
        round: Int,
        taskCount: Int,
        callCount: Int
    ) async throws -> [String: MadeCall] {
        let (store, model, clock) = (try store(), model, clock)
        let empty = try await NaiveModel(newStore: store, at: clock.time)
        return try await withThrowingTaskGroup(of: [String: MadeCall].self) { group in
            for task in 0..<taskCount {
                var calls = RandomCalls(seed: seed &+ UInt64(1000 * round + task))
                let isSharing = task < taskCount / 2
                if isSharing { calls.records.known = self.calls.records.known }
                group.addTask { [calls] in
                    try await Self.make(
                        callCount,
                        calls,
                        isSharing ? model : empty,
                        on: store,
                        clock,
                        name: "round \(round), task \(task)"
                    )
                }
            }
            return try await group.reduce(into: [:]) { all, some in
                all.merge(some) { first, _ in first }
            }
        }
    }

    private static func make(
        _ count: Int,
        _ calls: RandomCalls,
        _ model: NaiveModel,
        on store: RecordStore,
        _ clock: TestClock,
        name: String
    ) async throws -> [String: MadeCall] {
        var calls = calls
        var made: [String: MadeCall] = [:]
        for number in 0..<count {
            clock.advance(milliseconds: Int64(calls.records.random.below(700)))
            var call = calls.next(model, at: clock.time)
            guard call.isWriting else { continue }
            let key = "\(name), call \(number)"
            call.options.idempotencyKey = key
            let answer: StoreAnswer
            do throws(StoreError) {
                answer = try await call.answer(of: store)
            } catch {
                guard case .fault = error else { throw error }
                continue
            }
            made[store.recordedIdempotencyKey(key)] = MadeCall(call: call, answer: answer)
            guard case .results(let results) = answer else { continue }
            for result in results where result.isSuccess && result.isCreated {
                guard let id = result.id, let object = NaiveObject.of(id) else { continue }
                calls.records.known[object.name, default: []].append(id)
            }
        }
        return made
    }

    /// Makes the calls to the model one by one, in the order of the log, and compares the answers.
    mutating func replay(_ calls: [String: MadeCall], after position: Position) async throws {
        var unseen = calls
        var transaction: UInt64 = 0
        var position = position
        while let events = try await page(after: position) {
            for event in events where event.transaction != transaction {
                transaction = event.transaction
                guard let key = event.idempotencyKey, let made = unseen.removeValue(forKey: key)
                else { throw Mismatch(description: "an event of a call that was not made") }
                do {
                    let expected = model.answer(to: made.call, at: event.time)
                    try compare(.success(made.answer), expected)
                } catch let mismatch as Mismatch {
                    throw Mismatch(
                        description: "seed \(seed), transaction \(transaction), \(key): "
                            + "\(mismatch)\nin \(made.call)"
                    )
                }
            }
            position = events.last?.position ?? position
        }
        for (key, made) in unseen {
            guard case .results(let results) = made.answer else { continue }
            try same("\(key) has events", results.contains { $0.position != nil }, false)
        }
    }

    private func page(after position: Position) async throws -> [HistoryEvent]? {
        let events = try await store().session().events(after: position, limit: 1000)
        return events.isEmpty ? nil : events
    }
}

extension ModelCall {
    /// Whether it is a call that writes records.
    var isWriting: Bool {
        switch operation {
        case .create, .update, .upsert, .delete, .undelete, .emptyRecycleBin, .erase: true
        case .purge, .retrieve, .getUpdated, .getDeleted: false
        }
    }
}
