internal import Annals
internal import Synchronization

/// A clock for the store that shows the workload's time: the benchmark decides when a call is made.
final class SettableClock: Sendable {
    private let milliseconds = Mutex<Int64>(0)

    var time: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    func set(milliseconds time: Int64) { milliseconds.withLock { $0 = time } }
}
