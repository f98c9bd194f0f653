internal import Synchronization

/// Counts what was done without suspending, so that now and then a task lets others have its thread.
final class Turns: Sendable {
    private let count = Atomic<UInt64>(0)
    private let length: UInt64

    /// - Parameter length: How many come between two turns of others.
    init(of length: UInt64) { self.length = length }

    func isTurnOfOthers() -> Bool {
        count.wrappingAdd(1, ordering: .relaxed).newValue % length == 0
    }
}
