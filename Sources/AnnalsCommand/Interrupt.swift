import Foundation
import Synchronization

/// Whether a person has asked the program to stop.
enum Interrupt {
    private static let requested = Atomic(false)

    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// From now on these signals, by default Ctrl-C and SIGTERM, request a stop, and the work ends
    /// between two steps; on a second one, the system ends the program at once, which is safe for
    /// every store.
    static func listen(to signals: [Int32] = [SIGINT, SIGTERM]) {
        // The first use of a global initializes it, which a signal handler must not do.
        requested.store(false, ordering: .relaxed)
        for number in signals {
            signal(number) { number in
                Interrupt.requested.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    /// Runs work whose task is cancelled once a person has asked the program to stop.
    static func cancelling<T: Sendable, Failure>(
        _ work: @escaping @Sendable () async throws(Failure) -> T
    ) async throws(Failure) -> T {
        let task = Task { () -> Result<T, Failure> in
            do throws(Failure) {
                return .success(try await work())
            } catch {
                return .failure(error)
            }
        }
        // A signal handler may not cancel a task itself.
        let watch = Task {
            while !isRequested { try await Task.sleep(for: .milliseconds(20)) }
            task.cancel()
        }
        defer { watch.cancel() }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return try result.get()
    }
}
