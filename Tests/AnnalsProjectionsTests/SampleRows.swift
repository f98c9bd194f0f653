import AnnalsBytes
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport

@testable import AnnalsProjections

/// The slots of a row that are not empty.
typealias Slots = [Int: [UInt8]]

extension RecordKey {
    static let sample = RecordKey(object: 16, serial: 5)
    static let user = RecordKey(object: 1, serial: 1)
}

extension RecordStamps {
    /// Stamps that are all different.
    static func sample(_ state: RecordState) -> RecordStamps {
        var stamps = RecordStamps()
        stamps.state = state
        stamps.lastPosition = Position(40)
        stamps.created = Timestamp(milliseconds: 1_000_000)
        stamps.createdBy = RecordKey(object: 1, serial: 2)
        stamps.lastModified = Timestamp(milliseconds: 2_000_000)
        stamps.lastModifiedBy = RecordKey(object: 1, serial: 3)
        stamps.systemModstamp = Timestamp(milliseconds: 3_000_000)
        if state != .live {
            stamps.deletedBy = RecordKey(object: 1, serial: 4)
            stamps.deletedIn = Position(39)
        }
        return stamps
    }
}

/// The bytes of a row.
func row(_ stamps: RecordStamps, _ slots: Slots, of key: RecordKey = .sample) -> [UInt8] {
    var buffer = ByteWriter()
    buffer.appendZeros(3)
    var writer = RowWriter(stamps, slotCount: slots.keys.max() ?? 0, in: &buffer)
    for slot in slots.keys.sorted() {
        let value = slots[slot] ?? []
        writer.put(value.rawSpan, slot: slot, in: &buffer)
    }
    let range = writer.finish(of: key, in: &buffer)
    return Array(buffer.bytes[range])
}

/// The slots of a row.
func slots(of bytes: [UInt8]) throws -> Slots {
    let row = try Row(unchecked: bytes.rawSpan)
    var slots: Slots = [:]
    for slot in 1..<(row.count + 1) {
        let value = [UInt8](copying: try row.slot(slot))
        if !value.isEmpty { slots[slot] = value }
    }
    return slots
}

func stamps(of bytes: [UInt8]) throws -> RecordStamps {
    try Row(unchecked: bytes.rawSpan).stamps()
}

/// The payload of an event, as the calls write it.
enum Payload {
    static func created(_ slots: Slots) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt16(slots.count))
        for slot in slots.keys.sorted() {
            let value = slots[slot] ?? []
            writer.append(UInt16(slot))
            writer.append(UInt32(value.count))
            writer.append(value)
        }
        return writer.bytes
    }

    /// - Parameter changes: The new content of each changed slot; empty for null.
    static func updated(_ stamps: RecordStamps, from before: Slots, by changes: Slots) -> [UInt8] {
        var writer = ByteWriter()
        EventPayload.appendStamps(stamps, to: &writer)
        writer.append(UInt16(changes.count))
        for slot in changes.keys.sorted() {
            let (old, new) = (before[slot] ?? [], changes[slot] ?? [])
            writer.append(UInt16(slot))
            writer.append(UInt32(old.count))
            writer.append(UInt32(new.count))
            writer.append(old)
            writer.append(new)
        }
        return writer.bytes
    }

    static func deleted(_ stamps: RecordStamps, root: Position = .beforeFirst) -> [UInt8] {
        var writer = ByteWriter()
        EventPayload.appendDeletion(stamps, root: root, to: &writer)
        return writer.bytes
    }

    static func undeleted(_ stamps: RecordStamps) -> [UInt8] {
        var writer = ByteWriter()
        EventPayload.appendRestoration(stamps, to: &writer)
        return writer.bytes
    }

    static func purged(_ row: [UInt8]) throws -> [UInt8] {
        var writer = ByteWriter()
        try EventPayload.appendPurge(of: Row(unchecked: row.rawSpan), to: &writer)
        return writer.bytes
    }

    static func defined(_ before: [UInt8], _ after: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        EventPayload.appendDefinition(before: before, after: after, to: &writer)
        return writer.bytes
    }
}

/// The row after an event.
func fold(
    _ kind: EventKind,
    _ payload: [UInt8],
    after before: [UInt8]?,
    at position: UInt64 = 50,
    of key: RecordKey = .sample
) throws -> [UInt8] {
    let context = EventContext(
        position: Position(position),
        time: Timestamp(milliseconds: 4_000_123),
        actor: .user
    )
    var buffer = ByteWriter()
    buffer.append(UInt8(0))
    let range: Range<Int>
    if let before {
        range = try Fold.append(
            kind,
            of: key,
            payload: payload.rawSpan,
            context: context,
            before: Row(unchecked: before.rawSpan),
            to: &buffer
        )
    } else {
        range = try Fold.append(
            kind,
            of: key,
            payload: payload.rawSpan,
            context: context,
            before: nil,
            to: &buffer
        )
    }
    return Array(buffer.bytes[range])
}

/// A few slots with random bytes.
func randomSlots(_ random: inout SeededRandom, upTo limit: Int = 12) -> Slots {
    var slots: Slots = [:]
    for slot in 1...limit where random.chance(40) {
        slots[slot] = (0..<(1 + random.below(20))).map { _ in UInt8(random.below(256)) }
    }
    return slots
}
