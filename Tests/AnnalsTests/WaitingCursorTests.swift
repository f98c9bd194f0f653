import AnnalsTestSupport
import Testing

@testable import Annals

struct `A locator that was just given` {
    private func cursor(_ number: Int) -> QueryCursor {
        QueryCursor(
            text: "SELECT Id FROM Contact LIMIT \(number)",
            options: QueryOptions(),
            user: RecordID(prefix: RecordStore.userPrefix, serial: 1),
            apiVersion: 60,
            position: Position(1),
            created: Timestamp(milliseconds: 0)
        )
    }

    @Test func `is good while the disk is waited for, however many others are given`() {
        let waiting = WaitingCursors(byteCountMax: 10_000, life: .zero)
        for number in 0..<2000 {
            waiting.keep(cursor(number), of: "\(number)", isOnItsWay: true)
        }
        #expect((0..<2000).allSatisfy { waiting.cursor("\($0)") != nil })
        // Cursors that will never be on the disk are kept as long as there is room for them.
        for number in 0..<2000 { waiting.keepHere("\(number)") }
        for number in 2000..<2020 {
            waiting.keep(cursor(number), of: "\(number)", isOnItsWay: true)
        }
        #expect((0..<2000).count { waiting.cursor("\($0)") != nil } < 100)
        #expect((2000..<2020).allSatisfy { waiting.cursor("\($0)") != nil })
    }

    @Test func `is not forgotten for others before its client could come back`() {
        let waiting = WaitingCursors(byteCountMax: 10_000, life: .seconds(60))
        for number in 0..<2000 {
            waiting.keep(cursor(number), of: "\(number)", isOnItsWay: false)
        }
        #expect((0..<2000).allSatisfy { waiting.cursor("\($0)") != nil })
    }

    @Test func `is of no use once the store is closed, which is said`() async throws {
        let test = try TestStore()
        let contacts = Array(repeating: SObject("Contact", ["LastName": "Ng"]), count: 200)
        for _ in 0..<2 { _ = try await test.session.create(contacts) }
        var options = QueryOptions()
        options.batchSize = 200
        let first = try await test.session.query("SELECT Id FROM Contact", options: options)
        let locator = try #require(first.locator)
        for _ in 0..<3 {
            #expect(try await test.session.queryMore(locator).records.count == 200)
        }
        test.store.close()
        await #expect(throws: StoreError.closed) { try await test.session.queryMore(locator) }
    }
}
