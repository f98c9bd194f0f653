internal import Annals

/// Why a row does not become a call: it is refused, or the import cannot go on.
enum RowFailure: Error {
    case row(RecordError)
    case `import`(ImportError)
}

extension StoreError {
    /// What a refused call says of its row; `nil` where it is the store that failed.
    var rowError: RecordError? {
        switch self {
        case .fault(let fault):
            RecordError(
                StatusCode(rawValue: fault.exceptionCode.rawValue),
                "\(value: fault.message)"
            )
        case .timeTooEarly: RecordError(.timeTooEarly, "\(value: description)")
        case .timeTooLate: RecordError(.timeTooLate, "\(value: description)")
        default: nil
        }
    }
}
