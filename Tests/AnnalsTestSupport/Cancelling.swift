import Foundation

/// Runs work in a task, and cancels that while the work reports how far it is.
///
/// - Parameters:
///   - isReached: Whether a report is the one that does not return before the task is cancelled.
///   - work: Is passed what to report its progress to.
@discardableResult
public func cancelling<Progress, T: Sendable>(
    when isReached: @escaping @Sendable (Progress) -> Bool,
    _ work: @escaping @Sendable (@escaping @Sendable (Progress) -> Void) async throws -> T
) async throws -> T {
    let isCancelled = Shared(false)
    let (reports, continuation) = AsyncStream.makeStream(of: Void.self)
    return try await withThrowingTaskGroup(of: T?.self) { group in
        group.addTask {
            defer { continuation.finish() }
            return try await work { progress in
                guard isReached(progress) else { return }
                continuation.yield()
                while !isCancelled.value { usleep(100) }
            }
        }
        group.addTask {
            for await _ in reports { break }
            return nil
        }
        while let result = try await group.next() {
            if let result { return result }
            group.cancelAll()
            isCancelled.change { $0 = true }
        }
        throw CancellationError()
    }
}

/// The same for work whose first report is the one.
@discardableResult
public func cancelling<Progress, T: Sendable>(
    _ work: @escaping @Sendable (@escaping @Sendable (Progress) -> Void) async throws -> T
) async throws -> T {
    try await cancelling(when: { _ in true }, work)
}
