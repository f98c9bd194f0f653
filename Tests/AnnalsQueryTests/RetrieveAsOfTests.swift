import Annals
import AnnalsTestSupport
import Testing

struct `A record of the past` {
    @Test(arguments: UInt64(301)...304)
    func `is retrieved as a query of that moment tells it`(seed: UInt64) async throws {
        let seed = testSeed(seed)
        let random = try await RandomStore(seed: seed)
        let session = random.store.session()
        var chance = SeededRandom(seed: seed)
        let events = try await random.store.session().events(limit: .max)
        var found = 0
        for _ in 0..<8 {
            var index = 30 + chance.below(events.count - 30)
            while index + 1 < events.count, events[index + 1].kind == .defined { index += 1 }
            let event = events[index]
            var options = QueryOptions()
            options.asOf = chance.chance(50) ? .position(event.position) : .time(event.time)
            let moment = try #require(options.asOf)
            for object in random.schema(at: event.position).objects {
                let names = object.fields.map(\.name).filter { !$0.hasPrefix("Last") }
                let query = "SELECT \(names.joined(separator: ", ")) FROM \(object.name)"
                let answer = try await session.query(text: query, options: options)
                let rows = Dictionary(
                    uniqueKeysWithValues: answer.records.compactMap { row in
                        row.id.map { ($0, row) }
                    }
                )
                let selection = try session.selection(of: object.name, names)
                for id in Set(events.compactMap(\.record)) where id.prefix == object.prefix {
                    let record = try await session.retrieve(selection, id: id, asOf: moment)
                    let row = rows[id]
                    #expect((record == nil) == (row == nil), "seed \(seed), \(moment), \(id)")
                    guard let record, let row else { continue }
                    found += 1
                    let isSame = names.allSatisfy { row[$0] == record[$0].map(QueryContent.value) }
                    #expect(isSame, "seed \(seed), \(moment), \(id)")
                }
            }
        }
        #expect(found > 200)
    }
}
