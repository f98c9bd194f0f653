import Annals
import AnnalsTestSupport
import Testing

struct `A store` {
    @Test(arguments: 0..<8)
    func `answers random calls as a model of the specification does`(number: UInt64) async throws {
        var run = try await ModelRun(seed: testSeed(20_260_302) + number)
        for _ in 0..<6 {
            for _ in 0..<4 {
                try await run.make(540)
                try await run.compareState()
            }
            try run.reopen()
            try await run.compareState()
            try await run.check()
            try await run.rebuild()
            try await run.compareState()
        }
        try await run.compareHistories()
        // The calls still cause what they were designed to cause.
        #expect(run.outcomes.count > 85)
    }
}
