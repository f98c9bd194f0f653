internal import Synchronization

/// Work for another thread, which lets go of it before anyone has the result.
///
/// Work refers to its store. Whoever resumes may have the last other reference, and open the folder
/// again as soon as that is gone: the store must not live on in a thread that is about to forget it.
final class Handover<T: Sendable>: Sendable {
    private let work: Mutex<(@Sendable () -> T)?>

    init(_ work: @escaping @Sendable () -> T) { self.work = Mutex(work) }

    /// Does the work, once, and passes its result on.
    func run(_ finish: (T) -> Void) {
        if let result = result() { finish(result) }
    }

    /// A function of its own, at whose end the work is gone.
    private func result() -> T? {
        let work = work.withLock { $0.take() }
        return work?()
    }
}
