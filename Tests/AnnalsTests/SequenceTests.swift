import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

struct `The rows of a query as a sequence` {
    @Test func `are those of all batches, of one state`() async throws {
        let test = try TestStore()
        for start in [0, 200, 400] {
            _ = try await test.session.create(
                (start..<start + 200).map { SObject("Contact", ["LastName": .text("\($0)")]) }
            )
        }
        var options = QueryOptions()
        options.batchSize = 200
        var names: [String] = []
        let rows = test.session.rows(
            "SELECT LastName FROM Contact WHERE LastName != \("7") ORDER BY Id",
            options: options
        )
        for try await row in rows {
            names.append(try row["LastName", as: String.self])
            if names.count == 3 {
                _ = try await test.session.create("Contact", ["LastName": "new"])
                let last = try await test.session.query(
                    "SELECT Id FROM Contact WHERE LastName = '599'"
                )
                try await test.session.delete(try last.records[0]["Id", as: RecordID.self])
            }
        }
        #expect(names == (0..<600).filter { $0 != 7 }.map { "\($0)" })
        var again = 0
        for try await _ in rows { again += 1 }
        #expect(again == 599)
    }

    @Test func `fail with what the query fails with, and are none of a count`() async throws {
        let session = try TestStore().session
        await #expect(throws: StoreError.self) {
            for try await _ in session.rows("SELECT No FROM Contact") {}
        }
        for try await _ in session.rows("SELECT COUNT() FROM Contact") {
            Issue.record("a count has no rows")
        }
    }
}

struct `The events of a log as a sequence` {
    @Test(arguments: [Durability.grouped, .journaled, .onDemand])
    func `are all that there are, each once, and then those that follow`(
        durability: Durability
    ) async throws {
        let test = try TestStore(durability: durability)
        let session = test.session
        let start = try await test.store.lastPosition()
        for number in 0..<700 {
            _ = try await session.create("Contact", ["LastName": .text("\(number)")])
        }
        var seen: [Position] = []
        for try await event in session.allEvents(after: start) { seen.append(event.position) }
        #expect(seen == (1...700).map { Position(start.ordinal + $0) })

        let follower = Task {
            var seen: [Position] = []
            for try await event in session.followEvents(after: Position(start.ordinal + 690)) {
                seen.append(event.position)
            }
            return seen
        }
        // Single calls, and those that return before the tables have them.
        for size in [1, 1, 30, 25, 1, 40, 2] {
            let contacts = Array(repeating: SObject("Contact", ["LastName": "Ng"]), count: size)
            _ = try await session.create(contacts)
            try await Task.sleep(for: .milliseconds(size))
        }
        let end = try await test.store.lastPosition()
        try await Task.sleep(for: .milliseconds(300))
        test.store.close()
        let followed = try await follower.value
        #expect(followed == (691...800).map { Position(start.ordinal + $0) })
        #expect(followed.last == end)
    }

    /// The last event is not followed by another that would wake who waits for it.
    @Test(arguments: Durability.allCases)
    func `are there as soon as their calls have returned`(durability: Durability) async throws {
        let test = try TestStore(durability: durability)
        let session = test.session
        let end = try await test.store.lastPosition()
        var events = session.followEvents(after: end).makeAsyncIterator()
        for number in 1...100 as ClosedRange<UInt64> {
            let size = number.isMultiple(of: 3) ? 25 : 1
            let contacts = Array(repeating: SObject("Contact", ["LastName": "Ng"]), count: size)
            async let created = session.create(contacts)
            for _ in 0..<size { #expect(try await events.next()?.kind == .created) }
            _ = try await created
        }
    }

    @Test func `end where the task is cancelled, and where the store is closed`() async throws {
        let test = try TestStore()
        let session = test.session
        let cancelled = Task { for try await _ in session.followEvents() {} }
        let closed = Task { for try await _ in session.followEvents() {} }
        try await Task.sleep(for: .milliseconds(50))
        cancelled.cancel()
        try await cancelled.value
        // One that was left, too.
        for try await _ in session.followEvents() { break }
        #expect(test.store.logSignal.listenerCount == 1)
        test.store.close()
        try await closed.value
        #expect(test.store.logSignal.listenerCount == 0)
        await #expect(throws: StoreError.closed) {
            for try await _ in session.allEvents() {}
        }
    }

    @Test func `are followed in a store that another process writes`() async throws {
        let scratch = Scratch()
        let (path, copy) = (scratch("store"), scratch("copy"))
        try RecordStore.create(at: path)
        try waitUntilClosed(path)
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let store = try reader(of: path)
        let start = try await store.lastPosition()
        let first = Task { () async throws -> EventKind? in
            for try await event in store.session().followEvents(after: start) { return event.kind }
            return nil
        }
        try await Task.sleep(for: .milliseconds(50))
        first.cancel()
        #expect(try await first.value == nil)
        let follower = Task { for try await _ in store.session().followEvents(after: start) {} }
        try await Task.sleep(for: .milliseconds(50))
        try FileManager.default.moveItem(atPath: path, toPath: scratch("away"))
        try FileManager.default.moveItem(atPath: copy, toPath: path)
        await #expect(throws: StoreError.storage(.replaced(path: path))) {
            try await follower.value
        }
    }
}
