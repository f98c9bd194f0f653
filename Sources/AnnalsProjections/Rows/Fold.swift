internal import AnnalsBytes
package import AnnalsLog
package import AnnalsSchema

/// The context of an event, which it shares with its transaction.
package struct EventContext: Sendable {
    package let position: Position
    package let time: Timestamp
    package let actor: RecordKey

    package init(position: Position, time: Timestamp, actor: RecordKey) {
        self.position = position
        self.time = time
        self.actor = actor
    }
}

/// The meaning of an event: the resulting row, computed from the previous row.
///
/// This is the whole meaning of the log. Calls and replays fold every event through here, so a
/// replay writes the same bytes again: no clock and no randomness is involved.
enum Fold {
    /// Appends the row of `key` after the event to `buffer`.
    ///
    /// - Returns: Where it lies there.
    /// - Throws: ``Malformed`` if the event cannot follow the previous row.
    static func append(
        _ kind: EventKind,
        of key: RecordKey,
        payload: RawSpan,
        context: EventContext,
        before: Row?,
        to buffer: inout ByteWriter
    ) throws(Malformed) -> Range<Int> {
        switch (kind, before) {
        case (.created, nil):
            return try created(key, payload, context, &buffer)
        case (.updated, let row?) where try row.state() == .live:
            return try updated(key, payload, context, row, &buffer)
        case (.deleted, let row?) where try row.state() == .live:
            var stamps = try row.stamps()
            stamps.state = .inBin
            stamps.systemModstamp = context.time
            stamps.deletedBy = context.actor
            let root = Position(try payload.uint64(at: 8))
            stamps.deletedIn = root == .beforeFirst ? context.position : root
            return try restamped(key, stamps, context, row, &buffer)
        case (.undeleted, let row?) where try row.state() == .inBin:
            var stamps = try row.stamps()
            stamps.state = .live
            stamps.systemModstamp = context.time
            stamps.deletedBy = RecordKey(packed: 0)
            stamps.deletedIn = .beforeFirst
            return try restamped(key, stamps, context, row, &buffer)
        case (.emptied, let row?) where try row.state() == .inBin:
            var stamps = try row.stamps()
            stamps.state = .emptied
            return try restamped(key, stamps, context, row, &buffer)
        case (.purged, let row?):
            let state = try row.state()
            guard state == .inBin || state == .emptied else {
                throw Malformed("a deleted record before a purge", offset: 0)
            }
            var stamps = try row.stamps()
            stamps.state = .purged
            stamps.lastPosition = context.position
            return RowWriter(stamps, slotCount: 0, in: &buffer).finish(of: key, in: &buffer)
        case (.erased, let row?):
            let state = try row.state()
            guard state != .inBin else {
                throw Malformed("a record that is not in the bin before an erasure", offset: 0)
            }
            var stamps = try row.stamps()
            stamps.lastPosition = context.position
            // A user remains one, without values: consumers see this as a change.
            if state == .live {
                stamps.lastModified = context.time
                stamps.lastModifiedBy = context.actor
                stamps.systemModstamp = context.time
            }
            return RowWriter(stamps, slotCount: 0, in: &buffer).finish(of: key, in: &buffer)
        case (.withheld, let row?):
            // The record's state does not change: a restore changes nothing that happened.
            var stamps = try row.stamps()
            if stamps.state == .inBin, !stamps.isCascaded {
                stamps.deletedIn = Position(stamps.deletedIn.ordinal | RecordStamps.ownMark)
            }
            stamps.lastPosition = context.position
            return RowWriter(stamps, slotCount: 0, in: &buffer).finish(of: key, in: &buffer)
        default:
            throw Malformed("an event that can follow the one before", offset: 0)
        }
    }

