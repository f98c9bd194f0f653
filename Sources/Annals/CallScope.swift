internal import Glibc

/// Which stores the present thread is inside of: it runs a call of theirs, or what a call was given to
/// call back, such as a clock or the progress of a walk.
///
/// Such a thread must not wait for the writer of that store, which may be waiting for it: closing is
/// begun there and ends by itself. A thread knows it by a value of its own, not by its name (Linux
/// loses one that is set before the thread runs) nor by a task (which wakes on any thread).
enum CallScope {
    enum Kind {
        /// The thread runs a call that writes: whoever waits for the writer waits for it.
        case writing
        /// The thread reads, with a view open that keeps the map where it is.
        case reading
    }

    /// What a thread is inside of, innermost first; it lies on the thread's stack.
    private struct Frame {
        let writer: ObjectIdentifier
        let kind: Kind
        /// The address of the next one; 0 for none.
        let outer: UInt
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = unsafe pthread_key_create(&key, nil)
        precondition(code == 0, "the system has a key left")
        return key
    }()

    /// Runs `body` as a part of what `writer` does, or would wait for.
    static func inside<T, Failure>(
        _ writer: Writer,
        _ kind: Kind,
        _ body: () throws(Failure) -> T
    ) throws(Failure) -> T {
        let outer = unsafe pthread_getspecific(key)
        var frame = Frame(
            writer: ObjectIdentifier(writer),
            kind: kind,
            outer: UInt(bitPattern: outer)
        )
        return try unsafe withUnsafeMutablePointer(to: &frame) {
            (pointer) throws(Failure) -> T in
            unsafe pthread_setspecific(key, pointer)
            defer { unsafe pthread_setspecific(key, outer) }
            return try body()
        }
    }

    /// What this thread does inside of the store of `writer`: writing, if both.
    ///
    /// - Returns: `nil` where it is outside.
    static func kind(_ writer: Writer) -> Kind? {
        var found: Kind?
        var place = unsafe UInt(bitPattern: pthread_getspecific(key))
        while let pointer = unsafe UnsafePointer<Frame>(bitPattern: place) {
            let frame = unsafe pointer.pointee
            if frame.writer == ObjectIdentifier(writer) {
                if frame.kind == .writing { return .writing }
                found = .reading
            }
            place = frame.outer
        }
        return found
    }
}
