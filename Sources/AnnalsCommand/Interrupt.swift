import Foundation
import Synchronization

/// Whether a person has asked the program to stop.
enum Interrupt {
    private static let requested = Atomic(false)

    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// From now on these signals ask, Ctrl-C and SIGTERM unless told, and the work ends between two
    /// steps; asked a second time, the system ends the program at once, which no store minds.
    static func listen(to signals: [Int32] = [SIGINT, SIGTERM]) {
        // The first use of a global makes it, which a signal handler must not do.
        requested.store(false, ordering: .relaxed)
        for number in signals {
            signal(number) { number in
                Interrupt.requested.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }
}
