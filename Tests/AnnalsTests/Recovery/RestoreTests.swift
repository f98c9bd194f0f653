import AnnalsLog
import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

struct `A restored store` {
    /// A random history, with snapshots and archive runs along the way.
    private struct Recorded {
        var run: ModelRun
        let scratch = Scratch()
        var random: SeededRandom
        var snapshots: String { scratch("snapshots") }
        var archive: String { scratch("archive") }

        init(seed: UInt64) async throws {
            run = try await ModelRun(seed: testSeed(seed))
            // Copies that were made before an erasure still have what that removed from the log.
            run.calls.erases = false
            random = SeededRandom(seed: testSeed(seed) &+ 1)
            for _ in 0..<14 {
                try await run.make(40)
                if random.chance(25) { try await run.store().takeSnapshot(in: snapshots) }
                if random.chance(50) { try await run.store().archive(to: archive) }
            }
            try await run.store().takeSnapshot(in: snapshots)
            try await run.store().archive(to: archive)
        }
    }

    @Test(arguments: 0..<4)
    func `is what the store was at any moment, table by table`(number: UInt64) async throws {
        var recorded = try await Recorded(seed: 3100 + number)
        let store = try recorded.run.store()
        let heads = try await store.heads()
        for sample in 0..<14 {
            // The last transaction up to the position or the time.
            let chosen = heads[1 + recorded.random.below(heads.count - 1)]
            let isByTime = recorded.random.chance(30)
            let isNewest = sample == 0
            let expected = try #require(
                heads.last {
                    isNewest
                        || (isByTime
                            ? $0.time <= chosen.time : $0.lastPosition <= chosen.lastPosition)
                }
            )
            let target = recorded.scratch("restored \(sample)")
            let restored = try await RecordStore.restore(
                to: target,
                snapshots: sample % 3 == 1 ? nil : recorded.snapshots,
                archive: sample % 3 == 2 ? nil : recorded.archive,
                point: isNewest
                    ? .newest : isByTime ? .time(chosen.time) : .position(chosen.lastPosition)
            )

            #expect(restored.transactions == expected.number)
            #expect(restored.digest == expected.digest.description)
            try await PrefixReplay(of: store, transactions: expected.number).compare(with: target)
            let again = try RecordStore(at: target)
            #expect(again.storeID == store.storeID)
            #expect(again.created == store.created)
            await #expect(try again.check(scratch: recorded.scratch("check")).findings == [])
        }
    }

    @Test func `goes on in an epoch of its own, and in its own archive`() async throws {
        let test = try TestStore()
        for _ in 0..<10 { try await test.session.create("ContactRequest", [:]) }
        let archive = test.scratch("archive")
        try await test.store.archive(to: archive)
        let heads = try await test.store.heads()

        let newest = test.scratch("newest")
        await #expect(try RecordStore.restore(to: newest, archive: archive).epoch == 2)
        let store = try RecordStore(at: newest)
        try await store.session().create("ContactRequest", [:])
        await #expect(try store.heads().map(\.epoch).suffix(2) == [1, 2])
        await #expect(try store.check(scratch: test.scratch("check")).findings == [])
        try await store.archive(to: archive)
        await #expect(
            try Archive.read(at: archive).transactions?.upperBound == store.info().transactions
        )

        let earlier = test.scratch("earlier")
        let point = RestorePoint.position(heads[5].lastPosition)
        let restored = try await RecordStore.restore(to: earlier, archive: archive, point: point)
        #expect(restored.transactions == 5)
        #expect(restored.epoch == 3)
        let fork = try RecordStore(at: earlier)
        await #expect(throws: StoreError.recovery(.behind(store: 5, archive: 12))) {
            try await fork.archive(to: archive)
        }
        for _ in 0..<10 { try await fork.session().create("ContactRequest", [:]) }
        await #expect(throws: StoreError.recovery(.forked(path: archive, after: 5))) {
            try await fork.archive(to: archive)
        }
        try await fork.archive(to: test.scratch("second archive"))
        await #expect(throws: StoreError.recovery(.behind(store: 11, archive: 12))) {
            try await test.store.archive(to: archive)
        }
    }

    @Test func `is refused where nothing reaches to the moment`() async throws {
        let test = try TestStore()
        try await test.session.create("ContactRequest", [:])
        let archive = test.scratch("archive")
        try await test.store.archive(to: archive)
        let heads = try await test.store.heads()
        let (first, head) = (try #require(heads.dropFirst().first), try #require(heads.last))
        let target = test.scratch("target")
        let beyond = StoreError.recovery(
            .outOfReach(newest: head.lastPosition, time: head.time)
        )
        let before = StoreError.recovery(
            .beforeBeginning(earliest: first.lastPosition, time: first.time)
        )
        for (point, refusal) in [
            (RestorePoint.position(Position(head.lastPosition.ordinal + 1)), beyond),
            (.position(Position(0)), before), (.time(Timestamp(milliseconds: 0)), before),
        ] {
            await #expect(throws: refusal) {
                try await RecordStore.restore(to: target, archive: archive, point: point)
            }
        }
        await #expect(throws: StoreError.recovery(.nothing(path: test.scratch("none")))) {
            try await RecordStore.restore(to: target, archive: test.scratch("none"))
        }
        await #expect(throws: StoreError.storage(.exists(path: archive))) {
            try await RecordStore.restore(to: archive, archive: archive)
        }
        await #expect(throws: StoreError.interrupted) {
            try await cancelling {
                try await RecordStore.restore(to: target, archive: archive, progress: $0)
            }
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: test.scratch.path)
        #expect(left.sorted() == ["archive", "store"])
    }

    @Test func `takes what a lost segment holds from a snapshot, or names what is missing`()
        async throws
    {
        let test = try TestStore()
        let (archive, snapshots) = (test.scratch("archive"), test.scratch("snapshots"))
        for _ in 0..<6 {
            try await test.session.create("ContactRequest", [:])
            try await test.store.archive(to: archive)
        }
        try await test.store.takeSnapshot(in: snapshots)
        let lost = try Archive.read(at: archive).segments[2]
        try FileManager.default.removeItem(atPath: lost.path)

        await #expect(throws: StoreError.recovery(.missing(transaction: lost.header.first))) {
            try await RecordStore.restore(to: test.scratch("a"), archive: archive)
        }
        let point = RestorePoint.position(lost.header.after.lastPosition)
        let restored = try await RecordStore.restore(
            to: test.scratch("b"),
            snapshots: snapshots,
            archive: archive,
            point: point
        )
        #expect(restored.transactions == lost.header.last)
    }

    @Test func `is of the living one of histories that have parted, or of the one that is chosen`()
        async throws
    {
        let test = try TestStore()
        let (archive, snapshots) = (test.scratch("archive"), test.scratch("snapshots"))
        for _ in 0..<6 { try await test.session.create("ContactRequest", [:]) }
        try await test.store.archive(to: archive)
        let point = await RestorePoint.position(try test.store.heads()[3].lastPosition)
        _ = try await RecordStore.restore(to: test.scratch("fork"), archive: archive, point: point)
        let fork = try RecordStore(at: test.scratch("fork"))
        try await fork.session().create("ContactRequest", [:])
        try await fork.takeSnapshot(in: snapshots)

        let restored = try await RecordStore.restore(
            to: test.scratch("target"),
            snapshots: snapshots,
            archive: archive
        )
        #expect(restored.transactions == 4)
        #expect(restored.epoch == 3)
        #expect(restored.branches.map(\.transactions) == [4, 7])
        #expect(restored.branches.map(\.forkedAfter) == [nil, 3])
        let left = try #require(restored.branches.last)
        let chosen = try await RecordStore.restore(
            to: test.scratch("chosen"),
            snapshots: snapshots,
            archive: archive,
            branch: String(left.head.digest.prefix(8))
        )
        #expect(chosen.transactions == 7)
        #expect(chosen.digest == left.head.digest)
    }

    @Test func `is not made of another store's snapshot`() async throws {
        let (test, other) = (try TestStore(), try TestStore())
        try await test.store.archive(to: test.scratch("archive"))
        try await other.store.takeSnapshot(in: other.scratch("snapshots"))

        let failure = await #expect(throws: StoreError.self) {
            try await RecordStore.restore(
                to: test.scratch("target"),
                snapshots: other.scratch("snapshots"),
                archive: test.scratch("archive")
            )
        }
        guard case .recovery(.foreignStore)? = failure else {
            Issue.record("\(failure.map { "\($0)" } ?? "accepted")")
            return
        }
    }
}