    private static func created(
        _ key: RecordKey,
        _ payload: RawSpan,
        _ context: EventContext,
        _ buffer: inout ByteWriter
    ) throws(Malformed) -> Range<Int> {
        var stamps = RecordStamps()
        stamps.lastPosition = context.position
        stamps.created = context.time
        stamps.createdBy = context.actor
        stamps.lastModified = context.time
        stamps.lastModifiedBy = context.actor
        stamps.systemModstamp = context.time
        let fields = try CreatedFields(payload)
        let slotCount = fields.highestSlot
        let start = buffer.count
        try buffer.append(count: Row.byteCount(slotCount: slotCount) + fields.valueByteCount) {
            row throws(Malformed) in
            stamps.putHeader(slotCount: slotCount, in: &row)
            var end = Row.byteCount(slotCount: slotCount)
            var next = 1
            var reader = fields.reader
            for _ in 0..<fields.count {
                let slot = Int(try reader.uint16())
                let value = try reader.span(count: Int(try reader.uint32()))
                while next <= slot {
                    row.put(UInt32(end), at: Row.placeOfOffset(next))
                    next += 1
                }
                row.put(value, at: end)
                end += value.byteCount
            }
            row.put(UInt32(end), at: Row.placeOfOffset(next))
        }
        let range = start..<buffer.count
        let checksum = Row.checksum(of: buffer.bytes.rawSpan.extracting(range), key: key)
        buffer.patch(checksum, at: start)
        return range
    }

    private static func updated(
        _ key: RecordKey,
        _ payload: RawSpan,
        _ context: EventContext,
        _ before: Row,
        _ buffer: inout ByteWriter
    ) throws(Malformed) -> Range<Int> {
        var stamps = try before.stamps()
        stamps.lastPosition = context.position
        stamps.lastModified = context.time
        stamps.lastModifiedBy = context.actor
        stamps.systemModstamp = context.time
        var changes = try FieldChanges(of: .updated, payload: payload)
        var highest = 0
        var highestChanged = 0
        while let change = try changes.next() {
            highestChanged = Int(change.field.rawValue)
            if change.after.byteCount > 0 { highest = highestChanged }
        }
        // Fields that the event does not change may have higher slots than those that it sets.
        highest = max(highest, try highestUnchanged(before, payload, highestChanged))
        var writer = RowWriter(stamps, slotCount: highest, in: &buffer)
        changes = try FieldChanges(of: .updated, payload: payload)
        var next = 1
        while let change = try changes.next() {
            let slot = Int(change.field.rawValue)
            try copy(before, from: next, upTo: slot, with: &writer, to: &buffer)
            if change.after.byteCount > 0 { writer.put(change.after, slot: slot, in: &buffer) }
            next = slot + 1
        }
        try copy(before, from: next, upTo: before.count + 1, with: &writer, to: &buffer)
        return writer.finish(of: key, in: &buffer)
    }

    private static func copy(
        _ row: Row,
        from first: Int,
        upTo end: Int,
        with writer: inout RowWriter,
        to buffer: inout ByteWriter
    ) throws(Malformed) {
        var slot = first
        while slot < end, slot <= row.count {
            let value = try row.slot(slot)
            if value.byteCount > 0 { writer.put(value, slot: slot, in: &buffer) }
            slot += 1
        }
    }

    /// The highest slot of `row` that is not null and that the update does not change.
    private static func highestUnchanged(
        _ row: Row,
        _ payload: RawSpan,
        _ highestChanged: Int
    ) throws(Malformed) -> Int {
        var slot = row.count
        while slot > 0 {
            if try row.slot(slot).byteCount > 0 {
                if slot > highestChanged { return slot }
                var isChanged = false
                var changes = try FieldChanges(of: .updated, payload: payload)
                while let change = try changes.next() {
                    if Int(change.field.rawValue) == slot { isChanged = true }
                }
                if !isChanged { return slot }
            }
            slot -= 1
        }
        return 0
    }

    /// The previous row with other stamps.
    private static func restamped(
        _ key: RecordKey,
        _ stamps: RecordStamps,
        _ context: EventContext,
        _ row: Row,
        _ buffer: inout ByteWriter
    ) throws(Malformed) -> Range<Int> {
        var stamps = stamps
        stamps.lastPosition = context.position
        var writer = RowWriter(stamps, slotCount: row.count, in: &buffer)
        try copy(row, from: 1, upTo: row.count + 1, with: &writer, to: &buffer)
        return writer.finish(of: key, in: &buffer)
    }
}
