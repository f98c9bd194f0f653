import Annals
import Synchronization

/// The progress of long work: a bar for each of its stages, updated by several threads.
final class StageBars: Sendable {
    /// What a bar says.
    struct Label: Sendable {
        let text: String
        /// What is counted; `nil` for fractions.
        var unit: String?
    }

    private struct State {
        var stage: WorkProgress.Stage?
        var bar: ProgressBar?
    }

    private let labels: [WorkProgress.Stage: Label]
    private let state = Mutex(State())

    init(_ labels: [WorkProgress.Stage: Label]) { self.labels = labels }

    func show(_ progress: WorkProgress) {
        let bar = state.withLock { state in
            if state.stage != progress.stage {
                state.bar?.end()
                state.stage = progress.stage
                state.bar = labels[progress.stage].map { ProgressBar($0.text, unit: $0.unit) }
            }
            return state.bar
        }
        bar?.show(share: progress.share, done: progress.done)
    }

    func end() { state.withLock { $0.bar?.end() } }

    /// Runs long work, shows how far it is, and cancels it once a person has asked the program to
    /// stop.
    ///
    /// - Parameter work: Is passed what to report its progress to.
    /// - Throws: What the work throws; ``StoreError/interrupted`` if it was cancelled.
    static func run<T: Sendable>(
        _ labels: [WorkProgress.Stage: Label],
        _ work:
            @escaping @Sendable (
                _ progress: @escaping @Sendable (WorkProgress) -> Void
            ) async throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        let bars = StageBars(labels)
        defer { bars.end() }
        return try await Interrupt.cancelling { () async throws(StoreError) in
            try await work { bars.show($0) }
        }
    }
}
