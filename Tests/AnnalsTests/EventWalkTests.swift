import Annals
import AnnalsTestSupport
import Testing

struct `A walk through events` {
    private static let objects = ["ContactRequest", "Contact"]
    private static let fields = ["Status", "PreferredPhone", "Contact.LastName", "Email"]

    /// A store with a few hundred events of two users.
    private func makeStore(_ random: inout SeededRandom) async throws -> (
        TestStore, users: [RecordID]
    ) {
        let test = try TestStore()
        let user = try await test.session.create(
            "User",
            ["Username": "ada@example.com", "LastName": "Ng"]
        )
        let users = [test.store.administrator, user]
        var ids: [(object: String, id: RecordID)] = []
        for step in 0..<250 {
            // Several events at the same time, and others more than a minute apart.
            if random.chance(60) { test.clock.advance(minutes: Int64(random.below(300))) }
            let session = test.store.session(as: users[random.below(2)])
            let object = Self.objects[random.below(2)]
            if ids.isEmpty || random.chance(30) {
                let isContact = object == "Contact"
                let new = (0...random.below(3)).map { _ in
                    SObject(object, isContact ? ["LastName": .text("Ng \(step)")] : [:])
                }
                ids += try await session.create(new).compactMap(\.id).map { (object, $0) }
                continue
            }
            let (of, id) = ids[random.below(ids.count)]
            switch random.below(6) {
            case 0: _ = try await session.delete([RecordReference(id)])
            case 1: _ = try await session.undelete([RecordReference(id)])
            default:
                let value = Value.text("x\(step)@example.com")
                let names =
                    of == "Contact" ? ["LastName", "Email"] : ["Status", "PreferredPhone"]
                let change = SObject(of, id: id, [names[random.below(2)]: value])
                _ = try await session.update([change])
            }
        }
        return (test, users)
    }

    @Test(arguments: UInt64(1)...4)
    func `meets what one finds who reads them all, forwards and backwards`(
        seed: UInt64
    ) async throws {
        let seed = testSeed(70 + seed)
        var random = SeededRandom(seed: seed)
        let (test, users) = try await makeStore(&random)
        let all = try await test.store.session().events(limit: .max)
        let records = Set(all.compactMap(\.record)).sorted { $0.description < $1.description }
        var met = 0
        for round in 0..<200 {
            var selection = EventSelection()
            if random.chance(60) { selection.after = moment(all, &random) }
            if random.chance(60) { selection.through = moment(all, &random) }
            selection.isBackwards = random.chance(50)
            if random.chance(30) { selection.objects = [Self.objects[random.below(2)]] }
            if random.chance(30) { selection.record = records[random.below(records.count)] }
            if random.chance(30) { selection.actor = users[random.below(2)] }
            if random.chance(30), selection.objects.isEmpty {
                selection.fields = [Self.fields[random.below(4)]]
            }
            if random.chance(30) { selection.kinds = [.updated, .deleted] }

            var walk = try await test.store.session().walk(selection)
            var found: [HistoryEvent] = []
            while let events = try await walk.next() { found += events }

            #expect(walk.done == walk.total)
            let expected = Self.admitted(all, selection)
            #expect(found == expected, "seed \(seed), round \(round): \(selection)")
            met += found.count
        }
        #expect(met > 1000)
    }

    @Test func `is refused where there is no such object or field`() async throws {
        let test = try TestStore()
        for (object, field) in [("Weather", nil), (nil, "Wind"), ("Contact", "Contact.Wind")] {
            var selection = EventSelection()
            selection.objects = object.map { [$0] } ?? []
            selection.fields = field.map { [$0] } ?? []
            await #expect(throws: StoreError.self) {
                try await test.store.session().walk(selection)
            }
        }
    }

    private func moment(
        _ events: [HistoryEvent],
        _ random: inout SeededRandom
    ) -> QueryOptions.Moment {
        let event = events[random.below(events.count)]
        if random.chance(50) { return .position(event.position) }
        return .time(event.time.advanced(byMilliseconds: Int64(random.below(3)) - 1))
    }

    /// The meaning of a selection, independently implemented.
    private static func admitted(
        _ events: [HistoryEvent],
        _ selection: EventSelection
    ) -> [HistoryEvent] {
        func isAfter(_ event: HistoryEvent, _ moment: QueryOptions.Moment?) -> Bool? {
            switch moment {
            case .position(let position): event.position > position
            case .time(let time): event.time > time
            case nil: nil
            }
        }
        var found: [HistoryEvent] = []
        for event in events {
            guard isAfter(event, selection.after) ?? true,
                !(isAfter(event, selection.through) ?? false),
                selection.objects.isEmpty || selection.objects.contains(event.object),
                selection.record == nil || selection.record == event.record,
                selection.actor == nil || selection.actor == event.actor,
                selection.kinds.isEmpty || selection.kinds.contains(event.kind)
            else { continue }
            guard let name = selection.fields.first else {
                found.append(event)
                continue
            }
            let parts = name.split(separator: ".")
            guard parts.count == 1 || event.object == parts[0] else { continue }
            var narrowed = event
            narrowed.changes = event.changes.filter { $0.field == parts[parts.count - 1] }
            if !narrowed.changes.isEmpty { found.append(narrowed) }
        }
        return selection.isBackwards ? found.reversed() : found
    }
}
