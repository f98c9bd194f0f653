import Annals
import AnnalsSOQL
import AnnalsTestSupport
import Testing

/// Compares the engine's result of a query with the naive evaluator's.
struct QueryComparison {
    let session: Session
    let evaluator: NaiveEvaluator
    let options: QueryOptions

    /// - Returns: What is wrong; `nil` if both agree.
    func disagreement(on soql: String) async -> String? {
        let query: Query
        do {
            query = try SOQLParser.parse(soql)
        } catch {
            return "the parser refuses it:\(error)"
        }
        let got: QueryResult
        do {
            got = try await rows(of: soql)
        } catch {
            return "the engine refuses it: \(error)"
        }
        let expected = evaluator.answer(query)
        if got == expected { return nil }
        return RowText.difference(got: got, expected: expected)
    }

    /// All batches together.
    private func rows(of soql: String) async throws -> QueryResult {
        var result = try await session.query(text: soql, options: options)
        var records = result.records
        while let locator = result.locator {
            result = try await session.queryMore(locator)
            records += result.records
        }
        return QueryResult(totalSize: result.totalSize, records: records)
    }
}

/// The conditions of a query that are not in its text.
extension QueryOptions {
    static func random(_ random: inout SeededRandom) -> QueryOptions {
        let zones = [
            "UTC", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe",
            "Africa/Cairo", "America/Havana", "Pacific/Kiritimati", "Asia/Kathmandu",
        ]
        var options = QueryOptions()
        options.includesDeleted = random.chance(25)
        options.timeZone = zones[random.below(zones.count)]
        options.firstWeekday = 1 + random.below(7)
        options.fiscalYearStart = 1 + random.below(12)
        // Half of the time, a time like those of the records: then many are at the very ends of
        // date literals.
        var values = RandomValues(SeededRandom(seed: random.next()))
        let step = Int64(random.below(40_000_000)) * 1000 + Int64(random.below(1000))
        options.now =
            random.chance(50)
            ? values.time() : RandomValues.middle.advanced(byMilliseconds: step - 20_000_000_000)
        return options
    }
}
