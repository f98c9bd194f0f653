internal import Synchronization

/// Says that the log of a store has continued, to those in this process who follow it.
///
/// Whoever listens looks at the log first and then waits: what is said in between is kept for them, once.
/// A store with no listener pays a fence and an atomic load for a group of calls.
final class LogSignal: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextNumber = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let hasListeners = Atomic<Bool>(false)

    /// One element or more for every time that the log has continued since; the stream ends when the
    /// store is closed, or the task that waits is cancelled.
    func listen() -> AsyncStream<Void> {
        let (stream, listener) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let number: Int? = state.withLock { state in
            if state.isClosed { return nil }
            state.nextNumber += 1
            state.listeners[state.nextNumber] = listener
            hasListeners.store(true, ordering: .sequentiallyConsistent)
            return state.nextNumber
        }
        guard let number else {
            listener.finish()
            return stream
        }
        listener.onTermination = { [weak self] _ in self?.leave(number) }
        return stream
    }

    /// The log has continued.
    func send() {
        // What the log has must be visible before this looks for listeners: one that is not seen yet
        // sees the log.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard hasListeners.load(ordering: .sequentiallyConsistent) else { return }
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
    }

    var listenerCount: Int { state.withLock { $0.listeners.count } }

    /// The log will not continue.
    func close() {
        let listeners = state.withLock { state in
            state.isClosed = true
            return Array(state.listeners.values)
        }
        // Each leaves while it ends.
        for listener in listeners { listener.finish() }
    }

    private func leave(_ number: Int) {
        state.withLock { state in
            state.listeners[number] = nil
            hasListeners.store(!state.listeners.isEmpty, ordering: .sequentiallyConsistent)
        }
    }
}
