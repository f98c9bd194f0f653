import Annals
import AnnalsTestSupport
import Testing

struct `What is erased` {
    private static let secret = "Jane Q. Secretive"

    /// Whether the text is anywhere in the log or in a table.
    private func copyHolds(_ text: String, _ test: TestStore) async throws -> Bool {
        // As LMDB shows the store: what is left in free pages is removed by a compaction.
        let events = try await test.store.session().events(limit: .max)
        if events.contains(where: { $0.changes.contains { "\($0)".contains(text) } }) {
            return true
        }
        let selection = try test.session.selection(of: "ContactRequest")
        let records = try await test.store.session().records(selection, includingDeleted: true)
        return records.contains { $0.fields.contains { "\($0.1)".contains(text) } }
    }

    private func record(_ test: TestStore, _ text: String) async throws -> RecordID {
        try await test.session.create(
            "ContactRequest",
            ["PreferredPhone": "+1 555 0100", "RequestDescription": .text(text)]
        )
    }

    /// 600 of it are longer than a page: LMDB keeps such rows and transactions in pages of their own.
    @Test(arguments: [1, 600])
    func `is in no event and no table, and everything else stays`(count: Int) async throws {
        let text = String(repeating: "\(Self.secret), ", count: count)
        let test = try TestStore()
        let id = try await record(test, text)
        let other = try await record(test, "another's")
        try await test.session.update("ContactRequest", id: id, ["Status": "Contacted"])
        let before = try await test.store.session().events(limit: .max)
        let digest = try await test.store.info().digest

        let results = try await test.session.erase([RecordReference(id)], reason: "request 4711")

        let after = try await test.store.session().events(limit: .max)
        #expect(results.map(\.isSuccess) == [true])
        #expect(results[0].position == after.last?.position)
        #expect(after.suffix(3).map(\.kind) == [.deleted, .emptied, .erased])
        #expect(after.last?.reason == "request 4711")
        #expect(try await !copyHolds(Self.secret, test))
        for (old, new) in zip(before, after) {
            #expect(old.position == new.position && old.kind == new.kind && old.time == new.time)
            #expect(old.actor == new.actor && old.previous == new.previous)
            let isErased = old.record == id
            #expect(new.isErased == isErased)
            #expect(new.changes == (isErased ? [] : old.changes))
        }
        await #expect(try test.store.info().digest != digest)
        await #expect(try test.store.check(scratch: test.scratch("check")).findings == [])
        let kept = try await test.session.retrieve(
            from: "ContactRequest",
            ids: [RecordReference(other)]
        )
        #expect(kept[0]?["RequestDescription"] == "another's")
    }

    @Test func `is told of no earlier moment`() async throws {
        let test = try TestStore()
        let id = try await record(test, Self.secret)
        _ = try await record(test, "another's")
        let before = try await test.store.lastPosition()
        test.clock.advance(seconds: 60)
        _ = try await test.session.erase([RecordReference(id)], reason: "asked for")

        var options = QueryOptions()
        options.asOf = .position(before)
        let found = try await test.session.queryAll(
            "SELECT RequestDescription FROM ContactRequest",
            options: options
        )
        #expect(found.records.map { $0["RequestDescription"] } == [.value("another's")])
    }

    @Test func `takes what went to the bin with it out of there, and is not erased twice`()
        async throws
    {
        let test = try TestStore()
        let id = try await record(test, Self.secret)
        try await test.session.delete(id)
        let first = try await test.session.erase([RecordReference(id)], reason: "asked for")
        let again = try await test.session.erase([RecordReference(id)], reason: "asked again")

        #expect(first[0].position != nil)
        #expect(again[0].isSuccess && again[0].position == nil)
        #expect(try await test.store.session().recycleBin(limit: 10).isEmpty)
        let undeleted = try await test.session.undelete([RecordReference(id)])[0]
        #expect(!undeleted.isSuccess)
    }

    @Test func `of the last active user leaves somebody who can act`() async throws {
        let test = try TestStore()
        let administrator = test.session.user
        let other = try await test.session.create(
            "User",
            ["Username": "secret@example.com", "LastName": "S", "IsActive": true]
        )
        let session = test.store.session(as: other)
        try await session.update("User", id: administrator, ["IsActive": false])
        let before = try await test.store.lastPosition()
        let erased = try await session.erase([RecordReference(other)], reason: "asked for")
        #expect(erased[0].isSuccess)
        _ = try await record(test, "afterwards")

        // A restore to before it works the same way.
        let archive = test.scratch("archive")
        try await test.store.archive(to: archive)
        _ = try await RecordStore.restore(
            to: test.scratch("restored"),
            archive: archive,
            point: .position(before)
        )
        let restored = try RecordStore(at: test.scratch("restored"))
        try await restored.session().create("Contact", ["LastName": "Ng"])
        await #expect(try restored.verify().findings == [])
    }

    @Test func `needs a reason, and a record`() async throws {
        let test = try TestStore()
        let id = try await record(test, Self.secret)
        for reason in ["", " ", String(repeating: "x", count: 1001)] {
            await #expect(throws: StoreError.self) {
                try await test.session.erase([RecordReference(id)], reason: reason)
            }
        }
        let nobody = RecordReference(text: "0Tz000000099999")
        let refused = try await test.session.erase(
            [nobody, RecordReference(text: "no id")],
            reason: "x"
        )
        #expect(
            refused.map { $0.errors.first?.statusCode.rawValue } == [
                "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID",
            ]
        )
        var stale = RecordReference(id)
        stale.expectedPosition = Position(1)
        let unexpected = try await test.session.erase([stale], reason: "x")
        #expect(!unexpected[0].isSuccess)
        #expect(try await copyHolds(Self.secret, test))
    }

    @Test func `comes back whole where the call is taken back`() async throws {
        let test = try TestStore()
        let id = try await record(test, Self.secret)
        let nobody = RecordReference(text: "0Tz000000099999")
        var options = CallOptions()
        options.allOrNone = true
        let results = try await test.session.erase(
            [RecordReference(id), nobody],
            reason: "asked for",
            options: options
        )
        #expect(results.allSatisfy { !$0.isSuccess })
        // The next call of the same commit does not do what was rolled back either.
        let calls: [BatchCall.Operation] = [
            .erase([RecordReference(id), nobody], reason: "asked for"),
            .create([SObject("ContactRequest", ["PreferredPhone": "1"])]),
        ]
        _ = try await test.store.perform(
            calls.map { BatchCall(session: test.session, $0, options: options) }
        )
        #expect(try await copyHolds(Self.secret, test))
        await #expect(try test.store.check(scratch: test.scratch("check")).findings == [])
    }
}
