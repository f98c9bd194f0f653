import Annals
import AnnalsTestSupport
import Foundation
import Testing

/// Kills at random moments during rare kinds of work.
@Suite(.serialized)
struct `A process that is killed` {
    private static func killSoon(_ round: Int, within microseconds: Int) {
        var random = SeededRandom(seed: UInt64(round) &+ testSeed(13))
        let moment = UInt32(random.below(microseconds))
        Thread.detachNewThread {
            usleep(moment)
            kill(getpid(), SIGKILL)
        }
    }

    /// Sleeps until the kill, if the work was finished before it.
    private static func wait() async throws { try await Task.sleep(for: .seconds(60)) }

    @Test func `while it makes a store leaves a whole one or none`() async throws {
        let scratch = Scratch()
        var madeCount = 0
        for round in 0..<30 {
            let path = scratch("store \(round)")
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, round = round as Int] in
                `A process that is killed`.killSoon(round, within: 80_000)
                try RecordStore.create(at: path)
                try await `A process that is killed`.wait()
            }
            if !FileManager.default.fileExists(atPath: path) {
                // The remains next to it are not in the way.
                try RecordStore.create(at: path)
            } else {
                madeCount += 1
            }
            let store = try RecordStore(at: path)
            try await store.session().create("ContactRequest", [:])
        }
        print("30 kills while a store was made: \(madeCount) were whole, the others not there")
    }

    @Test func `while it rebuilds leaves a store that asks for it, or a sound one`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        try await fill(path)
        var interruptedCount = 0
        for round in 0..<30 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, round = round as Int] in
                `A process that is killed`.killSoon(round, within: 400_000)
                _ = try await RecordStore.rebuild(at: path)
                try await `A process that is killed`.wait()
            }
            if let store = try open(path) {
                if round % 5 == 4 {
                    await #expect(try store.check(scratch: scratch("check")).findings == [])
                }
            } else {
                interruptedCount += 1
                if round % 3 == 0 { _ = try await RecordStore.rebuild(at: path) }
            }
        }
        _ = try await RecordStore.rebuild(at: path)
        let store = try RecordStore(at: path)
        await #expect(try store.check(scratch: scratch("check")).findings == [])
        await #expect(try store.info().objects.first { $0.name == "ContactRequest" }?.live == 1600)
        print("30 kills within a rebuild: \(interruptedCount) while tables were replaced")
    }

    /// The store, or `nil` if it needs a rebuild.
    private func open(_ path: String) throws -> RecordStore? {
        do {
            return try RecordStore(at: path)
        } catch let error {
            guard error == .rebuildInterrupted(path: path) else { throw error }
            return nil
        }
    }

    private func fill(_ path: String) async throws {
        let store = try RecordStore(at: path)
        for _ in 0..<10 {
            let results = try await store.session().create(
                Array(
                    repeating: SObject("ContactRequest", ["PreferredPhone": "+1 555 0100"]),
                    count: 200
                )
            )
            let references = results.prefix(40).compactMap(\.id).map { RecordReference($0) }
            _ = try await store.session().delete(references)
        }
    }
}
