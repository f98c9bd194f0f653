import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

/// A store that was restored to an earlier moment and then continued, with copies of both
/// histories.
private struct ForkedStore {
    let test: TestStore
    let archive: String
    let snapshots: String
    let second: String
    let fork: RecordStore
    /// The last transaction that both have.
    let common: UInt64

    init() async throws {
        test = try TestStore()
        archive = test.scratch("archive")
        snapshots = test.scratch("snapshots")
        second = test.scratch("second")
        for _ in 0..<8 { try await test.session.create("ContactRequest", [:]) }
        try await test.store.archive(to: archive)
        try await test.store.takeSnapshot(in: snapshots)
        let head = try await test.store.heads()[4]
        common = head.number
        _ = try await RecordStore.restore(
            to: test.scratch("fork"),
            archive: archive,
            point: .position(head.lastPosition)
        )
        var configuration = RecordStore.Configuration()
        configuration.clock = test.clock.now
        fork = try RecordStore(at: test.scratch("fork"), configuration: configuration)
    }

    func goOn() async throws {
        try await fork.session().create("ContactRequest", ["PreferredPhone": "living"])
        try await fork.archive(to: second)
        try await fork.takeSnapshot(in: snapshots)
    }

    func restore(
        _ name: String,
        archive: String? = nil,
        point: RestorePoint = .newest,
        branch: String? = nil
    ) async throws -> RestoredStore {
        try await RecordStore.restore(
            to: test.scratch(name),
            snapshots: snapshots,
            archive: archive,
            point: point,
            branch: branch
        )
    }
}

struct `Histories that have parted` {
    @Test func `are told apart in one folder, and the living one is restored`() async throws {
        let forked = try await ForkedStore()
        try await forked.goOn()

        let branches = try StoreSnapshot.branches(in: forked.snapshots)
        #expect(branches.map(\.isLiving) == [true, false])
        #expect(branches.map(\.forkedAfter) == [nil, forked.common])
        #expect(branches.map(\.head.epoch) == [2, 1])
        for (index, archive) in [nil, forked.second, forked.archive].enumerated() {
            let restored = try await forked.restore("newest \(index)", archive: archive)
            #expect(restored.transactions == forked.common + 1)
        }
    }

    @Test func `fork where the store was restored to, though nothing was written since`()
        async throws
    {
        let forked = try await ForkedStore()
        try await forked.fork.takeSnapshot(in: forked.snapshots)
        let restored = try await forked.restore("newest", archive: forked.archive)
        #expect(restored.transactions == forked.common)
        #expect(restored.epoch == 3)
    }

