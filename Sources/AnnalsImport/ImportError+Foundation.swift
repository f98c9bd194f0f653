public import Foundation

extension ImportError: LocalizedError {
    /// As ``description``.
    public var errorDescription: String? { description }
}
