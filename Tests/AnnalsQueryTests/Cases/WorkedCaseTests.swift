import Annals
import Foundation
import Testing

@Suite(.enabled(if: !WorkedCases.all.isEmpty))
struct `The worked cases` {
    /// Cases that are answered otherwise on purpose, or cannot be asked.
    private static let exempt = [
        "S042": "a case of its own below",
        "S063": "there are no multi-select picklists",
        "S113": "text sorts by its folded bytes, so that . comes before _",
        "S117": "a case of its own below", "S118": "a case of its own below",
        "S119": "a case of its own below",
    ]

    @Test func `come out as they should`() async throws {
        let store = try await CaseStore()
        var told: [String] = []
        for item in WorkedCases.all where Self.exempt[item.id] == nil {
            guard let finding = await finding(item, store) else { continue }
            let text = "\(item.testDescription)\n  \(store.query(of: item.q))\n  \(finding)"
            if item.isUncertain {
                told.append("\(text)\n  (\(item.confidence))")
            } else {
                Issue.record("\(text)")
            }
        }
        if !told.isEmpty { print("Not certain, and otherwise:\n" + told.joined(separator: "\n")) }
    }

    /// What is not as it should be.
    private func finding(_ item: WorkedCase, _ store: CaseStore) async -> String? {
        let result: QueryResult
        do {
            result = try await store.session.query(store.query(of: item.q), options: store.options)
        } catch {
            guard case .fault(let fault) = error else { return "\(error)" }
            guard let codes = item.error else { return "refused: \(fault.message)" }
            let message = fault.message.split(separator: "\n").last.map(String.init) ?? ""
            if !codes.contains(fault.exceptionCode.rawValue) {
                return "expected \(codes), got \(fault.exceptionCode): \(message)"
            }
            if let wanted = item.message, !Self.isLike(message, wanted) {
                return "expected the message \(wanted)\n  got \(message)"
            }
            return nil
        }
        if let codes = item.error { return "expected \(codes), got \(store.symbols(of: result))" }
        if let rows = item.rows {
            let got = store.symbols(of: result)
            let isRight = item.ordered == true ? got == rows : got.sorted() == rows.sorted()
            return isRight && result.totalSize == rows.count ? nil : "expected \(rows), got \(got)"
        }
        guard let shape = Self.shapes[item.id] else { return "there is no shape to compare with" }
        let got = RowText.lines(result).map { $0.replacing(/(\w+) \w{15} \{/) { "\($0.1) {" } }
        return got == shape ? nil : "expected \(shape)\n  got \(got)"
    }

    /// Outcomes that the cases tell in words.
    private static let shapes: [String: [String]] = [
        "S092": ["1 in all", "ContactRequest {RequestDescription: 'call me'}"],
        "S094": ["1 in all", "AggregateResult {expr0: 6}"],
        "S095": ["1 in all", "AggregateResult {expr0: 6, expr1: 5, expr2: 3}"],
        "S097": ["1 in all", "AggregateResult {expr0: 250.5, lo: -5.0, expr1: 52}"],
        "S098": ["1 in all", "AggregateResult {expr0: null}"],
        "S100": ["0 in all"],
        "S101": ["1 in all", "AggregateResult {Industry__c: 'Media'}"],
        "S123": [
            "1 in all",
            "Account {Id: 001000000000001AAA, "
                + "Contacts: [1 in all; Contact {LastName: 'Quarry'}]}",
        ],
    ]

    /// Messages in parentheses are told by their sense only.
    private static func isLike(_ message: String, _ wanted: String) -> Bool {
        if wanted.hasPrefix("(") { return true }
        if wanted.hasSuffix("…") {
            return message.hasPrefix(wanted.dropLast().trimmingCharacters(in: .whitespaces))
        }
        let plain = message.replacing(/line 1:\d+/, with: "line 1:N")
        if wanted.hasSuffix(" (form)") { return plain.hasPrefix(wanted.dropLast(" (form)".count)) }
        return plain == wanted
    }

    @Test func `of TYPEOF give null where no branch fits`() async throws {
        let store = try await CaseStore()
        let query = store.query(
            of: """
                SELECT Id, TYPEOF Owner WHEN User THEN Department END FROM ContactRequest
                WHERE Id IN ('R2', 'R3')
                """
        )

        let result = try await store.session.query(query, options: store.options)

        #expect(store.symbols(of: result).sorted() == ["R2", "R3"])
        for row in result.records {
            switch store.symbols(of: QueryResult(totalSize: 1, records: [row])) {
            case ["R2"]:
                guard case .row(let owner) = row["Owner"] else {
                    Issue.record("no row of the owner: \(row)")
                    continue
                }
                #expect(owner.type == "User")
                #expect(owner.fields == [QueryField("Department__c", .value(.null))])
            default: #expect(row["Owner"] == .value(.null))
            }
        }
    }

    @Test func `of five thousand records count the whole result in each batch`() async throws {
        let store = try await CaseStore()
        for _ in 0..<25 {
            let calls = (0..<200).map { SObject("Group", ["Name": .text("Group \($0)")]) }
            _ = try await store.session.create(calls)
        }
        let all = "SELECT Id FROM Group WHERE Type = 'Regular'"

        let first = try await store.session.query(all)
        let second = try await store.session.queryMore(try #require(first.locator))
        let third = try await store.session.queryMore(try #require(second.locator))
        let few = try await store.session.query(all + " LIMIT 3")
        let window = try await store.session.query(all + " LIMIT 5000 OFFSET 0")

        #expect([first, second, third].map(\.totalSize) == [5000, 5000, 5000])
        #expect([first, second, third].map(\.records.count) == [2000, 2000, 1000])
        #expect([first, second, third].map(\.isDone) == [false, false, true])
        #expect(few.totalSize == 3 && few.isDone)
        #expect(window.totalSize == 2000 && window.records.count == 2000 && window.isDone)
    }
}
