import Annals
import AnnalsSOQL
import AnnalsTestSupport
import Testing

extension `The query engine` {
    @Test(arguments: UInt64(101)...108)
    func `answers as of any moment as one who read every record then`(seed: UInt64) async throws {
        let seed = testSeed(seed)
        let random = try await RandomStore(seed: seed)
        let history = try await NaiveHistory(of: random.store)
        try await expectAgreement(seed: seed, count: Self.count / 3) { chance, options in
            let moment = history.moment(&chance)
            options.asOf = moment
            let position: Position
            switch moment {
            case .position(let given): position = given
            case .time(let time): position = history.position(at: time)
            }
            let user = random.users[chance.below(random.users.count)]
            return QueryComparison(
                session: random.store.session(as: user),
                evaluator: NaiveEvaluator(
                    history.store(after: position, random.schema(at: position)),
                    user: user,
                    includesDeleted: options.includesDeleted,
                    options,
                    now: random.clock.time
                ),
                options: options
            )
        }
    }

    @Test func `knows a field from when it was defined`() async throws {
        let random = try await RandomStore(seed: 1)
        let session = random.store.session()
        var options = QueryOptions()
        options.asOf = .position(random.schemas[1].until)

        await #expect(throws: StoreError.self) {
            try await session.query("SELECT New__c FROM Thing__c", options: options)
        }
        await #expect(throws: StoreError.self) {
            try await session.query("SELECT Id FROM Extra__c", options: options)
        }
        options.asOf = .position(random.schemas[1].until.advanced(by: 2))
        _ = try await session.query("SELECT New__c FROM Thing__c", options: options)
        _ = try await session.query("SELECT Id FROM Extra__c", options: options)
    }

    @Test func `spells a group as its first record did, though records of the past come last`()
        async throws
    {
        let random = try await RandomStore(seed: 1, changes: 0)
        let session = random.store.session()
        let things = ["GROUP me", "group me", "GROUP me"].map {
            SObject("Thing__c", ["Text__c": .text($0)])
        }
        let first = try #require(try await session.create(things).first?.id)
        var options = QueryOptions()
        options.asOf = await .position(try random.store.lastPosition())
        _ = try await session.update([SObject("Thing__c", id: first, ["Text__c": "other"])])

        let groups = try await session.query(
            "SELECT Text__c FROM Thing__c WHERE Text__c LIKE 'group m%' GROUP BY Text__c",
            options: options
        )

        #expect(groups.records.map { $0["Text__c"] } == [.value("GROUP me")])
    }

    @Test func `is tested with a history that leads to what is stored`() async throws {
        let random = try await RandomStore(seed: 1)
        let stored = try await NaiveStore(reading: random.store)
        let told = try await NaiveHistory(of: random.store)
            .store(after: try random.store.lastPosition(), random.store.schema)

        for object in random.store.schema.objects {
            let stored = stored.records[object.name] ?? []
            let told = told.records[object.name] ?? []
            #expect(stored.map(\.id) == told.map(\.id))
            for (stored, told) in zip(stored, told) {
                for field in object.fields {
                    #expect(stored.value(of: field) == told.value(of: field))
                }
            }
        }
    }
}

extension NaiveHistory {
    /// A position or a time at which every object was completely defined.
    fileprivate func moment(_ random: inout SeededRandom) -> QueryOptions.Moment {
        var index = 30 + random.below(events.count - 30)
        // Several objects that are defined together are several events.
        while index + 1 < events.count, events[index + 1].kind == .defined { index += 1 }
        let event = events[index]
        if random.chance(50) { return .position(event.position) }
        return .time(event.time.advanced(byMilliseconds: Int64(random.below(3)) - 1))
    }
}
