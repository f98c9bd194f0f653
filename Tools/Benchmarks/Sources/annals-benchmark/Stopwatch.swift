internal import Foundation

/// Adds up the time of pieces of work, with pauses between them.
struct Stopwatch {
    private(set) var seconds = 0.0
    /// The sum over all threads of the process.
    private(set) var processorSeconds = 0.0

    mutating func time<Result>(_ work: () async throws -> Result) async rethrows -> Result {
        let start = Moment()
        let result = try await work()
        add(since: start)
        return result
    }

    mutating func time<Result>(_ work: () throws -> Result) rethrows -> Result {
        let start = Moment()
        let result = try work()
        add(since: start)
        return result
    }

    private mutating func add(since start: Moment) {
        let now = Moment()
        seconds += (now.instant - start.instant) / .seconds(1)
        processorSeconds += now.processorSeconds - start.processorSeconds
    }

    private struct Moment {
        let processorSeconds: Double
        let instant: ContinuousClock.Instant

        init() {
            var time = timespec()
            unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
            processorSeconds = Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
            instant = .now
        }
    }
}
