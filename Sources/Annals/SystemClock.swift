package import AnnalsSchema
internal import Foundation

/// The computer's clock.
package enum SystemClock {
    @Sendable package static func now() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}
