import Annals

/// The progress of a verification: a bar for each stage, told by several threads.
final class VerifyBars: Sendable {
    private let pages = ProgressBar("Walking pages")
    private let log = ProgressBar("Verifying")

    /// - Returns: `false` where the work is to stop.
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
