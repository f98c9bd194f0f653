internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsQuery
internal import AnnalsSchema

/// What one read of a session looks at: a consistent state of the store, who asks, and what they may see.
///
/// The reads of a session all begin here, so that there is one place that waits until LMDB has what was
/// answered, one that translates errors, and one that knows what is visible.
struct StoreView: ~Copyable {
    let reader: ProjectionReader
    let requester: Session
    let visibility: Visibility
    let cancellation: Cancellation

    init(
        _ requester: Session,
        cancellation: Cancellation = .never
    ) throws(StoreError) {
        reader = try requester.store.view()
        self.requester = requester
        visibility = .everything
        self.cancellation = cancellation
    }

    /// The state that a query of the session looks at.
    consuming func snapshot(asOf moment: QueryOptions.Moment?) throws(StoreError) -> Snapshot {
        let cancellation = cancellation
        do {
            return try Snapshot(reader, asOf: moment, cancellation: cancellation)
        } catch {
            throw StoreError(ofQuery: error)
        }
    }

    /// Refuses a moment that the store has not come to: what it was like then, nobody knows yet.
    func refuse(ahead moment: QueryOptions.Moment?) throws(StoreError) {
        try requester.store.refuse(ahead: moment, in: reader)
    }
}

/// Which records whoever asks may see.
enum Visibility {
    /// There are no rules of sharing: all of them.
    case everything
}

extension Session {
    /// Looks at the store for a moment, where the caller runs: for reads of microseconds.
    ///
    /// Suspends until LMDB has everything that was answered, and now and then to let other tasks have
    /// the thread: one that reads in a loop would keep it.
    func glance<T>(
        _ body: (consuming StoreView) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        if store.hasPending { try await store.settle() }
        let result = try body(try StoreView(self))
        if store.glances.isTurnOfOthers() { await Task.yield() }
        return result
    }

    /// Looks at the store for a step of a long walk: some milliseconds.
    ///
    /// Between two steps others have their turn, and the walk ends where its task is cancelled.
    ///
    /// - Throws: ``StoreError/interrupted``.
    func step<T>(
        _ body: (consuming StoreView) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        if Task.isCancelled { throw .interrupted }
        if store.hasPending { try await store.settle() }
        let result = try body(try StoreView(self))
        await Task.yield()
        return result
    }

    /// Looks at the store for as long as that takes: off the caller's actor, and without keeping other
    /// tasks of the process from running.
    ///
    /// - Throws: ``StoreError/interrupted`` where the task is cancelled before the answer is complete.
    @concurrent
    func read<T: Sendable>(
        _ body: @escaping @Sendable (consuming StoreView) throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        if store.hasPending { try await store.settle() }
        let cancellation = Cancellation()
        let result: Result<T, StoreError> = await withTaskCancellationHandler {
            await ReadLanes.shared.run {
                Result { () throws(StoreError) in
                    try body(try StoreView(self, cancellation: cancellation))
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }
}
