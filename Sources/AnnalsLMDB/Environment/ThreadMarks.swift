internal import Glibc

/// Records what the current thread is inside of: a mark of an owner, for as long as a body runs.
///
/// It uses a thread-specific value, not the thread's name, which Linux loses if it is set before
/// the thread runs, nor a task, which may resume on any thread.
@safe package enum ThreadMarks {
    /// What a thread is inside of, innermost first; it is on the thread's stack.
    private struct Frame {
        let owner: ObjectIdentifier
        let mark: UInt8
        /// The address of the next one; 0 for none.
        let outer: UInt
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = unsafe pthread_key_create(&key, nil)
        precondition(code == 0, "the system has a key left")
        return key
    }()

    /// Runs `body` with a mark of `owner`.
    package static func with<T, Failure>(
        _ mark: UInt8,
        of owner: AnyObject,
        _ body: () throws(Failure) -> T
    ) throws(Failure) -> T {
        let outer = unsafe pthread_getspecific(key)
        var frame = Frame(
            owner: ObjectIdentifier(owner),
            mark: mark,
            outer: UInt(bitPattern: outer)
        )
        return try unsafe withUnsafeMutablePointer(to: &frame) {
            (pointer) throws(Failure) -> T in
            unsafe pthread_setspecific(key, pointer)
            defer { unsafe pthread_setspecific(key, outer) }
            return try body()
        }
    }

    /// All marks of `owner` that this thread is inside of, with their bits combined; 0 for none.
    package static func marks(of owner: AnyObject) -> UInt8 {
        var marks: UInt8 = 0
        var place = unsafe UInt(bitPattern: pthread_getspecific(key))
        while let pointer = unsafe UnsafePointer<Frame>(bitPattern: place) {
            let frame = unsafe pointer.pointee
            if frame.owner == ObjectIdentifier(owner) { marks |= frame.mark }
            place = frame.outer
        }
        return marks
    }
}
