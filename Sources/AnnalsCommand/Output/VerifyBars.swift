import Annals

/// The progress of a verification: a bar for each stage, updated by several threads.
final class VerifyBars: Sendable {
    private let pages = ProgressBar("Walking pages")
    private let log = ProgressBar("Verifying")

    /// - Returns: `false` if the work should stop.
    func show(_ stage: RecordStore.VerifyStage, _ share: Double) -> Bool {
        switch stage {
        case .pages: return pages.show(share: share)
        case .log:
            pages.end()
            return log.show(share: share)
        }
    }

    func end() {
        pages.end()
        log.end()
    }
}
