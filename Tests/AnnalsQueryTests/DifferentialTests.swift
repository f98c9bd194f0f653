import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `The query engine` {
    /// `ANNALS_TEST_QUERIES` is the number of queries for each seed.
    static let count =
        ProcessInfo.processInfo.environment["ANNALS_TEST_QUERIES"].flatMap(Int.init) ?? 1_600

    @Test(arguments: UInt64(1)...10)
    func `answers as one who reads every record would`(seed: UInt64) async throws {
        let seed = testSeed(seed)
        let random = try await RandomStore(seed: seed)
        let views = try await random.view()
        let records = try await NaiveStore(reading: random.store)
        try await expectAgreement(seed: seed, count: Self.count) { random_, options in
            let user = random.users[random_.below(random.users.count)]
            var evaluator = NaiveEvaluator(
                records,
                user: user,
                includesDeleted: options.includesDeleted,
                options,
                now: random.clock.time
            )
            evaluator.views = views[user] ?? [:]
            return QueryComparison(
                session: random.store.session(as: user),
                evaluator: evaluator,
                options: options
            )
        }
    }
}

/// Makes queries until a few results were wrong, or `count` were right.
///
/// - Parameter circumstances: Makes the user's options and the records; called again after a few
///   queries.
func expectAgreement(
    seed: UInt64,
    count: Int,
    _ circumstances: (inout SeededRandom, inout QueryOptions) async throws -> QueryComparison
) async throws {
    var random = SeededRandom(seed: seed)
    var failures = 0
    var number: UInt64 = 0
    while number < count, failures < 5 {
        var options = QueryOptions.random(&random)
        let comparison = try await circumstances(&random, &options)
        for _ in 0..<20 where failures < 5 {
            number += 1
            var maker = RandomSOQL(seed: seed << 32 | number, comparison.evaluator)
            let soql = maker.query()
            guard let disagreement = await comparison.disagreement(on: soql) else { continue }
            failures += 1
            Issue.record(
                """
                seed \(seed), query \(number):
                \(soql)
                \(comparison.options)
                \(disagreement)
                """
            )
        }
    }
}
