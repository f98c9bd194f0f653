internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsSchema

/// The values of a record that is about to be created: what was given, else what the plan says.
struct NewRecord {
    private let plan: CreatePlan
    private let record: PreparedCall.Record
    private let call: PreparedCall
    private let resolved: [Int: [UInt8]]
    private let name: [UInt8]
    private let owner: RecordKey

    /// - Parameter resolved: The keys that foreign keys by external id turned out to be, by slot.
    init(
        _ plan: CreatePlan,
        _ record: PreparedCall.Record,
        _ call: PreparedCall,
        _ resolved: [Int: [UInt8]],
        name: [UInt8],
        owner: RecordKey
    ) {
        self.plan = plan
        self.record = record
        self.call = call
        self.resolved = resolved
        self.name = name
        self.owner = owner
    }

    /// Writes the values of the event `created`.
    func appendFields(of key: RecordKey, at time: Timestamp, to payload: inout ByteWriter) {
        let countPlace = payload.count
        payload.append(UInt16(0))
        var count: UInt16 = 0
        func put(_ id: FieldID, _ bytes: RawSpan, _ payload: inout ByteWriter) {
            guard bytes.byteCount > 0 else { return }
            // The id and the length in one.
            payload.append48(UInt64(id.rawValue) << 32 | UInt64(bytes.byteCount))
            payload.append(bytes)
            count += 1
        }
        var next = record.slots.lowerBound
        for slot in plan.slots {
            while next < record.slots.upperBound, call.slots[next].id < slot.id { next += 1 }
            if next < record.slots.upperBound, call.slots[next].id == slot.id {
                if let bytes = resolved[next] {
                    put(slot.id, bytes.rawSpan, &payload)
                } else {
                    let range = call.slots[next].range
                    put(slot.id, call.bytes.bytes.rawSpan.extracting(range), &payload)
                }
                next += 1
                continue
            }
            switch slot.source {
            case .nothing, .required: break
            case .bytes(let range): put(slot.id, plan.defaults.rawSpan.extracting(range), &payload)
            case .owner:
                payload.append(slot.id.rawValue)
                payload.append(UInt32(8))
                payload.append(owner.packed)
                count += 1
            case .autonumber(let index):
                let number = plan.autonumbers[index].bytes(serial: key.serial, at: time)
                put(slot.id, number.rawSpan, &payload)
            case .name: put(slot.id, name.rawSpan, &payload)
            }
        }
        payload.patch(count, at: countPlace)
    }
}
