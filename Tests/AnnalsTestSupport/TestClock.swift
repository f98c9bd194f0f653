import AnnalsSchema
import Synchronization

/// A clock that stands still until a test moves it.
public final class TestClock: Sendable {
    private let milliseconds: Mutex<Int64>

    /// Stands at 2026-03-02T10:00:00Z by default.
    public init(_ text: String = "2026-03-02T10:00:00Z") {
        milliseconds = Mutex(Timestamp(text)!.milliseconds)
    }

    public var time: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }
    public var now: @Sendable () -> Timestamp { { self.time } }

    public func advance(milliseconds: Int64) { self.milliseconds.withLock { $0 += milliseconds } }
    public func advance(seconds: Int64) { advance(milliseconds: seconds * 1000) }
    public func advance(minutes: Int64) { advance(seconds: minutes * 60) }
    public func advance(days: Int64) { advance(minutes: days * 1440) }
    public func set(_ time: Timestamp) { milliseconds.withLock { $0 = time.milliseconds } }
}
