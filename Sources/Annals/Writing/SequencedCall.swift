internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// A call whose new records have their ids and their places in the log, and whose rows do not exist
/// yet.
struct SequencedCall: Sendable {
    struct Event: Sendable {
        let key: RecordKey
        /// Where its values lie in the transaction's tail.
        let payload: Range<Int>
    }

    let finished: FinishedTransaction
    let firstPosition: Position
    let actor: RecordKey
    let events: [Event]

    var byteCount: Int { finished.head.count + finished.tail.count }
}

extension PreparedCall {
    /// Whether the call creates records, none of which needs to look at the tables for more than
    /// its references.
    func isWhole(_ context: CallContext) -> Bool {
        // A key may have been used before.
        guard drafts.count == records.count, context.keyed == nil, !context.options.isTrial else {
            return false
        }
        for (record, draft) in zip(records, drafts) {
            guard draft != nil, !record.object.hasUniqueFields, record.object.has(.create),
                !GroupWriter.peopleCodes.contains(record.object.code)
            else { return false }
        }
        return true
    }

    /// Whether a call that ``isWhole(_:)`` refers only to owners who are known.
    func needsNoTables(_ context: CallContext, _ end: WriterState, _ people: KnownPeople) -> Bool {
        guard schema === end.schema, people.canOwn(context.user) else { return false }
        for record in records where record.hasReferences {
            for slot in slots[record.slots] where slot.isReference && !slot.range.isEmpty {
                guard slot.isOwner, let key = key(of: slot), people.canOwn(key) else {
                    return false
                }
            }
        }
        return true
    }
}

extension WriterState {
    /// Assigns ids and places in the log to the new records of a call that
    /// ``PreparedCall/needsNoTables(_:_:_:)``.
    ///
    /// Like ``GroupWriter/create(_:at:of:_:_:)``, except for the rows.
    mutating func sequence(
        _ call: PreparedCall,
        _ context: CallContext,
        now: () -> Timestamp,
        _ salts: SaltSource
    ) throws(StoreError) -> (SequencedCall, [RecordResult]) {
        let count = call.records.count
        var builder = try begin(context, now: now, eventCountHint: count)
        var events: [SequencedCall.Event] = []
        var results: [RecordResult] = []
        events.reserveCapacity(count)
        results.reserveCapacity(count)
        for (record, draft) in zip(call.records, call.drafts) {
            guard let draft else { continue }
            let object = record.object
            let key = RecordKey(object: object.code, serial: serials[object.code] + 1)
            builder.beginEvent(salt: salts.next())
            call.append(
                draft,
                of: object,
                serial: key.serial,
                at: builder.time,
                to: &builder.payload
            )
            let position = builder.endEvent(.created, of: key, previous: .beforeFirst)
            serials[object.code] = key.serial
            events.append(SequencedCall.Event(key: key, payload: builder.payloadRange))
            var result = RecordResult.success(object.id(ofSerial: key.serial), at: position)
            result.isCreated = true
            results.append(result)
        }
        let firstPosition = builder.firstPosition
        let finished = builder.finish()
        head = finished.end
        let sequenced = SequencedCall(
            finished: finished,
            firstPosition: firstPosition,
            actor: context.user,
            events: events
        )
        return (sequenced, results)
    }
}
