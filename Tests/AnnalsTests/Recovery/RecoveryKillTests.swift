import Annals
import AnnalsTestSupport
import Foundation
import Testing

/// Kills at random moments during a snapshot, an archive run or a restore.
@Suite(.serialized)
struct `A recovery that is killed` {
    /// Set `ANNALS_RECOVERY_KILLS` for a soak test.
    private static let roundCount =
        ProcessInfo.processInfo.environment["ANNALS_RECOVERY_KILLS"].flatMap { Int($0) } ?? 20

    private static func killSoon(_ round: Int, within microseconds: Int) {
        var random = SeededRandom(seed: UInt64(round) &+ testSeed(3400))
        let moment = UInt32(random.below(microseconds))
        Thread.detachNewThread {
            usleep(moment)
            kill(getpid(), SIGKILL)
        }
    }

    /// Sleeps until the kill, if the work was finished before it.
    private static func wait() async throws { try await Task.sleep(for: .seconds(60)) }

    private func fill(_ path: String, calls: Int) async throws {
        var configuration = RecordStore.Configuration()
        configuration.durability = .journaled
        let store = try RecordStore(at: path, configuration: configuration)
        let text = String(repeating: "call me back ", count: 30)
        for _ in 0..<calls {
            _ = try await store.session().create(
                Array(
                    repeating: SObject("ContactRequest", ["RequestDescription": .text(text)]),
                    count: 200
                )
            )
        }
        try await store.synchronize()
    }

    private static func reader(of path: String) throws -> RecordStore {
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = true
        return try RecordStore(at: path, configuration: configuration)
    }

    private func names(_ path: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path)
    }

    @Test func `in a snapshot leaves a whole one or none`() async throws {
        let scratch = Scratch()
        let (path, folder) = (scratch("store"), scratch("snapshots"))
        try RecordStore.create(at: path)
        try await fill(path, calls: 20)
        var (wholeCount, leftCount) = (0, 0)
        for round in 0..<Self.roundCount {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, folder = folder as String, round = round as Int] in
                let store = try `A recovery that is killed`.reader(of: path)
                `A recovery that is killed`.killSoon(round, within: 40_000)
                try await store.takeSnapshot(in: folder)
                try await `A recovery that is killed`.wait()
            }
            leftCount += try names(folder).contains(".annals-snapshot") ? 1 : 0
            guard FileManager.default.fileExists(atPath: folder) else { continue }
            let (found, damaged) = try StoreSnapshot.list(in: folder)
            #expect(damaged == [])
            for snapshot in found {
                wholeCount += 1
                await #expect(try snapshot.verify(scratch: scratch("verify")).findings == [])
                try FileManager.default.removeItem(atPath: snapshot.path)
            }
        }
        let last = try await Self.reader(of: path).takeSnapshot(in: folder)
        #expect(try names(folder) == [URL(fileURLWithPath: last.path).lastPathComponent])
        print(
            "\(Self.roundCount) kills within a snapshot: \(wholeCount) were whole, "
                + "\(leftCount) left something"
        )
    }

    @Test func `in an archiving loses nothing and keeps nothing twice`() async throws {
        let scratch = Scratch()
        let (path, folder) = (scratch("store"), scratch("archive"))
        try RecordStore.create(at: path)
        try await fill(path, calls: 2)
        var leftCount = 0
        for round in 0..<Self.roundCount {
            // New transactions in each round, so that there is always something to archive and to
            // merge.
            try await fill(path, calls: 1 + round % 2)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, folder = folder as String, round = round as Int] in
                let store = try `A recovery that is killed`.reader(of: path)
                `A recovery that is killed`.killSoon(round, within: 25_000)
                try await store.archive(to: folder)
                try await `A recovery that is killed`.wait()
            }
            leftCount += try names(folder).contains(".annals-segment") ? 1 : 0
            guard FileManager.default.fileExists(atPath: folder) else { continue }
            // Even before anything is cleaned up, the archive is a prefix of the log.
            let archive = try Archive.read(at: folder)
            guard let transactions = archive.transactions else { continue }
            #expect(transactions.lowerBound == 1)
            let target = scratch("restored")
            let restored = try await RecordStore.restore(to: target, archive: folder)
            #expect(restored.transactions == transactions.upperBound)
            try FileManager.default.removeItem(atPath: target)
        }
        let store = try Self.reader(of: path)
        let archive = try await store.archive(to: folder)
        await #expect(try archive.transactions?.upperBound == store.info().transactions)
        #expect(try names(folder).count == archive.segmentCount)
        let restored = try await RecordStore.restore(to: scratch("last"), archive: folder)
        await #expect(try restored.digest == store.info().digest)
        print("\(Self.roundCount) kills within an archiving: \(leftCount) left something")
    }

    @Test func `in a restore leaves a whole store or none`() async throws {
        let scratch = Scratch()
        let (path, folder, target) = (scratch("store"), scratch("archive"), scratch("target"))
        try RecordStore.create(at: path)
        try await fill(path, calls: 10)
        let store = try Self.reader(of: path)
        try await store.archive(to: folder)
        let digest = try await store.info().digest
        var (wholeCount, leftCount) = (0, 0)
        for round in 0..<Self.roundCount {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [folder = folder as String, target = target as String, round = round as Int] in
                `A recovery that is killed`.killSoon(round, within: 600_000)
                _ = try await RecordStore.restore(to: target, archive: folder)
                try await `A recovery that is killed`.wait()
            }
            leftCount += try names(scratch.path).contains(".annals-new-target") ? 1 : 0
            guard FileManager.default.fileExists(atPath: target) else { continue }
            wholeCount += 1
            let restored = try Self.reader(of: target)
            await #expect(try restored.info().digest == digest)
            await #expect(try restored.check(scratch: scratch("check")).findings == [])
            try FileManager.default.removeItem(atPath: target)
        }
        _ = try await RecordStore.restore(to: target, archive: folder)
        #expect(try names(scratch.path).sorted() == ["archive", "store", "target"])
        print(
            "\(Self.roundCount) kills within a restore: \(wholeCount) were whole, "
                + "\(leftCount) left something"
        )
    }
}
