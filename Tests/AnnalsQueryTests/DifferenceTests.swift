import AnnalsTestSupport
import Testing

@testable import Annals

struct `What differs between two moments` {
    /// A record as a query returned it.
    private struct Told {
        let isDeleted: Bool
        let values: [String: Value]
    }

    @Test(arguments: UInt64(201)...206)
    func `is what two whole answers differ by`(seed: UInt64) async throws {
        let seed = testSeed(seed)
        let random = try await RandomStore(seed: seed)
        var chance = SeededRandom(seed: seed)
        let events = try await random.store.session().events(limit: .max)
        var kinds: [RecordDifference.Kind: Int] = [:]
        for _ in 0..<12 {
            let places = [place(in: events, &chance), place(in: events, &chance)].sorted()
            let (from, to) = (
                moment(of: events[places[0]], &chance), moment(of: events[places[1]], &chance)
            )
            let found = try await random.store.session().differences(from: from, to: to)
            var expected: [RecordDifference] = []
            for object in random.store.schema.objects {
                expected += try await differences(of: object, in: random, from, to)
            }

            let names = "seed \(seed), \(from) to \(to)"
            #expect(found.map(\.record) == expected.map(\.record), "\(names)")
            for (found, expected) in zip(found.map(\.withoutOldFlags), expected)
            where found != expected {
                Issue.record("\(names): \(found) is \(expected)")
                break
            }
            for difference in found { kinds[difference.kind, default: 0] += 1 }
        }
        for kind in [RecordDifference.Kind.created, .deleted, .changed] {
            #expect(kinds[kind, default: 0] > 3, "\(kind)")
        }
    }

    @Test func `knows who is back from who was never away`() async throws {
        let random = try await RandomStore(seed: 9, changes: 0)
        let session = random.store.session()
        func create(_ name: String) async throws -> RecordID {
            try await session.create("Contact", ["LastName": .text(name)])
        }
        let (back, away, gone) = (
            try await create("Back"), try await create("Away"), try await create("Gone")
        )
        try await session.delete(back)
        let from = await QueryOptions.Moment.position(try random.store.lastPosition())
        try await session.undelete(back)
        try await session.update("Contact", id: back, ["LastName": "Here"])
        _ = try await session.delete([away, away, gone].map { RecordReference($0) })
        try await session.undelete(away)
        let brief = try await create("Brief")
        try await session.delete(brief)

        let found = try await random.store.session().differences(from: from)

        #expect(found.map(\.kind) == [.undeleted, .deleted])
        #expect(found.map(\.record) == [back, gone])
        #expect(found[0].changes.first { $0.field == "LastName" }?.after == "Here")
        #expect(found[1].changes.isEmpty)
    }

    private static func halfALife(
        seed: UInt64
    ) async throws -> (RandomStore, QueryOptions.Moment, [RecordDifference]) {
        let random = try await RandomStore(seed: seed)
        let last = try await random.store.lastPosition()
        let from = QueryOptions.Moment.position(Position(last.ordinal / 2))
        return (random, from, try await random.store.session().differences(from: from))
    }

    private static func changesText(_ difference: RecordDifference) -> Bool {
        difference.kind == .changed && difference.object == "Thing__c"
            && difference.changes.contains { $0.field == "Text__c" }
    }

    @Test func `is narrowed to objects and fields`() async throws {
        var (random, from, all) = try await Self.halfALife(seed: 3)
        // A life in which no text changes would show nothing.
        for seed in UInt64(4)..<40 where !all.contains(where: Self.changesText) {
            (random, from, all) = try await Self.halfALife(seed: seed)
        }
        let things = try await random.store.session().differences(from: from, objects: ["Thing__c"])
        let texts = try await random.store.session().differences(
            from: from,
            fields: ["Thing__c.Text__c"]
        )

        #expect(things == all.filter { $0.object == "Thing__c" })
        let changed = texts.filter { $0.kind == .changed }
        let fields = Set(changed.flatMap { $0.changes.map(\.field) })
        #expect(fields == ["Text__c"])
        let withText = all.filter(Self.changesText)
        #expect(changed.map(\.record) == withText.map(\.record))
        #expect(texts.count { $0.kind == .created } == all.count { $0.kind == .created })
    }

