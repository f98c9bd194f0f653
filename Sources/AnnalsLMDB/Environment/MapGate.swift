internal import Glibc
internal import Synchronization

/// Keeps the map where it is while anyone reads it.
///
/// LMDB can change the size of its map only while no transaction of the process is open. Readers
/// enter and leave with one atomic addition each; a resize closes the gate and waits until those
/// inside have left.
///
/// A reader inside may enter once more before leaving, from a callback: so the gate is never closed
/// for good. It opens again for a moment if not everyone has left in time, and stays closed for
/// twice as long at the next attempt: eventually longer than any reader takes.
final class MapGate: Sendable {
    private static let closed = 1 << 40

    private let state = Atomic<Int>(0)
    private let resizing = Mutex(())
    private let wanting = Atomic<Int>(0)
    /// How many have found the gate closed, and are not inside yet.
    private let waiting = Atomic<Int>(0)

    func enter() {
        if state.wrappingAdd(1, ordering: .acquiring).oldValue < Self.closed { return }
        waiting.wrappingAdd(1, ordering: .relaxed)
        repeat {
            state.wrappingSubtract(1, ordering: .releasing)
            // A resize holds this until the gate is open again.
            resizing.withLock { _ in }
        } while state.wrappingAdd(1, ordering: .acquiring).oldValue >= Self.closed
        waiting.wrappingSubtract(1, ordering: .relaxed)
    }

    func leave() { state.wrappingSubtract(1, ordering: .releasing) }

    /// How many read transactions are open.
    var readerCount: Int { state.load(ordering: .relaxed) % Self.closed }

    /// Whether someone is waiting until there are no readers.
    var isWanted: Bool { wanting.load(ordering: .relaxed) > 0 }

    /// Runs `body` while there are no readers.
    ///
    /// - Parameter microseconds: How long to wait for that; indefinitely if not given.
    /// - Returns: `nil` if there were readers all the time.
    func whileEmpty<T>(
        waiting microseconds: Int = .max,
        _ body: () throws(StorageError) -> T
    ) throws(StorageError) -> T? {
        wanting.wrappingAdd(1, ordering: .relaxed)
        defer { wanting.wrappingSubtract(1, ordering: .relaxed) }
        var patience = 2000
        var waited = 0
        while true {
            if let result = attempt(patience, body) { return try result.get() }
            waited += patience
            if waited >= microseconds { return nil }
            patience *= 2
            // It stays open until those who found it closed are inside: a busy machine may take a
            // while.
            var count = 0
            repeat {
                usleep(100)
                count += 1
            } while count < 10_000 && waiting.load(ordering: .relaxed) > 0
        }
    }

    private func attempt<T>(
        _ microseconds: Int,
        _ body: () throws(StorageError) -> T
    ) -> Result<T, StorageError>? {
        resizing.withLock { _ in
            state.wrappingAdd(Self.closed, ordering: .acquiringAndReleasing)
            defer { state.wrappingSubtract(Self.closed, ordering: .releasing) }
            var waited = 0
            while state.load(ordering: .acquiring) != Self.closed {
                if waited >= microseconds { return nil }
                usleep(50)
                waited += 50
            }
            do throws(StorageError) {
                return .success(try body())
            } catch {
                return .failure(error)
            }
        }
    }
}
