import Annals
import AnnalsTestSupport
import Testing

struct `A writing call that meets damage` {
    /// A store in which a byte of the second contact's row has been changed.
    private func damagedStore(
        _ test: ClosedStore,
        _ durability: Durability = .grouped
    ) throws -> RecordStore {
        let path = test.scratch("damaged")
        try copyStore(at: test.path, to: path) { table, key, value in
            guard table == "records.4", key.last == 2 else { return value }
            return value.dropLast() + [value[value.count - 1] ^ 1]
        }
        return try open(path, durability)
    }

    private func open(_ path: String, _ durability: Durability) throws -> RecordStore {
        var configuration = RecordStore.Configuration()
        configuration.durability = durability
        return try RecordStore(at: path, configuration: configuration)
    }

    @Test(arguments: [Durability.grouped, .journaled])
    func `in a row fails alone and leaves nothing, and others are answered beside it`(
        durability: Durability
    ) async throws {
        let test = try await ClosedStore()
        let store = try damagedStore(test, durability)
        let session = store.session()
        let before = try await store.info()

        let errors = try await withThrowingTaskGroup(of: StoreError?.self) { group in
            for number in 0..<60 {
                group.addTask {
                    do throws(StoreError) {
                        if number % 20 != 7 {
                            try await session.create("Account", ["Name": "Northwind"])
                        } else {
                            // The first of the two records is sound, and must stay as it is.
                            _ = try await session.update(
                                [test.contacts[2], test.contacts[1]].map {
                                    SObject("Contact", id: $0, ["LastName": "Sato"])
                                }
                            )
                        }
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
        }

        #expect(errors.count == 3)
        for error in errors {
            guard case .storage(.corrupted(let corruption)) = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(corruption.table == "records.4")
            #expect(corruption.key.last == 2)
        }
        let kept = try await session.retrieve(
            ["LastName"],
            from: "Contact",
            ids: [RecordReference(test.contacts[2])]
        )
        #expect(kept[0]?["LastName"] == "Ng 2")
        #expect(try await store.session().history(of: test.contacts[2]).count == 1)
        await #expect(try store.info().transactions == before.transactions + 57)
        try await session.update(
            "Contact",
            id: test.contacts[2],
            ["LastName": "Sato"]
        )
        // Nothing else is wrong than before.
        let findings = try await store.check(scratch: test.scratch("check")).findings
        #expect(findings.count == 1)
        #expect(findings.first?.contains("another value in table records.4") == true)
    }

    /// Such damage is noticed only when the tables are written.
    @Test(arguments: [Durability.grouped, .journaled])
    func `in an index fails alone and leaves nothing, and others are answered beside it`(
        durability: Durability
    ) async throws {
        let test = try await ClosedStore()
        let path = test.scratch("damaged")
        try copyStore(at: test.path, to: path) { table, key, value in
            table == "times.4" && key.last == 2 ? nil : value
        }
        let store = try open(path, durability)
        let session = store.session()
        let before = try await store.info()

        let answers = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                group.addTask {
                    if number != 7 {
                        return (try? await session.create("Account", ["Name": "Northwind"])) != nil
                    }
                    return (try? await session.delete(test.contacts[1])) != nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }

        #expect(answers.count { !$0 } == 1)
        await #expect(try store.info().transactions == before.transactions + 59)
        #expect(try await store.session().history(of: test.contacts[1]).count == 1)
        try await session.create("Account", ["Name": "Northwind"])
        store.close()
    }

    @Test func `alone fails alone as well, and a rebuild mends the row`() async throws {
        let test = try await ClosedStore()
        do {
            let store = try damagedStore(test)
            let session = store.session()
            for _ in 0..<2 {
                await #expect(throws: StoreError.self) {
                    try await session.delete(test.contacts[1])
                }
                try await session.create("Account", ["Name": "Northwind"])
            }
            store.close()
        }
        let path = test.scratch("damaged")

        _ = try await RecordStore.rebuild(at: path, tables: ["records.4"])

        let store = try RecordStore(at: path)
        try await store.session().delete(test.contacts[1])
        await #expect(try store.check(scratch: test.scratch("check")).findings == [])
    }
}

struct `A query that meets a damaged row` {
    /// A bit of the second contact's name is flipped, and the checksum is unchanged.
    private func damagedStore(_ test: ClosedStore) throws -> RecordStore {
        let path = test.scratch("damaged")
        try copyStore(at: test.path, to: path) { table, key, value in
            guard table == "records.4", key.last == 2 else { return value }
            return value.dropLast() + [value[value.count - 1] ^ 1]
        }
        return try RecordStore(at: path)
    }

    @Test(arguments: [
        "SELECT Id, LastName FROM Contact", "SELECT Id, LastName FROM Contact LIMIT 3",
        "SELECT Id FROM Contact WHERE LastName = 'Ng 0'",
        "SELECT Id FROM Contact WHERE LastName = 'Ng 1'",
        "SELECT Id FROM Contact WHERE LastName LIKE 'Ng%' ORDER BY LastName",
        "SELECT LastName, COUNT(Id) FROM Contact GROUP BY LastName",
        "SELECT MAX(LastName) FROM Contact", "SELECT COUNT() FROM Contact WHERE LastName != 'Sato'",
        "SELECT Id FROM Contact ORDER BY LastName DESC LIMIT 1",
        "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE LastName != 'x')",
    ])
    func `fails, and tells no value of it`(query: String) async throws {
        let test = try await ClosedStore()
        let store = try damagedStore(test)
        let failure = await #expect(throws: StoreError.self) {
            try await store.session().query(text: query)
        }
        guard case .storage(.corrupted(let corruption))? = failure else {
            Issue.record("\(failure.map { "\($0)" } ?? "no error")")
            return
        }
        #expect(corruption.table == "records.4" && corruption.key.last == 2)
        #expect(!corruption.finding.contains("Ng"))
    }

    /// A scan of the table over a range of ids does not return unchecked values either.
    @Test(arguments: [
        "SELECT Id, LastName FROM Contact", "SELECT MAX(LastName) FROM Contact",
        "SELECT LastName, COUNT(Id) FROM Contact", "SELECT COUNT() FROM Contact",
    ])
    func `fails where it is for a run of ids`(query: String) async throws {
        let test = try await ClosedStore()
        let store = try damagedStore(test)
        let first = test.contacts[0]
        let end = query.contains("COUNT(Id)") ? " GROUP BY LastName" : ""
        for bound in ["Id >= '\(first)'", "Id >= '\(first)' AND LastName != 'Sato'"] {
            let failure = await #expect(throws: StoreError.self) {
                try await store.session().query(text: "\(query) WHERE \(bound)\(end)")
            }
            guard case .storage(.corrupted(let corruption))? = failure else {
                Issue.record("\(failure.map { "\($0)" } ?? "no error")")
                continue
            }
            #expect(corruption.table == "records.4" && corruption.key.last == 2)
        }
    }

    /// The index of owners is all the query needs: only rows in the result are read.
    @Test func `fails where an index has found it`() async throws {
        let test = try await ClosedStore()
        let session = try damagedStore(test).session()
        let failure = await #expect(throws: StoreError.self) {
            try await session.query(
                "SELECT Id, LastName FROM Contact WHERE OwnerId = \(session.user)"
            )
        }
        guard case .storage(.corrupted(let corruption))? = failure else {
            Issue.record("\(failure.map { "\($0)" } ?? "no error")")
            return
        }
        #expect(corruption.table == "records.4" && corruption.key.last == 2)
    }
}
