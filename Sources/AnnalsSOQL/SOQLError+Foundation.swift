public import Foundation

extension SOQLError: LocalizedError {
    /// As ``description``.
    public var errorDescription: String? { description }
}
