import Annals
import Testing

struct `The worked cases` {
    @Test func `come out as they should`() async throws {
        let store = try await CaseStore()
        let cases = try WorkedCases.all()
        #expect(cases.count > 150)
        for item in cases {
            guard let finding = await finding(item, store) else { continue }
            Issue.record("\(item.testDescription)\n  \(store.query(of: item.q))\n  \(finding)")
        }
    }

    /// What is wrong with the result, if anything.
    private func finding(_ item: WorkedCase, _ store: CaseStore) async -> String? {
        let query = store.query(of: item.q)
        let result: QueryResult
        do {
            result =
                item.all == true
                ? try await store.session.queryAll(text: query, options: store.options)
                : try await store.session.query(text: query, options: store.options)
        } catch {
            guard case .fault(let fault) = error else { return "\(error)" }
            guard let code = item.error else { return "refused: \(fault.message)" }
            let message = fault.message.split(separator: "\n").last.map(String.init) ?? ""
            if code != fault.exceptionCode.rawValue {
                return "expected \(code), got \(fault.exceptionCode): \(message)"
            }
            if let wanted = item.message, message != wanted {
                return "expected the message \(wanted)\n  got \(message)"
            }
            return nil
        }
        if let code = item.error { return "expected \(code), got \(store.symbols(of: result))" }
        let wanted = item.rows ?? item.lines ?? []
        let got =
            item.rows != nil
            ? store.symbols(of: result) : RowText.lines(result).map(store.symbolic)
        let isRight = item.ordered == true ? got == wanted : got.sorted() == wanted.sorted()
        if !isRight { return "expected \(wanted)\n  got \(got)" }
        return item.rows == nil || result.totalSize == wanted.count
            ? nil : "\(result.totalSize) in all"
    }

    @Test func `of five thousand records count the whole result in each batch`() async throws {
        let store = try await CaseStore()
        for _ in 0..<25 {
            let calls = (0..<200).map { SObject("Group", ["Name": .text("Group \($0)")]) }
            _ = try await store.session.create(calls)
        }
        let all = "SELECT Id FROM Group WHERE Type = 'Regular'"

        let first = try await store.session.query(text: all)
        let second = try await store.session.queryMore(try #require(first.locator))
        let third = try await store.session.queryMore(try #require(second.locator))
        let few = try await store.session.query(text: all + " LIMIT 3")
        let window = try await store.session.query(text: all + " LIMIT 5000 OFFSET 0")

        #expect([first, second, third].map(\.totalSize) == [5000, 5000, 5000])
        #expect([first, second, third].map(\.records.count) == [2000, 2000, 1000])
        #expect([first, second, third].map(\.isDone) == [false, false, true])
        #expect(few.totalSize == 3 && few.isDone)
        #expect(window.totalSize == 2000 && window.records.count == 2000 && window.isDone)
    }
}
