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
}
