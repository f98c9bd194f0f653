import Annals
import AnnalsTestSupport
import Testing

struct `An idempotency key` {
    private let key = CallOptions(idempotencyKey: "k")

    private func refusal(_ body: () async throws -> Void) async throws -> ExceptionCode? {
        do {
            try await body()
            return nil
        } catch StoreError.fault(let fault) {
            return fault.exceptionCode
        }
    }

    @Test func `answers the same call, and no other`() async throws {
        let test = try TestStore()
        let session = test.session
        let record = SObject("Contact", ["LastName": "Ng", "Email": "a@x.example"])
        let first = try await session.create([record], options: key)
        let id = try #require(first[0].id)
        let user = try await session.create([
            SObject("User", ["Username": "u@x.example", "LastName": "U"])
        ])[0]
        let end = try await test.store.lastPosition()

        #expect(try await session.create([record], options: key) == first)
        // The fields in another order and with other case are the same call.
        let same = SObject("contact", ["email": "a@x.example", "LASTNAME": "Ng"])
        #expect(try await session.create([same], options: key) == first)
        let others: [BatchCall] = [
            BatchCall(
                session: session,
                .create([SObject("Contact", ["LastName": "Ny"])]),
                options: key
            ),
            BatchCall(session: session, .create([record, record]), options: key),
            BatchCall(session: session, .create([]), options: key),
            BatchCall(session: session, .upsert([record], by: "Email"), options: key),
            BatchCall(
                session: session,
                .update([SObject("Contact", id: id, ["LastName": "Ng"])]),
                options: key
            ),
            BatchCall(session: session, .delete([RecordReference(id)]), options: key),
            BatchCall(session: session, .undelete([RecordReference(id)]), options: key),
            BatchCall(session: session, .emptyRecycleBin([RecordReference(id)]), options: key),
            BatchCall(session: session, .erase([RecordReference(id)], reason: "r"), options: key),
            BatchCall(session: test.store.session(as: user.id), .create([record]), options: key),
            BatchCall(
                session: session,
                .create([record]),
                options: CallOptions(allOrNone: true, idempotencyKey: "k")
            ),
        ]
        for (index, call) in others.enumerated() {
            let result = try await test.store.perform([call])[0]
            guard case .failure(.fault(let fault)) = result else {
                Issue.record("call \(index) did not fail")
                continue
            }
            #expect(fault.exceptionCode == .idempotencyKeyReused)
            #expect(fault.message.contains("create") && fault.message.contains("event"))
        }
        #expect(
            try await refusal {
                _ = try await session.erase([RecordReference(id)], reason: "r", options: key)
            }
                == .idempotencyKeyReused
        )
        await #expect(try test.store.lastPosition() == end)
    }

    @Test func `is not in the log, and its events are found by what the store makes of it`()
        async throws
    {
        let test = try TestStore()
        let options = CallOptions(idempotencyKey: "jane@x.example")
        try await test.session.create("Contact", ["LastName": "Ng"], options: options)

        let event = try #require(try await test.store.session().events(limit: .max).last)
        #expect(event.idempotencyKey == test.store.recordedIdempotencyKey("jane@x.example"))
        #expect(event.idempotencyKey?.contains("jane") == false)
    }

    /// A recorded answer has room for 65,535 errors of a record, and for as many fields of an error.
    @Test func `is for records with fewer fields than an answer can name`() async throws {
        let test = try TestStore()
        let most = 32_767
        func record(_ count: Int) -> SObject {
            SObject(
                "Contact",
                id: nil,
                assignments: Array(repeating: SObject.Assignment("LastName", "Ng"), count: count)
            )
        }
        for call in [
            BatchCall(session: test.session, .create([record(most + 1)]), options: key),
            BatchCall(session: test.session, .update([record(most + 1)])),
            BatchCall(session: test.session, .upsert([record(most + 1)], by: "Email")),
        ] {
            guard case .failure(.fault(let fault)) = try await test.store.perform([call])[0] else {
                Issue.record("\(call.operation) was accepted")
                continue
            }
            #expect(fault.exceptionCode == .limitExceeded)
        }
        let made = try await test.session.create([record(most)], options: key)
        #expect(try await test.session.create([record(most)], options: key) == made)
    }

    @Test func `of a call that wrote no event is as if it had not been`() async throws {
        let test = try TestStore()
        let before = try await test.store.info().transactions
        let refused = try await test.session.create(
            [SObject("Contact", ["FirstName": "Jane"])],
            options: key
        )[0]
        #expect(!refused.isSuccess)
        await #expect(try test.store.info().transactions == before)

        try await test.session.create("Contact", ["LastName": "Ng"], options: key)
    }

    @Test func `is answered without values that were refused`() async throws {
        let test = try TestStore()
        let records = [
            SObject("Contact", ["LastName": "Ng"]),
            SObject("Contact", ["LastName": "Ny", "Email": "jane.roe@@x"]),
        ]
        let first = try await test.session.create(records, options: key)
        let again = try await test.session.create(records, options: key)

        #expect(first[1].errors[0].message == "Email: invalid email address: jane.roe@@x")
        #expect(again[1].errors[0].message == "Email: invalid email address: …")
        #expect(again[0] == first[0])
    }

    @Test func `answers the same call where its ids are spelled otherwise`() async throws {
        let test = try TestStore()
        let session = test.session
        let contact = try await session.create("Contact", ["LastName": "Ng"])
        let request = try await session.create("ContactRequest", ["RequestDescription": "a"])
        func spelled(_ id: RecordID) -> [String] {
            [id.shortDescription, id.description, " \(id.description) "]
        }
        func update(_ id: String, _ contact: String, text: String = "b") -> SObject {
            SObject(
                "ContactRequest",
                id: .text(id),
                assignments: [
                    SObject.Assignment("whoid", .text(contact)),
                    SObject.Assignment("RequestDescription", .text(text)),
                ]
            )
        }
        let spellings = zip(spelled(request), spelled(contact)).map { update($0, $1) }
        let first = try await session.update([spellings[0]], options: key)
        #expect(first.map(\.isSuccess) == [true])
        let end = try await test.store.lastPosition()
        for record in spellings {
            #expect(try await session.update([record], options: key) == first)
        }
        await #expect(try test.store.lastPosition() == end)
        // In a text field, spelling matters.
        let short = CallOptions(idempotencyKey: "short")
        let record = update(spelled(request)[0], spelled(contact)[0], text: spelled(contact)[0])
        let other = update(spelled(request)[0], spelled(contact)[0], text: spelled(contact)[1])
        _ = try await session.update([record], options: short)
        #expect(
            try await refusal { _ = try await session.update([other], options: short) }
                == .idempotencyKeyReused
        )
        let deletion = CallOptions(idempotencyKey: "deletion")
        let deleted = try await session.delete(
            [RecordReference(text: spelled(request)[1])],
            options: deletion
        )
        #expect(deleted.map(\.isSuccess) == [true])
        for id in spelled(request) {
            let again = try await session.delete([RecordReference(text: id)], options: deletion)
            #expect(again == deleted)
        }
    }

    @Test func `loses its answer with the first record that is erased, and writes nothing`()
        async throws
    {
        let test = try TestStore()
        let records = ["Ng", "Ny"].map { SObject("Contact", ["LastName": .text($0)]) }
        let ids = try await test.session.create(records, options: key).compactMap(\.id)
        let erasing = CallOptions(idempotencyKey: "erase")
        let erased = try await test.session.erase(
            [RecordReference(ids[1])],
            reason: "asked for",
            options: erasing
        )
        let end = try await test.store.lastPosition()

        #expect(
            try await refusal { _ = try await test.session.create(records, options: key) }
                == .idempotentAnswerErased
        )
        let again = try await test.session.erase(
            [RecordReference(ids[1])],
            reason: "asked for",
            options: erasing
        )
        #expect(again == erased)
        await #expect(try test.store.lastPosition() == end)
        await #expect(try test.store.verify().findings == [])
        await #expect(try test.store.check(scratch: test.scratch("check")).findings == [])
    }
}

