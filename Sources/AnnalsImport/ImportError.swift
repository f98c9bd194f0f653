public import Annals

/// Why an import did not begin, or did not finish.
///
/// What was imported before stays: the same import, run again, continues after it.
public enum ImportError: Error, Hashable, Sendable {
    /// The mapping says something that cannot be done; `place` is where, such as
    /// `fields.OwnerId.first[1].by`.
    case mapping(place: String, reason: String)
    /// The file cannot be read, or is not what the mapping needs; or the file of rejected rows
    /// cannot be written.
    case source(reason: String)
    /// The store failed, not a row.
    case store(StoreError)
    /// As many rows were rejected as the options allow.
    case tooManyRejects(Int)
    /// The task was cancelled.
    case interrupted
}

extension ImportError: CustomStringConvertible {
    /// A sentence for people: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .mapping(let place, let reason):
            place.isEmpty
                ? "The mapping file: \(reason)." : "The mapping file, \(place): \(reason)."
        case .source(let reason): "The file cannot be imported: \(reason)."
        case .store(let error): error.description
        case .tooManyRejects(let count):
            "Stopped after \(count) rows were refused: run the same command again to continue."
        case .interrupted: "Interrupted: run the same command again to continue."
        }
    }
}

// Codes for rows that never reached the engine; the engine's own are the API's.
extension StatusCode {
    /// A row that is malformed: a quote that is not closed, too few cells, not JSON.
    package static let malformedRow = StatusCode(rawValue: "MALFORMED_ROW")
    /// A time that is missing or not of the mapping's format.
    package static let malformedTime = StatusCode(rawValue: "MALFORMED_TIME")
    /// A time before the last one in the log.
    package static let timeTooEarly = StatusCode(rawValue: "TIME_TOO_EARLY")
    /// A time in the future.
    package static let timeTooLate = StatusCode(rawValue: "TIME_TOO_LATE")
    /// An operation other than the five.
    package static let unknownOperation = StatusCode(rawValue: "UNKNOWN_OPERATION")
    /// A row that was rejected by a run of the import that was stopped before it could report why,
    /// and for a reason that no longer applies.
    package static let refusedBefore = StatusCode(rawValue: "REFUSED_BEFORE")
    /// A row about a record that has been erased since it was imported.
    package static let rowErased = StatusCode(rawValue: "ROW_ERASED")
}

extension ImportError {
    /// A failure of a call on the store, as one of the import.
    init(_ error: StoreError) {
        switch error {
        case .interrupted: self = .interrupted
        default: self = .store(error)
        }
    }
}

/// Makes a call on the store, and reports its failure as one of the import.
func awaiting<T>(
    _ body: () async throws(StoreError) -> T
) async throws(ImportError) -> T {
    do throws(StoreError) {
        return try await body()
    } catch {
        throw ImportError(error)
    }
}

/// The same for what does not suspend.
func calling<T>(_ body: () throws(StoreError) -> T) throws(ImportError) -> T {
    do throws(StoreError) {
        return try body()
    } catch {
        throw ImportError(error)
    }
}
