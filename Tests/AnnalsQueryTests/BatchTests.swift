import Annals
import AnnalsSOQL
import AnnalsTestSupport
import Testing

struct `The batches of a query` {
    @Test(arguments: UInt64(1)...3)
    func `show one state, whatever is written between them`(seed: UInt64) async throws {
        let seed = testSeed(seed)
        let random = try await RandomStore(seed: seed, changes: 60, scale: 5)
        random.paceMilliseconds = 60_000
        var chance = SeededRandom(seed: seed)
        for number in 0..<6 {
            var options = QueryOptions.random(&chance)
            options.batchSize = 1 + chance.below(250)
            if chance.chance(30) {
                let reach = try await random.store.lastPosition().ordinal
                options.asOf = .position(Position(reach - UInt64(chance.below(20))))
            }
            let user = random.users[chance.below(random.users.count)]
            let soql = query(&chance)
            let history = try await NaiveHistory(of: random.store)
            let position: Position
            if case .position(let given) = options.asOf {
                position = given
            } else {
                position = try await random.store.lastPosition()
            }
            let evaluator = NaiveEvaluator(
                history.store(after: position, random.store.schema),
                user: user,
                includesDeleted: options.includesDeleted,
                options,
                now: random.clock.time
            )
            let expected = evaluator.answer(try SOQLParser.parse(soql))

            var batch = try await random.store.session(as: user).query(text: soql, options: options)
            let size = max(200, options.batchSize)
            var records = batch.records
            while let locator = batch.locator {
                #expect(batch.records.count == size)
                try await random.change(6)
                try await random.grow()
                if chance.chance(30) { try random.reopen() }
                batch = try await random.store.session(as: user).queryMore(locator)
                #expect(batch.totalSize == expected.totalSize)
                records += batch.records
            }
            let got = QueryResult(totalSize: batch.totalSize, records: records)
            if got != expected {
                let difference = RowText.difference(got: got, expected: expected)
                Issue.record("seed \(seed), query \(number): \(soql)\n\(options)\n\(difference)")
            }
        }
    }

    /// A query that finds most records.
    private func query(_ chance: inout SeededRandom) -> String {
        let columns = [
            "Id", "Name, Owner.Name, Text__c", "Id, Account__r.Name, Parent__r.Account__r.Name",
            "Id, IsDeleted, Kind__c, (SELECT Name, Parent__r.Text__c FROM ChildThings__r)",
            "FIELDS(STANDARD), toLabel(Level__c) l, TYPEOF Owner WHEN User THEN Username END",
        ]
        let filters = [
            "", " WHERE Text__c != 'Acme'", " WHERE Mark__c = FALSE OR Rank__c > 3",
            " WHERE Id NOT IN (SELECT Thing__c FROM ContactRequest WHERE Status = 'New')",
            " WHERE Parent__r.Text__c = null OR Weight__c > 1", " WHERE Seen__c < NEXT_N_YEARS:5",
        ]
        let orders = [
            "", " ORDER BY Text__c", " ORDER BY Kind__c DESC NULLS LAST, Rank__c",
            " ORDER BY Owner.Name, Seen__c DESC", " ORDER BY LastModifiedDate DESC",
        ]
        return "SELECT \(columns[chance.below(columns.count)]) FROM Thing__c"
            + filters[chance.below(filters.count)] + orders[chance.below(orders.count)]
            + (chance.chance(20) ? " LIMIT \(200 + chance.below(150))" : "")
    }

    @Test func `are refused to others, and after two days`() async throws {
        let random = try await RandomStore(seed: 9, changes: 30, scale: 3)
        var options = QueryOptions()
        options.batchSize = 200
        func session(_ index: Int) -> Session { random.store.session(as: random.users[index]) }
        let first = try await session(0).query("SELECT Id FROM Thing__c", options: options)
        let locator = try #require(first.locator)

        try await expectRefusal(of: locator, session(1))
        let next = try await session(0).queryMore(locator)
        random.clock.advance(days: 2)
        #expect(try await session(0).queryMore(locator) == next)
        random.clock.advance(seconds: 1)
        try await expectRefusal(of: locator, session(0))
        try random.reopen()
        try await expectRefusal(of: locator, session(0))
    }

    @Test func `need a locator that was given out`() async throws {
        let random = try await RandomStore(seed: 10, changes: 30, scale: 3)
        let session = random.store.session()
        var options = QueryOptions()
        options.batchSize = 200
        let first = try await session.query("SELECT Id FROM Thing__c", options: options)
        let locator = try #require(first.locator)
        let parts = locator.split(separator: "-").map(String.init)
        let id = parts[0]
        let changed = String(id.dropLast()) + (id.hasSuffix("x") ? "y" : "x")
        let malformed = [
            "", "-", "x", "0r8", id, "\(id)-", "\(id)-0", "\(id)--200", "\(id)-200-200",
            "\(id)-\(first.totalSize)", "\(id)-99999999999999999999", "\(changed)-200",
            "\(id.dropLast())-200", " \(locator)", "\(locator) ", "01g000000000000000-200",
            "\(id)-2O0", String(repeating: "0r8", count: 100_000),
        ]

        for text in malformed { try await expectRefusal(of: text, session) }
        #expect(try await session.queryMore(locator).totalSize == first.totalSize)
    }

    private func expectRefusal(
        of locator: String,
        _ session: Session,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let error = await #expect(throws: StoreError.self, sourceLocation: sourceLocation) {
            try await session.queryMore(locator)
        }
        guard case .fault(let fault)? = error else { return }
        #expect(
            fault.exceptionCode.rawValue == "INVALID_QUERY_LOCATOR",
            "\(locator.prefix(60))",
            sourceLocation: sourceLocation
        )
    }
}
