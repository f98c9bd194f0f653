import Annals
import AnnalsTestSupport
import Foundation
import Testing

@Suite(.serialized)
struct `A process that is killed while it erases` {
    /// Set `ANNALS_KILL_ROUNDS` for a soak test.
    private static let roundCount =
        ProcessInfo.processInfo.environment["ANNALS_KILL_ROUNDS"].flatMap { Int($0) } ?? 12

    @Test func `has erased a record in all of the log, or not begun`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        var erasedCount = 0
        for round in 0..<Self.roundCount {
            let ids = try await fill(path)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, ids = ids as [String], round = round as Int] in
                let store = try RecordStore(at: path)
                var random = SeededRandom(seed: UInt64(round) &+ testSeed(17))
                let moment = UInt32(random.below(60_000))
                Thread.detachNewThread {
                    usleep(moment)
                    kill(getpid(), SIGKILL)
                }
                for id in ids {
                    let reference = RecordReference(text: id)
                    _ = try await store.session().erase([reference], reason: "request \(round)")
                }
                try await Task.sleep(for: .seconds(60))
            }
            let store = try RecordStore(at: path)
            for id in ids {
                let record = try #require(RecordID(id))
                let history = try await store.session().history(of: record)
                let isErased = history.last?.kind == .erased
                let values = history.filter { $0.kind == .created || $0.kind == .updated }
                #expect(values.count == 3)
                #expect(values.allSatisfy { $0.isErased == isErased })
                #expect(values.allSatisfy { $0.changes.isEmpty == isErased })
                if isErased { erasedCount += 1 }
            }
            if round % 5 == 4 {
                #expect(try RecordStore.checkFile(at: path).findings == [])
                await #expect(try store.check(scratch: scratch("check")).findings == [])
            }
        }
        print("\(Self.roundCount) kills within erasures, \(erasedCount) records erased")
        #expect(erasedCount > 0)
    }

    /// Records with a history; the values of some need pages of their own.
    private func fill(_ path: String) async throws -> [String] {
        let store = try RecordStore(at: path)
        let session = store.session()
        let text = SObject.Assignment(
            "RequestDescription",
            .text(String(repeating: "x", count: 5000))
        )
        let record = SObject("ContactRequest", id: nil, assignments: [text])
        let ids = try await session.create(Array(repeating: record, count: 60)).compactMap(\.id)
        for value in ["Contacted", "Closed"] {
            let changes = ids.map { id in
                SObject(
                    "ContactRequest",
                    id: .id(id),
                    assignments: [SObject.Assignment("PreferredPhone", .text(value))]
                )
            }
            _ = try await session.update(changes)
        }
        return ids.map(\.description)
    }
}
