import Annals
import AnnalsTestSupport
import Testing

struct `Who set a field` {
    /// What someone who saw every call would know about a record.
    private struct Naive {
        var values: [String: Value] = [:]
        var setAt: [String: Position] = [:]
    }

    private let fields = ["PreferredPhone", "Status", "RequestReason", "RequestDescription"]

    @Test func `is told as one who noted every call would tell it`() async throws {
        let seed = testSeed(4)
        var random = SeededRandom(seed: seed)
        let test = try TestStore()
        var records: [RecordID: Naive] = [:]
        for _ in 0..<6 {
            let id = try await test.session.create("ContactRequest", [:])
            records[id] = Naive()
        }
        let ids = records.keys.sorted { $0.description < $1.description }
        for step in 0..<400 {
            test.clock.advance(seconds: 1)
            let id = ids[random.below(ids.count)]
            // One field is rarely set, and some never.
            let field = fields[random.chance(2) ? 3 : random.below(3)]
            let value: Value =
                field != "Status" && random.chance(20)
                ? .null : .text(random.chance(10) ? "same" : "value \(step)")
            let result = try await test.session.update([
                SObject("ContactRequest", id: id, [field: value])
            ])[0]
            guard let position = result.position else { continue }
            if records[id]?.values[field] ?? .null != value {
                records[id]?.setAt[field] = position
                records[id]?.values[field] = value
            }
        }
        #expect(Set(records.values.flatMap(\.setAt.keys)).count >= 3, "seed \(seed)")
        for id in ids {
            let naive = try #require(records[id])
            let told = try await test.store.session().blame(id).filter { fields.contains($0.field) }
            for origin in told where origin.event.kind == .updated {
                #expect(naive.setAt[origin.field] == origin.event.position, "seed \(seed)")
                #expect(naive.values[origin.field] == origin.value, "seed \(seed)")
            }
            let updated = told.filter { $0.event.kind == .updated }.map(\.field)
            #expect(Set(updated) == Set(naive.setAt.keys), "seed \(seed)")
        }
    }

    @Test func `is the event of its creation where nothing changed it, and nobody for no record`()
        async throws
    {
        let test = try TestStore()
        let created = try await test.session.create([
            SObject("ContactRequest", ["PreferredPhone": "1"])
        ])[0]
        let id = try #require(created.id)
        let origins = try await test.store.session().blame(id)

        #expect(origins.allSatisfy { $0.event.kind == .created && $0.value != .null })
        #expect(origins.contains { $0.field == "PreferredPhone" && $0.value == "1" })
        #expect(try await test.store.session().blame(#require(RecordID("0Tz000000000077"))).isEmpty)
    }
}