    @Test func `are not guessed where two have the same epoch`() async throws {
        let forked = try await ForkedStore()
        try await forked.goOn()
        let twin = forked.test.scratch("twin")
        let head = try await forked.test.store.heads()[4]
        _ = try await RecordStore.restore(
            to: twin,
            archive: forked.archive,
            point: .position(head.lastPosition)
        )
        let store = try RecordStore(at: twin)
        try await store.session().create("ContactRequest", ["PreferredPhone": "twin"])
        try await store.takeSnapshot(in: forked.snapshots)

        let failure = await #expect(throws: StoreError.self) {
            try await forked.restore("undecided")
        }
        guard case .recovery(.undecided(let heads))? = failure else {
            Issue.record("\(failure.map { "\($0)" } ?? "restored")")
            return
        }
        #expect(heads.count == 2)
        // If both histories include all of it, the choice makes no difference.
        let earlier = try await forked.restore("common", point: .position(head.lastPosition))
        #expect(earlier.digest == head.digest.description)
        for head in heads {
            let name = String(head.digest.prefix(8))
            await #expect(try forked.restore(name, branch: name).digest == head.digest)
        }
        await #expect(throws: StoreError.self) {
            try await forked.restore("none", branch: "0000000000")
        }
    }

    @Test func `are pruned each by itself, and neither loses its only snapshot`() async throws {
        let forked = try await ForkedStore()
        try await forked.goOn()
        let later = forked.test.clock.time.advanced(byMilliseconds: 86_400_000)
        let report = try StoreSnapshot.prune(
            in: forked.snapshots,
            archive: forked.second,
            retention: Retention(count: 1, days: 0),
            now: later
        )
        #expect(report.removed.isEmpty)
        try await forked.fork.session().create("ContactRequest", [:])
        try await forked.fork.takeSnapshot(in: forked.snapshots)
        let again = try StoreSnapshot.prune(
            in: forked.snapshots,
            retention: Retention(count: 1, days: 0),
            now: later
        )
        #expect(again.removed.map(\.manifest.transactions) == [forked.common + 1])
        #expect(again.kept.count == 2)
    }

    @Test func `keep the segments of the one that no snapshot is of`() async throws {
        let forked = try await ForkedStore()
        for _ in 0..<3 {
            try await forked.fork.session().create("ContactRequest", [:])
            try await forked.fork.archive(to: forked.second)
        }
        let before = try Archive.read(at: forked.second).segmentCount
        let report = try StoreSnapshot.prune(
            in: forked.snapshots,
            archive: forked.second,
            retention: Retention(count: 1, days: 0),
            now: forked.test.clock.time.advanced(byMilliseconds: 86_400_000)
        )
        #expect(report.removedSegments == 0)
        #expect(report.keepsSegmentsOfAnotherHistory)
        #expect(try Archive.read(at: forked.second).segmentCount == before)
        let restored = try await RecordStore.restore(
            to: forked.test.scratch("from both"),
            snapshots: forked.snapshots,
            archive: forked.second
        )
        #expect(restored.transactions == forked.common + 3)
    }

    @Test func `are named where their segments were copied into one folder`() async throws {
        let forked = try await ForkedStore()
        try await forked.fork.session().create("ContactRequest", [:])
        try await forked.fork.archive(to: forked.second)
        for name in try FileManager.default.contentsOfDirectory(atPath: forked.second) {
            try FileManager.default.copyItem(
                atPath: forked.second + "/" + name,
                toPath: forked.archive + "/" + name
            )
        }
        #expect(throws: StoreError.recovery(.forked(path: forked.archive, after: forked.common))) {
            try Archive.read(at: forked.archive)
        }
        // The longer branch is not the current one.
        let restored = try await RecordStore.restore(
            to: forked.test.scratch("from the mixture"),
            archive: forked.archive
        )
        #expect(restored.transactions == forked.common + 1)
        #expect(restored.branches.count == 2)
    }

    @Test func `are restored to a time only up to when they are known`() async throws {
        let test = try TestStore()
        try await test.session.create("ContactRequest", [:])
        let archive = test.scratch("archive")
        try await test.store.archive(to: archive)
        let head = try await #require(try test.store.heads().last)
        let later = head.time.advanced(byMilliseconds: 5000)
        let refusal = StoreError.recovery(
            .outOfReach(newest: head.lastPosition, time: head.time)
        )
        await #expect(throws: refusal) {
            try await RecordStore.restore(
                to: test.scratch("a"),
                archive: archive,
                point: .time(later)
            )
        }
        test.clock.advance(seconds: 10)
        // A snapshot that was taken later proves that nothing happened in between.
        try await test.store.takeSnapshot(in: test.scratch("snapshots"))
        let restored = try await RecordStore.restore(
            to: test.scratch("b"),
            snapshots: test.scratch("snapshots"),
            archive: archive,
            point: .time(later)
        )
        #expect(restored.transactions == head.number)
    }
}

struct `A place in the log` {
    @Test func `is refused in another history, and beyond the end`() async throws {
        let forked = try await ForkedStore()
        let end = try await forked.test.store.lastPosition()
        let point = try await forked.test.store.historyPoint()
        #expect(point.position == end)
        #expect(try await forked.test.store.session().events(after: point, limit: 10).isEmpty)
        let last = try await forked.fork.lastPosition()
        await #expect(throws: StoreError.beyondEnd(position: end, end: last)) {
            try await forked.fork.session().events(after: end, limit: 10)
        }
        await #expect(throws: StoreError.beyondEnd(position: end, end: last)) {
            try await forked.fork.session().events(after: point, limit: 10)
        }
        for _ in 0..<9 { try await forked.fork.session().create("ContactRequest", [:]) }
        let found = try await forked.fork.historyPoint(at: end).digest
        let refusal = StoreError.forkedHistory(
            position: end,
            digest: point.digest,
            found: found
        )
        await #expect(throws: refusal) {
            try await forked.fork.session().events(after: point, limit: 10)
        }
        var selection = EventSelection()
        selection.start = point
        await #expect(throws: refusal) { try await forked.fork.session().walk(selection) }
        // Before the fork, positions are the same in both histories.
        let common = try await forked.test.store.session().events(limit: .max)[3]
        let place = forked.test.store.point(of: common)
        #expect(
            try await forked.fork.session().events(after: place, limit: 1).first?.position.ordinal
                == 5
        )
        let other = try TestStore()
        await #expect(throws: StoreError.self) {
            try await other.store.session().events(after: place, limit: 1)
        }
    }

    @Test func `does not lead a locator into another history`() async throws {
        let forked = try await ForkedStore()
        var options = QueryOptions()
        options.batchSize = 200
        let test = forked.test
        for _ in 0..<2 {
            let record = SObject("ContactRequest")
            _ = try await test.session.create(Array(repeating: record, count: 200))
        }
        let result = try await test.session.query("SELECT Id FROM ContactRequest", options: options)
        let locator = try #require(result.locator)
        try await test.store.takeSnapshot(in: test.scratch("with cursors"))
        _ = try await RecordStore.restore(
            to: test.scratch("later"),
            snapshots: test.scratch("with cursors")
        )
        let store = try RecordStore(at: test.scratch("later"))
        await #expect(throws: StoreError.self) { try await store.session().queryMore(locator) }
    }
}
