internal import AnnalsLMDB

/// Which stores the current thread is inside of: it is running one of their calls, or a callback
/// that was passed to a call, such as a clock or the progress of a walk.
///
/// Such a thread must not wait for the writer of that store, which may be waiting for it: closing
/// is started there and finishes by itself.
enum CallScope: UInt8 {
    /// The thread is reading, with an open view that keeps the map where it is.
    case reading = 1
    /// The thread is running a call that writes: waiting for the writer would mean waiting for
    /// itself.
    case writing = 2

    /// Runs `body` as a part of what `writer` is doing, or would wait for.
    static func inside<T, Failure>(
        _ writer: Writer,
        _ scope: CallScope,
        _ body: () throws(Failure) -> T
    ) throws(Failure) -> T {
        try ThreadMarks.with(scope.rawValue, of: writer, body)
    }

    /// What this thread is doing inside the store of `writer`: writing, if both.
    ///
    /// - Returns: `nil` if it is outside.
    static func current(in writer: Writer) -> CallScope? {
        let marks = ThreadMarks.marks(of: writer)
        if marks & writing.rawValue != 0 { return .writing }
        return marks == 0 ? nil : .reading
    }
}
