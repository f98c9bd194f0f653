import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

struct `Pruning` {
    @Test func `breaks no restore that was possible`() async throws {
        let test = try TestStore()
        let (archive, snapshots) = (test.scratch("archive"), test.scratch("snapshots"))
        // So large that each segment is full, and never merged with others.
        let text = String(repeating: "call me back ", count: 2000)
        let record = SObject("ContactRequest", ["RequestDescription": .text(text)])
        for day in 0..<10 {
            _ = try await test.session.create(Array(repeating: record, count: 80))
            try await test.store.archive(to: archive)
            if day % 2 == 0 { try await test.store.takeSnapshot(in: snapshots) }
            test.clock.advance(days: 1)
        }

        let report = try StoreSnapshot.prune(
            in: snapshots,
            archive: archive,
            retention: Retention(count: 1, days: 4),
            now: test.clock.time
        )

        // Taken on the days 0, 2, 4, 6 and 8 of 10: those of the last four days are kept.
        #expect(report.removed.count == 3)
        #expect(report.kept.count == 2)
        #expect(report.removedSegments > 0)
        #expect(try StoreSnapshot.list(in: snapshots).snapshots == report.kept)
        for head in try await test.store.heads().dropFirst() where head.number % 4 == 1 {
            let target = test.scratch("restored \(head.number)")
            let restored = try await RecordStore.restore(
                to: target,
                snapshots: snapshots,
                archive: archive,
                point: .position(head.lastPosition)
            )
            #expect(restored.digest == head.digest.description)
        }
        await #expect(throws: StoreError.recovery(.missing(transaction: 1))) {
            try await RecordStore.restore(to: test.scratch("alone"), archive: archive)
        }
        try await test.store.archive(to: archive)
    }

    @Test func `removes nothing where what stays is damaged`() async throws {
        let test = try TestStore()
        let snapshots = test.scratch("snapshots")
        for _ in 0..<3 {
            try await test.session.create("ContactRequest", [:])
            try await test.store.takeSnapshot(in: snapshots)
        }
        let all = try StoreSnapshot.list(in: snapshots).snapshots
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: all[2].path + "/data.mdb"))
        try file.seek(toOffset: 20_000)
        try file.write(contentsOf: Data([1, 2, 3]))
        try file.close()

        #expect(throws: StoreError.self) {
            try StoreSnapshot.prune(
                in: snapshots,
                retention: Retention(count: 1, days: 0),
                now: test.clock.time.advanced(byMilliseconds: 1000)
            )
        }
        #expect(try StoreSnapshot.list(in: snapshots).snapshots == all)
    }
}
