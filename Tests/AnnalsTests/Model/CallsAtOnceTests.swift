import Annals
import AnnalsTestSupport
import Testing

struct `Calls at once` {
    @Test(arguments: 0..<4)
    func `do what the same calls do one by one in the order of the log`(
        number: UInt64
    ) async throws {
        var run = try await ModelRun(seed: testSeed(4_000) + number)
        try await run.make(300)
        for round in 1...3 {
            let position = try await run.store().lastPosition()
            let calls = try await run.makeAtOnce(round: round, taskCount: 8, callCount: 100)
            try await run.replay(calls, after: position)
            try await run.compareState()
            try await run.check()
        }
        try run.reopen()
        try await run.compareState()
        try await run.compareHistories()
    }
}
