internal import Glibc
internal import Synchronization

/// Keeps the map where it is while somebody reads it.
///
/// LMDB can change the size of its map only while no transaction of the process is open. Readers
/// enter and leave with one atomic addition each; who resizes closes the gate, waits until those
/// inside have left, and opens it again.
final class MapGate: Sendable {
    private static let closed = 1 << 40

    private let state = Atomic<Int>(0)
    private let resizing = Mutex(())

    func enter() {
        while state.wrappingAdd(1, ordering: .acquiring).oldValue >= Self.closed {
            state.wrappingSubtract(1, ordering: .releasing)
            // Whoever resizes holds this until the gate is open again.
            resizing.withLock { _ in }
        }
    }

    func leave() { state.wrappingSubtract(1, ordering: .releasing) }

    /// How many read transactions are open.
    var readerCount: Int { state.load(ordering: .relaxed) % Self.closed }

    /// Runs `body` while nobody reads.
    func whileEmpty<T>(_ body: () throws(StorageError) -> T) throws(StorageError) -> T {
        let result: Result<T, StorageError> = resizing.withLock { _ in
            state.wrappingAdd(Self.closed, ordering: .acquiringAndReleasing)
            defer { state.wrappingSubtract(Self.closed, ordering: .releasing) }
            while state.load(ordering: .acquiring) != Self.closed { usleep(50) }
            do throws(StorageError) {
                return .success(try body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
