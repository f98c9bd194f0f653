public import AnnalsSchema
internal import Foundation

/// The computer's clock.
public enum SystemClock {
    @Sendable public static func now() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}
