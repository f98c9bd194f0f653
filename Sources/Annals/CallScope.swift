internal import AnnalsLMDB

/// Which stores the present thread is inside of: it runs a call of theirs, or what a call was given to
/// call back, such as a clock or the progress of a walk.
///
/// Such a thread must not wait for the writer of that store, which may be waiting for it: closing is
/// begun there and ends by itself.
enum CallScope: UInt8 {
    /// The thread reads, with a view open that keeps the map where it is.
    case reading = 1
    /// The thread runs a call that writes: whoever waits for the writer waits for it.
    case writing = 2

    /// Runs `body` as a part of what `writer` does, or would wait for.
    static func inside<T, Failure>(
        _ writer: Writer,
        _ scope: CallScope,
        _ body: () throws(Failure) -> T
    ) throws(Failure) -> T {
        try ThreadMarks.with(scope.rawValue, of: writer, body)
    }

    /// What this thread does inside of the store of `writer`: writing, if both.
    ///
    /// - Returns: `nil` where it is outside.
    static func current(in writer: Writer) -> CallScope? {
        let marks = ThreadMarks.marks(of: writer)
        if marks & writing.rawValue != 0 { return .writing }
        return marks == 0 ? nil : .reading
    }
}