struct `A user who is erased` {
    @Test func `stays who acted, and acts no more`() async throws {
        let test = try TestStore()
        let id = try await test.session.create(
            "User",
            ["Username": "jane@x.example", "LastName": "Roe", "Email": "jane@x.example"]
        )
        let made = try await test.store.session(as: id).create("Contact", ["LastName": "Ng"])
        test.clock.advance(seconds: 60)
        let results = try await test.session.erase([RecordReference(id)], reason: "asked for")

        #expect(results.map(\.isSuccess) == [true])
        let found = try await test.session.retrieve(from: "User", ids: [RecordReference(id)])[0]
        #expect(
            found?["Username"] == .null && found?["Name"] == .null && found?["IsActive"] == false
        )
        let contact = try await test.session.retrieve(
            ["OwnerId", "CreatedById"],
            from: "Contact",
            ids: [RecordReference(made)]
        )[0]
        #expect(contact?["OwnerId"] == .id(id) && contact?["CreatedById"] == .id(id))
        await #expect(throws: StoreError.self) {
            try await test.store.session(as: id).create("Contact", ["LastName": "Ng"])
        }
        let back = try await test.session.update([SObject("User", id: id, ["IsActive": true])])[0]
        #expect(back.errors.map(\.statusCode) == [.entityIsDeleted])
        let again = try await test.session.erase([RecordReference(id)], reason: "asked for")
        #expect(again.map(\.position) == [nil])
        await #expect(try test.store.verify().findings == [])
        await #expect(try test.store.check(scratch: test.scratch("check")).findings == [])
        // The name is free again.
        try await test.session.create(
            "User",
            ["Username": "jane@x.example", "LastName": "Other"]
        )
    }

    @Test func `and whom the store begins with begins again`() async throws {
        let test = try TestStore()
        let id = test.store.administrator
        try await test.session.update(
            "User",
            id: id,
            ["LastName": "Roe", "Username": "jane@x.example", "Email": "jane@x.example"]
        )
        let results = try await test.session.erase([RecordReference(id)], reason: "asked for")

        #expect(results.map(\.isSuccess) == [true])
        let found = try await test.session.retrieve(from: "User", ids: [RecordReference(id)])[0]
        #expect(found?["Username"] == "administrator@annals.invalid" && found?["Email"] == .null)
        try await test.session.create("Contact", ["LastName": "Ng"])
        await #expect(try test.store.verify().findings == [])
        await #expect(try test.store.check(scratch: test.scratch("check")).findings == [])
    }
}
