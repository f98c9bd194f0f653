internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsProof
internal import AnnalsSchema

/// A transaction that defined objects, and which of its events those are.
struct DefiningTransaction {
    let transaction: StoredTransaction
    let events: [Int]

    var number: UInt64 { transaction.number }
}

extension ProjectionReader {
    /// The transactions that define what is needed to read the values that a proof shows.
    borrowing func definitions(
        for carried: CarriedTransaction,
        of stored: StoredTransaction
    ) throws(StorageError) -> [DefiningTransaction] {
        var wanted: [UInt16: Set<FieldID>] = [:]
        for opening in carried.openings {
            let event = stored.events[opening.event]
            guard event.kind.carriesValues else { continue }
            var fields = wanted[event.key.object] ?? []
            do throws(Malformed) {
                let payload = stored.payload(ofEvent: opening.event)
                var changes = try FieldChanges(of: event.kind, payload: payload)
                while let change = try changes.next() { fields.insert(change.field) }
            } catch {
                throw .corrupted(Corruption("an event is malformed", table: Log.tableName))
            }
            wanted[event.key.object] = fields
        }
        var found: [UInt64: DefiningTransaction] = [:]
        for (object, fields) in wanted {
            guard let transaction = try definition(of: object, fields, through: stored.number)
            else { continue }
            let event = transaction.events.lastIndex { $0.defines(object) }
            let others = found[transaction.number]?.events ?? []
            found[transaction.number] = DefiningTransaction(
                transaction: transaction,
                events: others + [event].compactMap { $0 }
            )
        }
        return found.values.sorted { $0.number < $1.number }
    }

    /// A transaction not after the one with this number that defined the object with these fields.
    ///
    /// The meaning of a field's bytes never changes, so any of them will do: the last one that
    /// defined anything and the first are tried before all others.
    private borrowing func definition(
        of object: UInt16,
        _ fields: Set<FieldID>,
        through last: UInt64
    ) throws(StorageError) -> StoredTransaction? {
        let newest = try meta(MetaKey.definitions).flatMap { try? $0.rawSpan.uint64(at: 0) }
        let horizon = tables.log.horizon.number
        for number in [newest ?? 1, 1] where number <= last && number > horizon {
            if let found = try defining(object, fields, in: number) { return found }
        }
        // What has left the log cannot be shown: values are then identified by the fields' numbers.
        for number in stride(from: min(last, newest ?? last), to: horizon, by: -1) {
            if let found = try defining(object, fields, in: number) { return found }
        }
        return nil
    }

    private borrowing func defining(
        _ object: UInt16,
        _ fields: Set<FieldID>,
        in number: UInt64
    ) throws(StorageError) -> StoredTransaction? {
        guard let stored = try tables.log.read(number, in: transaction),
            let index = stored.events.lastIndex(where: { $0.defines(object) }),
            let type = ObjectType(definedBy: stored.payload(ofEvent: index))
        else { return nil }
        return fields.allSatisfy { type.field($0) != nil } ? stored : nil
    }
}

extension EventHeader {
    fileprivate func defines(_ object: UInt16) -> Bool {
        kind == .defined && key.object == object
    }
}

extension ObjectType {
    /// The object after an event of kind `defined` with these values, or `nil` if they are invalid.
    convenience init?(definedBy payload: RawSpan) {
        guard let after = try? EventPayload.definition(in: payload).after,
            let definition = try? ObjectType.Definition(decoding: after)
        else { return nil }
        self.init(definition)
    }
}
