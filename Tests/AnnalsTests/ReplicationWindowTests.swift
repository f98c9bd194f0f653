import Annals
import AnnalsTestSupport
import Testing

struct `A replication window` {
    @Test func `that begins before the store was made is refused, and from its minute on is not`()
        async throws
    {
        let test = try TestStore()
        let created = test.store.created
        test.clock.advance(minutes: 10)
        let end = test.clock.time
        let before = created.advanced(byMilliseconds: -60_000)

        let refusals = [
            await #expect(throws: StoreError.self) {
                try await test.session.getUpdated("Contact", from: before, to: end)
            },
            await #expect(throws: StoreError.self) {
                try await test.session.getDeleted("Contact", from: before, to: end)
            },
        ]

        for refusal in refusals {
            guard case .fault(let fault)? = refusal else {
                Issue.record("\(String(describing: refusal))")
                continue
            }
            #expect(fault.exceptionCode == .invalidReplicationDate)
            #expect(fault.message.hasPrefix("startDate before org replication enabled date"))
        }
        let start = created.wholeMinute
        #expect(try await test.session.getUpdated("User", from: start, to: end).ids.count == 1)
        let deleted = try await test.session.getDeleted("Contact", from: start, to: end)
        #expect(deleted.earliestDateAvailable == start)
    }

    @Test func `that is empty is told from one that is too old`() async throws {
        let test = try TestStore()
        test.clock.advance(days: 40)
        let now = test.clock.time
        let old = now.advanced(byMilliseconds: -32 * 86_400_000)
        let later = now.advanced(byMilliseconds: 60_000)
        for (start, end, refusal) in [
            (now, now, ReplicationRefusal.emptyWindow), (later, now, .emptyWindow),
            (old, now, .beginAnew),
        ] {
            let refusals = [
                await #expect(throws: StoreError.self) {
                    try await test.session.getUpdated("Contact", from: start, to: end)
                },
                await #expect(throws: StoreError.self) {
                    try await test.session.getDeleted("Contact", from: start, to: end)
                },
            ]
            for error in refusals {
                guard case .fault(let fault)? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(fault.exceptionCode == .invalidReplicationDate)
                #expect(fault.replication == refusal)
            }
        }
    }

    /// The documented algorithm, with a clock that goes back an hour.
    @Test func `goes on where the clock stepped back, and misses nothing`() async throws {
        let test = try TestStore()
        test.clock.advance(minutes: 10)
        var start = test.store.created.wholeMinute
        var told: Set<RecordID> = []
        var made: Set<RecordID> = []
        for step in 0..<12 {
            let created = try await test.session.create("Contact", ["LastName": "Ng"])
            made.insert(created)
            if step == 4 { test.clock.advance(minutes: -60) }
            test.clock.advance(seconds: 40)
            let end = max(test.clock.time, start).advanced(byMilliseconds: 120_000)
            let answer = try await test.session.getUpdated("Contact", from: start, to: end)
            told.formUnion(answer.ids)
            #expect(answer.latestDateCovered >= start)
            start = answer.latestDateCovered
            #expect(told == made)
        }
    }
}
