internal import AnnalsQuery
internal import Foundation
internal import Synchronization

/// Work that takes from seconds to hours, on a thread of its own: it never suspends, and Swift's pool
/// has one thread a processor.
enum LongWork {
    /// Passes progress on, and knows whether the work should stop.
    struct Monitor: Sendable {
        fileprivate let cancellation = Cancellation()
        fileprivate let progress: @Sendable (WorkProgress) -> Void

        /// Reports how much of a stage is done.
        ///
        /// - Returns: `false` if the work should stop, with ``StoreError/interrupted``.
        func report(_ stage: WorkProgress.Stage, _ done: UInt64, of total: UInt64) -> Bool {
            progress(WorkProgress(stage: stage, done: done, total: total))
            return !cancellation.isCancelled
        }

        /// - Parameter share: From 0 to 1.
        func report(_ stage: WorkProgress.Stage, share: Double) -> Bool {
            report(stage, UInt64(1000 * min(max(share, 0), 1)), of: 1000)
        }
    }

    /// Runs work until its end, or until it notices that its task was cancelled.
    static func run<T: Sendable>(
        _ progress: @escaping @Sendable (WorkProgress) -> Void = { _ in },
        _ body: @escaping @Sendable (Monitor) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        let monitor = Monitor(progress: progress)
        let handover = Handover { () throws(StoreError) in try body(monitor) }
        let result: Result<T, StoreError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let thread = Thread {
                    Thread.current.name = "annals work"
                    continuation.resume(returning: handover.run())
                }
                thread.stackSize = 8 << 20
                thread.start()
            }
        } onCancel: {
            monitor.cancellation.cancel()
        }
        return try result.get()
    }
}

/// Work that a thread takes, and lets go of before its result is returned: the caller who resumes
/// may have the last reference to a store, and open its folder again.
private final class Handover<T: Sendable>: Sendable {
    private let work: Mutex<(@Sendable () throws(StoreError) -> T)?>

    init(_ work: @escaping @Sendable () throws(StoreError) -> T) { self.work = Mutex(work) }

    func run() -> Result<T, StoreError> {
        let taken = work.withLock { $0.take() }
        guard let taken else { return .failure(.closed) }
        return Result { () throws(StoreError) in try taken() }
    }
}
