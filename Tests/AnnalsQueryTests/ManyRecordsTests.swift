import Annals
import AnnalsSOQL
import AnnalsTestSupport
import Testing

// Some plans are worthwhile only with thousands of records: several indexes at once, and a sort
// that discards records before it has seen all of them.

extension `The query engine` {
    @Test(arguments: UInt64(1)...2)
    func `answers of many records as one who reads them all would`(seed: UInt64) async throws {
        let seed = testSeed(seed)
        var chance = SeededRandom(seed: seed)
        let random = try await RandomStore(seed: seed, changes: 15)
        try await random.createMany(3000, &chance)
        let session = random.store.session()
        let records = try await NaiveStore(reading: random.store)
        var intersections = 0
        for number in 0..<80 {
            var options = QueryOptions.random(&chance)
            options.includesDeleted = chance.chance(20)
            let soql = manyRecordsQuery(&chance)
            let comparison = QueryComparison(
                session: session,
                evaluator: NaiveEvaluator(
                    records,
                    user: random.store.administrator,
                    includesDeleted: options.includesDeleted,
                    options,
                    now: random.clock.time
                ),
                options: options
            )
            if let taken = try await session.explain(text: soql, options: options).first,
                taken.fields.count > 1
            {
                intersections += 1
            }
            if let disagreement = await comparison.disagreement(on: soql) {
                Issue.record("seed \(seed), query \(number): \(soql)\n\(options)\n\(disagreement)")
            }
        }
        #expect(intersections > 20)
    }

    /// By then a sort with LIMIT has dropped most records, and knows which ones cannot be in the
    /// result.
    @Test func `gives the last place to a record that comes last`() async throws {
        let random = try await RandomStore(seed: 1, changes: 0)
        let session = random.store.session()
        let ranks = (0..<1500).map { 10 * $0 } + [85]
        for start in stride(from: 0, to: ranks.count, by: 200) {
            let things = ranks[start...].prefix(200).map {
                SObject("Thing__c", ["Text__c": "ranked", "Count__c": .integer($0)])
            }
            let results = try await session.create(Array(things))
            #expect(results.allSatisfy { $0.id != nil })
        }

        for limit in 8...12 {
            let first = try await session.query(
                text: "SELECT Count__c FROM Thing__c WHERE Text__c = 'ranked' "
                    + "ORDER BY Count__c LIMIT \(limit)"
            )
            let expected = ranks.sorted().prefix(limit)
            #expect(first.records.map { $0["Count__c"] } == expected.map { .value(.integer($0)) })
        }
    }

    private func manyRecordsQuery(_ chance: inout SeededRandom) -> String {
        func pick(_ texts: [String]) -> String { texts[chance.below(texts.count)] }
        // Each finds more records than a plan takes from one index alone.
        let common = [
            "Level__c = 'low'", "Rank__c = 1", "Weight__c = 0.5", "Long__c = 'Acme'",
            "CreatedDate > 2022-01-01T00:00:00Z", "Mail__c IN ('ann@x.com')",
        ]
        let rest = ["Amount__c > 500", "Rank__c != 2", "Mark__c = TRUE", "Seen__c = null"]
        var conditions = Array(common.shuffled(using: &chance).prefix(1 + chance.below(4)))
        if chance.chance(30) { conditions.append(pick(rest)) }
        let filter = "FROM Thing__c WHERE " + conditions.joined(separator: " AND ")
        let order = pick([
            "", " ORDER BY Id DESC", " ORDER BY CreatedDate DESC, Id DESC", " ORDER BY Amount__c",
            " ORDER BY Amount__c DESC NULLS LAST", " ORDER BY Text__c, Count__c DESC",
        ])
        switch chance.below(5) {
        case 0: return "SELECT COUNT() \(filter)"
        case 1: return "SELECT Level__c, COUNT(Id), MAX(Amount__c) \(filter) GROUP BY Level__c"
        case 2: return "SELECT Id, Amount__c \(filter)\(order)"
        default:
            let offset = chance.chance(30) ? " OFFSET \(chance.below(50))" : ""
            return "SELECT Id, Amount__c \(filter)\(order) LIMIT \(1 + chance.below(60))\(offset)"
        }
    }
}

extension RandomStore {
    /// Things, most of which have the same values, and some of which are deleted.
    fileprivate func createMany(_ count: Int, _ chance: inout SeededRandom) async throws {
        let session = store.session()
        var made = 0
        while made < count {
            clock.advance(seconds: 1)
            let things = (0..<200).map { _ in Self.thing(&chance) }
            let ids = try await session.create(things).compactMap(\.id)
            made += ids.count
            _ = try await session.delete(ids.prefix(chance.below(20)).map { RecordReference($0) })
        }
    }

    private static func thing(_ chance: inout SeededRandom) -> SObject {
        func mostly(_ value: Value, _ others: [Value]) -> Value {
            chance.chance(70) ? value : others[chance.below(others.count)]
        }
        return SObject(
            "Thing__c",
            [
                "Level__c": mostly("low", ["High", "Average", .null]),
                "Rank__c": mostly(.integer(1), [.integer(0), .integer(2), .null]),
                "Weight__c": mostly(.double(0.5), [.double(0.25), .double(0.75), .null]),
                "Long__c": mostly("ACME", ["Acme Ltd.", "z", .null]),
                "Mail__c": mostly("Ann@x.com", ["bob@x.com", .null]),
                "Amount__c": mostly(.double(Double(chance.below(8000)) / 8), [.null]),
                "Text__c": mostly("Acme", ["acme", "The same beginning, A", .null]),
                "Count__c": .integer(chance.below(500)),
                "Mark__c": .boolean(chance.chance(50)),
            ]
        )
    }
}
