internal import Foundation
public import AnnalsSchema

/// The computer's clock.
public enum SystemClock {
    @Sendable public static func now() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}
