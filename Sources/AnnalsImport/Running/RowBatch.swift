internal import Annals
internal import AnnalsSchema

/// Rows that are to be committed together, and those among them that are rejected already.
struct RowBatch {
    struct Entry {
        let row: FedRow
        let operation: ImportMapping.Operation
        /// How the record is remembered; `nil` for a rejected row.
        let key: TextKey?
        /// Whether the row is only tried, to find out why it would be rejected.
        let isTrial: Bool
        /// What is wrong with the row; `nil` if it is one of ``calls``.
        let error: RecordError?
    }

    private(set) var entries: [Entry] = []
    /// A call for each entry without an error.
    private(set) var calls: [BatchCall] = []
    /// Keys that may have a new record when the batch is committed.
    private var newKeys: Set<TextKey> = []

    var isEmpty: Bool { entries.isEmpty }

    mutating func refuse(_ row: FedRow, _ error: RecordError) {
        entries.append(Entry(row: row, operation: .upsert, key: nil, isTrial: false, error: error))
    }

    mutating func add(
        _ call: BatchCall,
        _ row: FedRow,
        _ operation: ImportMapping.Operation,
        key: TextKey?
    ) {
        let isTrial = call.options.isTrial
        entries.append(
            Entry(row: row, operation: operation, key: key, isTrial: isTrial, error: nil)
        )
        calls.append(call)
        if isTrial { return }
        if let key, operation == .create || operation == .upsert { newKeys.insert(key) }
    }

    /// Whether the record of a key will be known only when the batch is committed.
    func decides(_ key: TextKey) -> Bool { newKeys.contains(key) }
}
