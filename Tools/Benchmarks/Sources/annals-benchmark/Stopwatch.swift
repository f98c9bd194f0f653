/// Adds up the time of pieces of work, with pauses between them.
struct Stopwatch {
    private(set) var seconds = 0.0

    mutating func time<Result>(_ work: () async throws -> Result) async rethrows -> Result {
        let start = ContinuousClock.now
        let result = try await work()
        add(since: start)
        return result
    }

    mutating func time<Result>(_ work: () throws -> Result) rethrows -> Result {
        let start = ContinuousClock.now
        let result = try work()
        add(since: start)
        return result
    }

    private mutating func add(since start: ContinuousClock.Instant) {
        seconds += (ContinuousClock.now - start) / .seconds(1)
    }
}
