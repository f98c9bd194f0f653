import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A salvage of rows alone` {
    @Test(arguments: [false, true])
    func `tells the newest of several of a record, and whether it was in use`(
        isCurrentDamaged: Bool
    ) async throws {
        let test = try TestStore()
        let id = try await test.session.create("Contact", ["LastName": "Old"])
        let creation = await test.store.lastTransaction
        let file = URL(filePath: test.scratch("store") + "/data.mdb")
        let old = try Data(contentsOf: file)
        try await test.session.update("Contact", id: id, ["LastName": "Newest"])
        test.store.close()
        var bytes = try Data(contentsOf: file)
        bytes.loseTransaction(creation)
        if isCurrentDamaged {
            while let found = bytes.range(of: Data("Newest".utf8)) {
                bytes[found.lowerBound] = 0x58
            }
        }
        // Old pages, which nothing refers to.
        var oldPages = old
        oldPages.loseTransaction(creation)
        let damaged = test.scratch("damaged.mdb")
        try (bytes + oldPages).write(to: URL(filePath: damaged))
        var told: [SalvagedRecord] = []
        _ = try RecordStore.salvage(
            from: damaged,
            to: test.scratch("new"),
            tell: { item in
                if case .record(let record) = item { told.append(record) }
                return true
            }
        )
        let contacts = told.filter { $0.record.id == id }
        #expect(contacts.map { $0.record["LastName"] } == [isCurrentDamaged ? "Old" : "Newest"])
        #expect(contacts.map(\.isCurrent) == [!isCurrentDamaged])
    }
}