    @Test func `is nothing from one moment to the same or an earlier one`() async throws {
        let random = try await RandomStore(seed: 8, changes: 30)
        let last = try await random.store.lastPosition()
        let store = random.store

        #expect(try await store.session().differences(from: .position(last)) == [])
        let earlier = QueryOptions.Moment.position(Position(last.ordinal - 50))
        #expect(try await store.session().differences(from: .position(last), to: earlier) == [])
        await #expect(throws: StoreError.interrupted) {
            let session = store.session()
            try await cancelling { try await session.differences(from: earlier, progress: $0) }
        }
    }

    /// The records of an object at both moments, read with queries like those of any user.
    private func differences(
        of object: ObjectType,
        in random: RandomStore,
        _ from: QueryOptions.Moment,
        _ to: QueryOptions.Moment
    ) async throws -> [RecordDifference] {
        let before = try await records(of: object, in: random, from)
        let after = try await records(of: object, in: random, to)
        var found: [RecordDifference] = []
        for id in Set(before.keys).union(after.keys).sorted(by: { $0.serial ?? 0 < $1.serial ?? 0 })
        {
            let (old, new) = (before[id], after[id])
            let kind: RecordDifference.Kind
            switch (old?.isDeleted, new?.isDeleted) {
            case (nil, false): kind = .created
            case (false, true), (false, nil): kind = .deleted
            case (true, false): kind = .undeleted
            case (false, false): kind = .changed
            default: continue
            }
            // A record that was erased since is in neither answer, or is deleted and empty in the
            // later one.
            var changes: [HistoryEvent.Change] = []
            for field in object.fields where field.id.isSlot && kind != .deleted {
                let missing: Value =
                    field.kind == .boolean && old != nil ? .boolean(false) : .null
                let left = old?.values[field.name] ?? missing
                let right = new?.values[field.name] ?? missing
                if left == right || kind == .created && right == .boolean(false) { continue }
                changes.append(HistoryEvent.Change(field: field.name, before: left, after: right))
            }
            if kind == .changed, changes.isEmpty { continue }
            changes.sort { index(of: $0.field, object) < index(of: $1.field, object) }
            found.append(
                RecordDifference(kind: kind, object: object.name, record: id, changes: changes)
            )
        }
        return found
    }

    private func index(of name: String, _ object: ObjectType) -> FieldID {
        object[name]?.id ?? FieldID(rawValue: 0)
    }

    private func records(
        of object: ObjectType,
        in random: RandomStore,
        _ moment: QueryOptions.Moment
    ) async throws -> [RecordID: Told] {
        var options = QueryOptions()
        options.asOf = moment
        options.includesDeleted = true
        let position: Position =
            switch moment {
            case .position(let position): position
            case .time(let time):
                try await random.store.session().events(limit: .max).last { $0.time <= time }?
                    .position
                    ?? .beforeFirst
            }
        guard let then = random.schema(at: position)[object.name] else { return [:] }
        let names = then.fields.filter(\.id.isSlot).map(\.name)
        let query = "SELECT Id, IsDeleted, \(names.joined(separator: ", ")) FROM \(object.name)"
        let answer = try await random.store.session().query(text: query, options: options)
        #expect(answer.isDone)
        var records: [RecordID: Told] = [:]
        for row in answer.records {
            guard let id = row.id else { continue }
            var values: [String: Value] = [:]
            for name in names {
                if case .value(let value)? = row[name], value != .null { values[name] = value }
            }
            let isDeleted = row["IsDeleted"] == .value(.boolean(true))
            records[id] = Told(isDeleted: isDeleted, values: values)
        }
        return records
    }

    /// A position at which every object is completely defined.
    private func place(in events: [HistoryEvent], _ chance: inout SeededRandom) -> Int {
        var index = 30 + chance.below(events.count - 30)
        while index + 1 < events.count, events[index + 1].kind == .defined { index += 1 }
        return index
    }

    private func moment(
        of event: HistoryEvent,
        _ chance: inout SeededRandom
    ) -> QueryOptions.Moment {
        chance.chance(50) ? .position(event.position) : .time(event.time)
    }
}

extension RecordDifference {
    /// Without what a query cannot show: whether a flag of a new record was set to false, or is
    /// newer than the record.
    fileprivate var withoutOldFlags: RecordDifference {
        guard kind == .created else { return self }
        return RecordDifference(
            kind: kind,
            object: object,
            record: record,
            changes: changes.filter { $0.after != .boolean(false) }
        )
    }
}
