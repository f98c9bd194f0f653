import Synchronization

/// A line on the terminal that shows the progress, ten times a second; nothing if standard error is
/// not a terminal.
final class ProgressBar: Sendable {
    private struct State {
        var lastDrawn: ContinuousClock.Instant
        var isShown = false
    }

    private let label: String
    /// What is counted, such as `transactions`; `nil` for fractions.
    private let unit: String?
    private let start = ContinuousClock.now
    private let state = Mutex(State(lastDrawn: .now))
    private static let width = 24

    init(_ label: String, unit: String? = nil) {
        self.label = label
        self.unit = unit
    }

    /// Records the progress.
    ///
    /// - Returns: `false` if the work should stop.
    @discardableResult
    func show(_ done: UInt64, of total: UInt64) -> Bool {
        show(share: total == 0 ? 0 : Double(done) / Double(total), done: done)
    }

    /// - Parameter share: 0 to 1.
    @discardableResult
    func show(share: Double, done: UInt64 = 0) -> Bool {
        let now = ContinuousClock.now
        state.withLock { state in
            guard StandardError.isTerminal, now - state.lastDrawn >= .milliseconds(100) else {
                return
            }
            state.lastDrawn = now
            state.isShown = true
            let elapsed = (now - start) / .seconds(1)
            StandardError.writePart("\r\u{1B}[K" + text(min(max(share, 0), 1), done, elapsed))
        }
        return !Interrupt.isRequested
    }

    /// Removes the line.
    func end() {
        state.withLock { state in
            if state.isShown { StandardError.writePart("\r\u{1B}[K") }
            state.isShown = false
        }
    }

    private func text(_ share: Double, _ done: UInt64, _ elapsed: Double) -> String {
        let filled = Int(share * Double(Self.width))
        let bar =
            String(repeating: "█", count: filled)
            + String(repeating: "░", count: Self.width - filled)
        var text = "\(label) \(bar) \(Int(share * 100)) %"
        if let unit, elapsed > 0 { text += ", \(Int(Double(done) / elapsed)) \(unit)/s" }
        if share > 0.01, elapsed > 1 {
            let rest = Int(elapsed / share * (1 - share))
            text += ", \(rest / 60) min \(rest % 60) s left"
        }
        return text
    }
}
