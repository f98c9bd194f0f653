internal import Synchronization

/// Whether whoever asked has lost interest in the answer.
///
/// A read looks at it between records, from a thread that isn't always one of the task.
package final class Cancellation: Sendable {
    /// Of a read that is too short to be cancelled.
    package static let never = Cancellation()

    private let flag = Atomic<Bool>(false)

    package init() {}

    package func cancel() { flag.store(true, ordering: .relaxed) }

    package var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// - Throws: ``ReadCancelled`` once it was cancelled.
    package func check() throws(ReadCancelled) {
        if isCancelled { throw ReadCancelled() }
    }
}

/// A read was cancelled before it had its answer.
package struct ReadCancelled: Error {}
