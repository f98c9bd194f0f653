internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// The values of a record that is about to be created: those given, else those of the plan.
struct NewRecord {
    private let record: PreparedCall.Record
    private let resolved: [Int: [UInt8]]
    private let name: [UInt8]
    private let owner: RecordKey

    /// - Parameters:
    ///   - resolved: The keys to which foreign keys by external id resolved, by slot.
    ///   - name: The name, if it is composed from other fields.
    init(
        _ record: PreparedCall.Record,
        resolved: [Int: [UInt8]] = [:],
        name: [UInt8] = [],
        owner: RecordKey
    ) {
        self.record = record
        self.resolved = resolved
        self.name = name
        self.owner = owner
    }

    /// Writes the values of the event `created`.
    ///
    /// - Parameter number: Appends the autonumber of a slot of the object's plan, field and all.
    /// - Returns: Whether every field that must have a value has one.
    @discardableResult
    func appendFields(
        from slots: [PreparedCall.Slot],
        _ bytes: ByteWriter,
        to payload: inout ByteWriter,
        number: (Int, inout ByteWriter) -> Void
    ) -> Bool {
        let countPlace = payload.count
        payload.append(UInt16(0))
        var count: UInt16 = 0
        // Values that are adjacent are copied at once.
        var pending = 0..<0
        func flush(_ payload: inout ByteWriter) {
            if !pending.isEmpty { payload.append(bytes.bytes.rawSpan.extracting(pending)) }
            pending = 0..<0
        }
        func put(_ id: FieldID, _ value: RawSpan, _ payload: inout ByteWriter) {
            guard value.byteCount > 0 else { return }
            payload.appendHeader(of: id, byteCount: value.byteCount)
            payload.append(value)
            count += 1
        }
        var isComplete = true
        var next = record.slots.lowerBound
        let plan = record.object.createPlan
        for index in plan.slots.indices {
            let id = plan.slots[index].id
            while next < record.slots.upperBound, slots[next].id < id { next += 1 }
            if next < record.slots.upperBound, slots[next].id == id {
                let range = slots[next].range
                if slots[next].lookup >= 0 {
                    flush(&payload)
                    if let key = resolved[next] { put(id, key.rawSpan, &payload) }
                } else if !range.isEmpty {
                    let start = range.lowerBound - FieldHeader.byteCount
                    if start != pending.upperBound || pending.isEmpty {
                        flush(&payload)
                        pending = start..<range.upperBound
                    } else {
                        pending = pending.lowerBound..<range.upperBound
                    }
                    count += 1
                }
                next += 1
                continue
            }
            if case .nothing = plan.slots[index].source { continue }
            flush(&payload)
            switch plan.slots[index].source {
            case .nothing: break
            case .required, .refused: isComplete = false
            case .value(let value):
                payload.appendHeader(of: id, byteCount: 0)
                let start = payload.count
                guard (try? payload.append(value)) != nil else {
                    payload.bytes.removeLast(FieldHeader.byteCount)
                    isComplete = false
                    continue
                }
                payload.patchHeader(endingAt: start)
                count += 1
            case .owner:
                payload.appendHeader(of: id, byteCount: 8)
                payload.append(owner.packed)
                count += 1
            case .autonumber:
                number(index, &payload)
                count += 1
            case .name: put(id, name.rawSpan, &payload)
            }
        }
        flush(&payload)
        payload.patch(count, at: countPlace)
        return isComplete
    }
}

extension ByteWriter {
    /// Appends an autonumber, as a field of an event; nothing for any other slot.
    mutating func append(_ slot: CreatePlan.Slot, serial: UInt64, at time: Timestamp) {
        guard case .autonumber(let autonumber) = slot.source else { return }
        appendHeader(of: slot.id, byteCount: 0)
        let start = count
        autonumber.append(serial: serial, at: time, to: &bytes)
        patchHeader(endingAt: start)
    }
}
