internal import Annals

/// Why a row does not become a call: it is rejected, or the import cannot continue.
enum RowFailure: Error {
    case row(RecordError)
    case `import`(ImportError)
}

extension StoreError {
    /// What a rejected call says about its row; `nil` if the store failed.
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
