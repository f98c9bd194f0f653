internal import Foundation

extension SOQLError: LocalizedError {
    /// As ``description``.
    package var errorDescription: String? { description }
}
