import Annals
import AnnalsTestSupport
import Testing

struct `Counted events` {
    @Test(arguments: EventCount.Grouping.allCases)
    func `are as many as one finds who reads them all`(grouping: EventCount.Grouping) async throws {
        let seed = testSeed(9)
        var random = SeededRandom(seed: seed)
        let test = try TestStore()
        var ids: [RecordID] = []
        for _ in 0..<150 {
            test.clock.advance(minutes: Int64(random.below(600)))
            if ids.isEmpty || random.chance(40) {
                let count = 1 + random.below(3)
                let new = (0..<count).map { _ in SObject("ContactRequest", [:]) }
                ids += try await test.session.create(new).compactMap(\.id)
            } else {
                let id = ids[random.below(ids.count)]
                if random.chance(30) {
                    _ = try await test.session.delete([RecordReference(id)])
                } else {
                    let change = SObject("ContactRequest", id: id, ["Status": "New"])
                    _ = try await test.session.update([change])
                }
            }
        }
        let events = try await test.store.session().events(limit: .max)
        let last = await Int(try test.store.lastPosition().ordinal)
        for _ in 0..<30 {
            let start = moment(events, random.below(last + 1), &random)
            let end = moment(events, random.below(last + 1), &random)
            var expected: [String: Int] = [:]
            for event in events where isAfter(event, start) && !isAfter(event, end) {
                expected[key(of: event, grouping), default: 0] += 1
            }

            let told = try await test.store.session().eventCounts(
                by: grouping,
                after: start,
                through: end
            )
            let counts = Dictionary(uniqueKeysWithValues: told.map { ($0.key, $0.count) })
            #expect(counts == expected, "seed \(seed), \(start) to \(end)")
        }
        let all = try await test.store.session().eventCounts(by: grouping)
        #expect(all.reduce(0) { $0 + $1.count } == events.count)
    }

    @Test func `stop when they are told to`() async throws {
        let test = try TestStore()
        await #expect(throws: StoreError.interrupted) {
            let session = test.store.session()
            try await cancelling {
                try await session.eventCounts(by: .kind, progress: $0)
            }
        }
    }

    private func moment(
        _ events: [HistoryEvent],
        _ index: Int,
        _ random: inout SeededRandom
    ) -> QueryOptions.Moment {
        random.chance(50) || index == events.count
            ? .position(Position(UInt64(index))) : .time(events[index].time)
    }

    private func isAfter(_ event: HistoryEvent, _ moment: QueryOptions.Moment) -> Bool {
        switch moment {
        case .position(let position): event.position > position
        case .time(let time): event.time > time
        }
    }

    private func key(of event: HistoryEvent, _ grouping: EventCount.Grouping) -> String {
        switch grouping {
        case .hour: String(event.time.description.prefix(13))
        case .day: String(event.time.description.prefix(10))
        case .month: String(event.time.description.prefix(7))
        case .kind: "\(event.kind)"
        case .actor: event.actor?.description ?? "-"
        case .object: event.object
        }
    }
}
