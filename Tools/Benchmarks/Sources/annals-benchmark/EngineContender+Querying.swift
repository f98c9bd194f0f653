internal import Annals
internal import Foundation
internal import Measuring

extension EngineContender {
    /// Runs a query and reads all of its batches.
    func query(_ work: Work) async throws -> Outcome {
        let store = try await open(for: work)
        defer { store.close() }
        let session = store.session()
        let soql = try soql(of: work)
        var watch = Stopwatch()
        var sum = try await rowsSum(soql, session)
        sum = 0
        for _ in 0..<scale.queryPasses {
            sum = try await watch.time { sum &+ (try await rowsSum(soql, session)) }
        }
        return Outcome(watch, checksum: sum)
    }

    private func soql(of work: Work) throws -> String {
        let seconds = scale.updatedSeconds
        let start = Timestamp(milliseconds: seconds.lowerBound * 1000)
        let end = Timestamp(milliseconds: seconds.upperBound * 1000)
        func literal(_ time: Timestamp) -> String {
            time.description.replacingOccurrences(of: ".000+0000", with: "Z")
        }
        switch work {
        case .queryLatest:
            return "SELECT Name, Status, PreferredPhone FROM ContactRequest "
                + "WHERE Status = 'Contacted' ORDER BY CreatedDate DESC LIMIT 200"
        case .queryBoth:
            return "SELECT Name FROM ContactRequest "
                + "WHERE Status = 'Contacted' AND RequestReason = 'Billing'"
        case .queryScan:
            return "SELECT COUNT() FROM ContactRequest WHERE PreferredPhone LIKE '%77%'"
        case .queryGroups:
            return "SELECT Status, COUNT(Id) FROM ContactRequest GROUP BY Status"
        case .queryWindow:
            return "SELECT Name FROM ContactRequest WHERE SystemModstamp >= \(literal(start)) "
                + "AND SystemModstamp < \(literal(end))"
        default: throw Failure("\(work) is not a query")
        }
    }

    /// The sum that the other contenders compute over rows.
    private func rowsSum(_ soql: String, _ session: Session) async throws -> UInt64 {
        var result = try await session.query(text: soql)
        if result.records.isEmpty { return UInt64(result.totalSize) }
        var sum: UInt64 = 0
        while true {
            for row in result.records {
                for field in row.fields {
                    guard case .value(let value) = field.content else { continue }
                    switch value {
                    case .text(let text):
                        sum &+= UInt64(text.utf8.first ?? 0) + UInt64(text.utf8.last ?? 0)
                    case .integer(let number): sum &+= UInt64(number)
                    default: throw Failure("a query returned \(value)")
                    }
                }
            }
            guard let locator = result.locator else { return sum }
            result = try await session.queryMore(locator)
        }
    }
}
