internal import AnnalsQuery
internal import Foundation

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
        let handover = Handover {
            Result { () throws(StoreError) in try body(monitor) }
        }
        let result: Result<T, StoreError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let thread = Thread {
                    Thread.current.name = "annals work"
                    handover.run { continuation.resume(returning: $0) }
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
