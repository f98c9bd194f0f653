import Annals
import AnnalsTestSupport
import Testing

extension `The query engine` {
    /// The index of the field stores both under the same key, because it ignores case in all text.
    @Test func `tells keys apart that differ in case alone, though it reads no record`()
        async throws
    {
        let random = try await RandomStore(seed: 1, changes: 0)
        let session = random.store.session()
        let things = ["Same", "SAME", "Other"].map {
            SObject("Thing__c", ["Code__c": .text($0)])
        }
        _ = try await session.create(things)

        for (filter, count) in [
            ("= 'Same'", 1), ("= 'same'", 0), ("IN ('SAME')", 1), ("IN ('Same', 'SAME')", 2),
            ("IN ('same', 'other')", 0),
        ] {
            let counted = try await session.query(
                text: "SELECT COUNT() FROM Thing__c WHERE Code__c \(filter)"
            )
            let found = try await session.query(
                text: "SELECT Id FROM Thing__c WHERE Code__c \(filter)"
            )
            #expect(counted.totalSize == count, "\(filter)")
            #expect(found.records.count == count, "\(filter)")
        }
    }
}
