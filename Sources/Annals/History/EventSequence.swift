public import AnnalsLog

/// The events of a log from a position on, in their order (``Session/allEvents(after:)``,
/// ``Session/followEvents(after:)``).
///
/// Each is there once, whatever is written in the meantime. Iterating again starts over at the position.
public struct EventSequence: AsyncSequence, Sendable {
    public typealias Element = HistoryEvent
    public typealias Failure = StoreError

    fileprivate let session: Session
    fileprivate let start: Position
    fileprivate let follows: Bool

    public func makeAsyncIterator() -> Iterator {
        Iterator(
            session: session,
            follows: follows,
            position: start,
            // Before the first look: what is written after that look wakes the iterator.
            news: follows && !session.store.configuration.isReadOnly
                ? session.store.logSignal.listen().makeAsyncIterator() : nil
        )
    }

    /// Yields the events, read in batches.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let session: Session
        fileprivate let follows: Bool
        fileprivate var position: Position
        fileprivate var news: AsyncStream<Void>.Iterator?
        /// Events that were read and not returned yet, the next one last.
        private var page: [HistoryEvent] = []

        fileprivate init(
            session: Session,
            follows: Bool,
            position: Position,
            news: AsyncStream<Void>.Iterator?
        ) {
            self.session = session
            self.follows = follows
            self.position = position
            self.news = news
        }

        /// How many events are read at a time.
        private static let pageCount = 500
        /// How often the log is looked at if another process writes it.
        private static let interval = Duration.milliseconds(200)

        /// The next event; `nil` at the end of the log, or where following has ended.
        public mutating func next() async throws(StoreError) -> HistoryEvent? {
            while page.isEmpty {
                let events: [HistoryEvent]
                do throws(StoreError) {
                    events = try await session.events(after: position, limit: Self.pageCount)
                } catch {
                    // That is how following ends, wherever it is at the time.
                    if follows, error == .closed || error == .interrupted { return nil }
                    throw error
                }
                if let last = events.last {
                    position = last.position
                    page = events.reversed()
                } else if try await !waitForMore() {
                    return nil
                }
            }
            return page.removeLast()
        }

        /// Returns when the log may have continued; `false` if it will not.
        private mutating func waitForMore() async throws(StoreError) -> Bool {
            guard follows else { return false }
            if news != nil { return await news?.next(isolation: #isolation) != nil }
            try session.store.requireInPlace()
            do { try await Task.sleep(for: Self.interval) } catch { return false }
            return true
        }
    }
}

extension Session {
    /// All events after a position, read page by page as they are needed.
    ///
    ///     for try await event in session.allEvents() { print(event.position, event.kind) }
    ///
    /// The sequence ends with the last event that is in the log when it gets there.
    ///
    /// - Parameter position: The last event that is not wanted.
    /// - Throws, from the iterator: what ``events(after:limit:)-(Position,_)`` throws.
    public func allEvents(after position: Position = .beforeFirst) -> EventSequence {
        EventSequence(session: self, start: position, follows: false)
    }

    /// All events after a position, and then each as soon as its call has returned.
    ///
    ///     for try await event in session.followEvents(after: checkpoint) {
    ///         try await apply(event)
    ///         checkpoint = event.position  // an event is lost if this comes first
    ///     }
    ///
    /// The sequence ends when its task is cancelled or the store is closed. A store that was opened for
    /// reading is looked at five times a second, since another process writes it, and fails with
    /// ``StorageError/replaced(path:)`` if it was replaced or removed.
    ///
    /// - Parameter position: The last event that is not wanted.
    /// - Throws, from the iterator: what ``events(after:limit:)-(Position,_)`` throws.
    public func followEvents(after position: Position = .beforeFirst) -> EventSequence {
        EventSequence(session: self, start: position, follows: true)
    }
}
