import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A query` {
    @Test func `finds what was created`() async throws {
        let path = NSTemporaryDirectory() + "annals-query-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try RecordStore.create(at: path)
        let store = try RecordStore(at: path)
        let session = store.session()
        for index in 0..<10 {
            try await session.create(
                "ContactRequest",
                [
                    "Status": .text(index % 2 == 0 ? "New" : "Contacted"),
                    "PreferredPhone": .text("+1 \(index)"),
                ]
            )
        }
        for text in [
            "SELECT Id, Name, Status, Owner.Name FROM ContactRequest WHERE Status = 'new' ORDER BY CreatedDate DESC LIMIT 3",
            "SELECT Status, COUNT(Id) n FROM ContactRequest GROUP BY Status HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC",
            "SELECT COUNT() FROM ContactRequest WHERE PreferredPhone LIKE '%1 3'",
            "SELECT Id FROM ContactRequest WHERE CreatedDate = TODAY AND PreferredPhone > '+1 7'",
            "SELECT Name, TYPEOF Owner WHEN User THEN Username END FROM ContactRequest LIMIT 1",
            "SELECT Id FROM User WHERE Id IN (SELECT OwnerId FROM ContactRequest)",
        ] {
            let result = try await session.query(text: text)
            #expect(result.totalSize > 0, "\(text)")
            #expect(try await !session.explain(text: text).isEmpty)
        }
    }

    /// Both columns would have the key `Status` (Specification: soql 4.2).
    @Test(arguments: ["Status, toLabel(Status)", "toLabel(Status), Status"])
    func `for a field and its label is refused without an alias`(columns: String) async throws {
        let random = try await RandomStore(seed: 1, changes: 0)
        let session = random.store.session()

        let refused = await #expect(throws: StoreError.self) {
            try await session.query(text: "SELECT \(columns) FROM ContactRequest")
        }
        guard case .fault(let fault) = refused else {
            Issue.record("\(String(describing: refused))")
            return
        }
        #expect(fault.exceptionCode == .invalidField)
        #expect(fault.message.contains("duplicate field selected: Status"))
        _ = try await session.query("SELECT Status, toLabel(Status) label FROM ContactRequest")
    }
}
