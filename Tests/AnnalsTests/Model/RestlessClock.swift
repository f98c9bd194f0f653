import Annals
import AnnalsTestSupport
import Synchronization

/// A clock that advances by seconds whenever it is read, and sometimes steps back.
final class RestlessClock: Sendable {
    private struct State {
        var milliseconds: Int64
        var random: SeededRandom
    }

    private let state: Mutex<State>

    init(seed: UInt64) {
        let start = TestClock().time.milliseconds
        state = Mutex(State(milliseconds: start, random: SeededRandom(seed: seed)))
    }

    func now() -> Timestamp {
        state.withLock {
            let step = $0.random.chance(3) ? -50_000 : 1000
            $0.milliseconds += Int64(step + $0.random.below(19_001))
            return Timestamp(milliseconds: $0.milliseconds)
        }
    }

    func advance(minutes: Int64) { state.withLock { $0.milliseconds += minutes * 60_000 } }
}
