internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// The contents of transactions that cannot be replayed, since one before them is missing.
struct TransactionsBehindGap {
    private(set) var numbers: [UInt64] = []
    /// Of their events, in the order of the transactions.
    private(set) var positions: [ClosedRange<UInt64>] = []
    /// The records that they mention.
    private(set) var keys: Set<RecordKey> = []
    /// The newest of each object.
    private(set) var definitions: [UInt16: ObjectType.Definition] = [:]

    mutating func add(_ transaction: StoredTransaction) {
        numbers.append(transaction.number)
        let first = transaction.firstPosition.ordinal
        if !transaction.events.isEmpty {
            positions.append(first...transaction.lastPosition.ordinal)
        }
        for (index, event) in transaction.events.enumerated() {
            if event.kind == .defined {
                let payload = transaction.payload(ofEvent: index)
                if let bytes = try? EventPayload.definition(in: payload).after,
                    let definition = try? ObjectType.Definition(decoding: bytes)
                {
                    definitions[definition.code] = definition
                }
            } else if event.key.serial > 0 {
                keys.insert(event.key)
            }
        }
    }
}
