import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A salvage that has lost an erasure` {
    private let test: TestStore

    init() throws {
        let schema = """
            {"objects": [
                {"name": "Site__c", "label": "Site", "pluralLabel": "Sites", "keyPrefix": "a00",
                 "fields": []},
                {"name": "Visit__c", "label": "Visit", "pluralLabel": "Visits", "keyPrefix": "a01",
                 "fields": [{"name": "Site__c", "type": "reference", "referenceTo": ["Site__c"],
                             "onTargetDeletion": "restrict"}]}
            ]}
            """
        test = try TestStore(schema: SchemaFile(json: Array(schema.utf8)))
    }

    @Test func `withholds the values, and the new store is sound and tells nothing of them`()
        async throws
    {
        let id = try await test.session.create("Site__c", ["Name": "Secretive"])
        let other = try await test.session.create("Site__c", ["Name": "Open"])
        try await test.session.update("Site__c", id: id, ["Name": "More Secretive"])
        let erasure = await test.store.lastTransaction + 1
        _ = try await test.session.erase([RecordReference(id)], reason: "asked for")
        let report = try salvage(without: [erasure])

        #expect(report.gap != nil)
        #expect(report.withheldRecords == [id])
        #expect(report.store?.transactions == erasure - 1)
        #expect(try RecordStore.checkFile(at: test.scratch("new")).isClean)
        let bytes = try Data(contentsOf: URL(filePath: test.scratch("new") + "/data.mdb"))
        #expect(bytes.range(of: Data("Secretive".utf8)) == nil)
        let store = try RecordStore(at: test.scratch("new"))
        await #expect(try store.check(scratch: test.scratch("check")).findings == [])
        await #expect(try store.verify().findings == [])
        let history = try await store.session().history(of: id)
        #expect(history.map(\.kind) == [.created, .updated, .withheld])
        #expect(history.last?.origin == "annals/salvage")
        let session = store.session()
        let found = try await session.retrieve(
            from: "Site__c",
            ids: [RecordReference(id), RecordReference(other)]
        )
        #expect(found[0]?["Name"] == .null)
        #expect(found[1]?["Name"] == "Open")
    }

    @Test func `leaves alone what refers to the record, and what it was kept by`() async throws {
        let site = try await test.session.create("Site__c", ["Name": "Secretive"])
        let visit = try await test.session.create("Visit__c", ["Site__c": .id(site)])
        let last = await test.store.lastTransaction
        try await test.session.delete(visit)
        _ = try await test.session.erase([RecordReference(site)], reason: "asked for")
        let report = try salvage(without: [last + 1, last + 2])

        #expect(report.withheldRecords == [site])
        #expect(report.store?.transactions == last)
        let store = try RecordStore(at: test.scratch("new"))
        await #expect(try store.verify().findings == [])
        #expect(try await store.session().history(of: site).map(\.kind) == [.created, .withheld])
        let found = try await store.session().retrieve(
            from: "Visit__c",
            ids: [RecordReference(visit)]
        )
        #expect(found[0]?["Site__c"] == .id(site))
    }

    @Test func `withholds what a row alone tells to be erased`() async throws {
        let id = try await test.session.create("Site__c", ["Name": "Secretive"])
        let old = try Data(contentsOf: file)
        let lost = await test.store.lastTransaction + 1
        _ = try await test.session.erase([RecordReference(id)], reason: "asked for")
        // The log has lost the erasure, and a page with the values is still there.
        let report = try salvage(without: [lost - 1, lost], beside: old)

        #expect(report.withheldRecords == [id])
        let bytes = try Data(contentsOf: URL(filePath: test.scratch("new") + "/data.mdb"))
        #expect(bytes.range(of: Data("Secretive".utf8)) == nil)
        await #expect(try RecordStore.verify(at: test.scratch("new")).findings == [])
    }

    @Test func `takes no value from an old copy that an erasure has taken it from`() async throws {
        let id = try await test.session.create("Site__c", ["Name": "Secretive"])
        let old = try Data(contentsOf: file)
        try await test.session.create("Site__c", ["Name": "Open"])
        let lost = await test.store.lastTransaction
        _ = try await test.session.erase([RecordReference(id)], reason: "asked for")
        // The newer copy is damaged, and a page with the older one is still there.
        let report = try salvage(without: [lost - 1, lost], beside: old)

        #expect(report.store?.transactions == lost - 1)
        #expect(report.transactionsBehindGap == 1)
        #expect(report.lostTransactions.map(\.first) == [lost])
        #expect(report.withheldRecords == [id])
        let bytes = try Data(contentsOf: URL(filePath: test.scratch("new") + "/data.mdb"))
        #expect(bytes.range(of: Data("Secretive".utf8)) == nil)
        let store = try RecordStore(at: test.scratch("new"))
        await #expect(try store.verify().findings == [])
        #expect(try await store.session().history(of: id).last?.kind == .withheld)
    }

    private var file: URL { URL(filePath: test.scratch("store") + "/data.mdb") }

    /// Damages every copy of the first frame of some transactions, and salvages what is left.
    ///
    /// - Parameter pages: Appended to the pages of the file, unchanged.
    private func salvage(
        without numbers: [UInt64],
        beside pages: Data = Data()
    ) throws -> SalvageReport {
        test.store.close()
        var bytes = try Data(contentsOf: file)
        for number in numbers { bytes.loseTransaction(number) }
        let damaged = test.scratch("damaged.mdb")
        try (bytes + pages).write(to: URL(filePath: damaged))
        return try RecordStore.salvage(from: damaged, to: test.scratch("new"))
    }
}
