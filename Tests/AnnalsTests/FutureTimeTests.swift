import Annals
import AnnalsTestSupport
import Testing

struct `A time of the future` {
    @Test func `is refused for a call and for a new store`() async throws {
        let test = try TestStore()
        let tolerance = RecordStore.aheadMilliseconds
        let now = test.clock.time
        let late = now.advanced(byMilliseconds: tolerance + 1)

        await #expect(throws: StoreError.timeTooLate(given: late, now: now)) {
            try await test.session.create(
                "Contact",
                ["LastName": "Ng"],
                options: CallOptions(time: late)
            )
        }
        #expect(throws: StoreError.timeTooLate(given: late, now: now)) {
            var configuration = RecordStore.Configuration()
            configuration.clock = test.clock.now
            try RecordStore.create(
                at: test.scratch("other"),
                time: late,
                configuration: configuration
            )
        }
        // Clocks differ slightly.
        try await test.session.create(
            "Contact",
            ["LastName": "Ng"],
            options: CallOptions(time: now.advanced(byMilliseconds: tolerance))
        )
    }

    @Test func `is refused for a call of a batch alone`() async throws {
        let test = try TestStore()
        let late = test.clock.time.advanced(byMilliseconds: 3_600_000)
        func call(_ time: Timestamp?) -> BatchCall {
            BatchCall(
                session: test.session,
                .create([SObject("Contact", ["LastName": "Ng"])]),
                options: CallOptions(time: time)
            )
        }

        let results = try await test.store.perform([call(nil), call(late), call(nil)])

        #expect(results.map { (try? $0.get()) != nil } == [true, false, true])
    }

    @Test func `that a clock had shown is told of, and not covered before it comes`() async throws {
        let test = try TestStore()
        let now = test.clock.time
        test.clock.advance(days: 400)
        try await test.session.create("Contact", ["LastName": "Ng"])
        test.clock.set(now)

        let info = try await test.store.info()
        let updated = try await test.session.getUpdated(
            "Contact",
            from: now.advanced(byMilliseconds: -60_000 * 0),
            to: now.advanced(byMilliseconds: 86_400_000)
        )

        #expect(info.clockLagMilliseconds == 400 * 86_400_000)
        #expect(updated.latestDateCovered <= now)
        // What it had shown can still be queried, because it is in the log.
        let asOf = now.advanced(byMilliseconds: 399 * 86_400_000)
        var options = QueryOptions()
        options.asOf = .time(asOf)
        #expect(
            try await test.session.query("SELECT Id FROM Contact", options: options).totalSize == 0
        )
    }
}

struct `A field that becomes` {
    private static func file(_ settings: String) throws -> SchemaFile {
        let json = #"{"objects": [{"name": "S__c", "fields": [{"name": "F__c", \#(settings)}]}]}"#
        return try SchemaFile(json: Array(json.utf8))
    }

    private func store(_ values: [Value]) async throws -> (TestStore, [RecordID]) {
        let test = try TestStore(schema: Self.file(#""type": "string""#))
        var ids: [RecordID] = []
        for value in values {
            let created = try await test.session.create("S__c", ["F__c": value])
            ids.append(created)
        }
        return (test, ids)
    }

    @Test func `unique is so from then on, where no records hold the same`() async throws {
        let (test, _) = try await store(["a", "b", .null, .null])

        try await test.store.define(Self.file(#""unique": true, "externalId": true"#))

        let refused = try await test.session.create([SObject("S__c", ["F__c": "A"])])[0]
        #expect(refused.errors.map(\.statusCode) == [.duplicateValue])
        #expect(try await test.store.session().find("b", in: "F__c", of: "S__c").count == 1)
    }

    @Test func `unique is refused with the ids where records hold the same`() async throws {
        let (test, ids) = try await store(["a", "b", "A", .null])
        let before = try await test.store.info()

        let error = await #expect(throws: StoreError.self) {
            try await test.store.define(Self.file(#""unique": true"#))
        }

        #expect(
            error
                == .schema(
                    SchemaError(
                        "S__c.F__c",
                        "it cannot become unique: records hold the same value: \(ids[0]) and \(ids[2])"
                    )
                )
        )
        await #expect(try test.store.info() == before)
        // Where case matters, they are two values.
        try await test.store.define(Self.file(#""unique": true, "caseSensitive": true"#))
        await #expect(throws: StoreError.self) {
            try await test.store.define(Self.file(#""caseSensitive": false"#))
        }
    }

    @Test func `unique does not mind what is deleted`() async throws {
        let (test, ids) = try await store(["a", "a"])
        try await test.session.delete(ids[0])

        try await test.store.define(Self.file(#""unique": true"#))

        let undeleted = try await test.session.undelete([RecordReference(ids[0])])[0]
        #expect(!undeleted.isSuccess)
    }

    @Test func `required is refused with the ids where records hold null`() async throws {
        let (test, ids) = try await store(["a", .null])

        let error = await #expect(throws: StoreError.self) {
            try await test.store.define(Self.file(#""required": true"#))
        }

        #expect(
            error
                == .schema(
                    SchemaError("S__c.F__c", "it cannot be required: records hold null: \(ids[1])")
                )
        )
        try await test.session.update("S__c", id: ids[1], ["F__c": "b"])
        try await test.store.define(Self.file(#""required": true"#))
        try await test.store.define(Self.file(#""required": false"#))
    }
}
