internal import AnnalsBytes
internal import AnnalsSchema

extension PreparedCall {
    /// The values of a new record's event, complete except for what only the writer knows: the
    /// number.
    struct Draft: Sendable {
        /// Where they lie in ``drafted``.
        let range: Range<Int>
        /// Where the autonumber belongs, and its slot of the object's plan; -1 for none.
        let gap: Int
        let numberSlot: Int
    }

    /// Assembles the values of the new records as far as this can be done without the store, so
    /// that the writer has less to do.
    ///
    /// - Parameter owner: The owner of records whose owner is not set.
    mutating func draft(owner: RecordKey) {
        drafts.reserveCapacity(records.count)
        drafted.bytes.reserveCapacity(bytes.count + records.count * 64)
        for index in records.indices {
            let record = records[index]
            guard record.problems < 0, record.id == nil, !record.hasLookups,
                record.object.namePartIndices.isEmpty
            else {
                drafts.append(nil)
                continue
            }
            let start = drafted.count
            var numbers = 0
            var gap = start
            var numberSlot = -1
            let isComplete = NewRecord(record, owner: owner).appendFields(
                from: slots,
                bytes,
                to: &drafted
            ) { slot, payload in
                numbers += 1
                gap = payload.count
                numberSlot = slot
            }
            guard isComplete, numbers <= 1 else {
                drafts.append(nil)
                continue
            }
            drafts.append(Draft(range: start..<drafted.count, gap: gap, numberSlot: numberSlot))
        }
    }

    /// Writes the values of a new record's event.
    func append(
        _ draft: Draft,
        of object: ObjectType,
        serial: UInt64,
        at time: Timestamp,
        to payload: inout ByteWriter
    ) {
        let values = drafted.bytes.rawSpan
        payload.append(values.extracting(draft.range.lowerBound..<draft.gap))
        if draft.numberSlot >= 0 {
            payload.append(object.createPlan.slots[draft.numberSlot], serial: serial, at: time)
        }
        payload.append(values.extracting(draft.gap..<draft.range.upperBound))
    }
}
