import Annals
import AnnalsTestSupport
import Foundation
import Testing

@Suite(.serialized)
struct `A store whose process is killed over and over` {
    /// Set `ANNALS_KILL_ROUNDS` for a soak test.
    private static let roundCount =
        ProcessInfo.processInfo.environment["ANNALS_KILL_ROUNDS"].flatMap { Int($0) } ?? 100

    @Test(
        arguments: zip(
            [Durability.grouped, .journaled, .onDemand, .onDemand],
            [false, false, false, true]
        )
    )
    func `keeps every call that was acknowledged, and no call by half`(
        durability: Durability,
        isLoading: Bool
    ) async throws {
        let name = durability.rawValue
        let scratch = Scratch()
        let path = scratch("store")
        let file = scratch("acknowledged")
        try RecordStore.create(at: path)
        var witness = try await KillWitness(
            store: path,
            acknowledgements: AcknowledgementFile(path: file)
        )
        let start = ContinuousClock.now

        // A bulk load leaves a log that takes long to read.
        let roundCount = isLoading ? Self.roundCount / 2 : Self.roundCount
        for round in 0..<roundCount {
            await #expect(processExitsWith: .signal(SIGKILL), "round \(round)") {
                [
                    path = path as String, file = file as String, round = round as Int,
                    name = name as String, isLoading = isLoading as Bool
                ] in
                try await KilledCaller.run(
                    store: path,
                    acknowledgements: file,
                    round: round,
                    durability: try #require(Durability(rawValue: name)),
                    isLoading: isLoading
                )
            }
            try await witness.visit()
            if round % 25 == 24 { try await witness.check(scratch: scratch("check")) }
        }

        try await witness.check(scratch: scratch("check"))
        // In most rounds there is time to make calls.
        #expect(witness.acknowledgedCount > roundCount / 4)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print(
            "\(durability)\(isLoading ? ", loads" : ""): \(roundCount) kills, \(witness.acknowledgedCount) acknowledged calls, "
                + "\(Int(seconds)) s"
        )
    }
}
