public import Annals

/// Why an import could not begin, or stopped.
public enum ImportError: Error, Sendable {
    /// The mapping file says something that cannot be done.
    case mapping(place: String, reason: String)
    /// The file cannot be read, or is no file of its format.
    case source(reason: String)
    /// The store failed; what was imported so far stays, and the import can be run again.
    case store(StoreError)
    /// More rows were refused than the options allow.
    case tooManyRejects(Int)
    /// Interrupted by the caller; run it again to go on.
    case interrupted
}

extension ImportError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .mapping(let place, let reason): "The mapping file, \(place): \(reason)."
        case .source(let reason): "The file cannot be imported: \(reason)."
        case .store(let error): error.description
        case .tooManyRejects(let count): "Stopped after \(count) rows were refused."
        case .interrupted: "Interrupted: run the same command again to go on."
        }
    }
}
