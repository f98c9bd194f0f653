package import AnnalsBytes
package import AnnalsLog
package import AnnalsSchema

// The values of events: what each kind writes, and reads back (Format.md, "Values").

/// One field of a created or purged record, or of an update: both sides of the change.
package struct FieldChange: ~Escapable {
    package let field: FieldID
    package let before: RawSpan
    package let after: RawSpan

    @_lifetime(copy before, copy after)
    init(field: FieldID, before: RawSpan, after: RawSpan) {
        self.field = field
        self.before = before
        self.after = after
    }
}

/// Iterates over the changed fields of an event, in the order of their ids.
package struct FieldChanges: ~Escapable {
    private var reader: ByteReader
    private var remaining: Int
    private let kind: EventKind
    private var last: UInt16 = 0

    /// Positioned before the first change of the event with these values; an event without field
    /// changes has none, nor has one whose values were erased.
    @_lifetime(copy payload)
    package init(of kind: EventKind, payload: RawSpan) throws(Malformed) {
        var reader = ByteReader(payload)
        self.kind = kind
        switch kind {
        case _ where reader.isAtEnd:
            remaining = 0
        case .created:
            remaining = Int(try reader.uint16())
        case .updated:
            _ = try reader.span(count: EventPayload.stampsByteCount)
            remaining = Int(try reader.uint16())
        case .purged:
            _ = try reader.uint8()
            remaining = Int(try reader.uint16())
        case .deleted, .undeleted, .emptied, .erased, .withheld, .defined:
            remaining = 0
        }
        self.reader = reader
    }

    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func next() throws(Malformed) -> FieldChange? {
        guard remaining > 0 else {
            guard kind != .created && kind != .updated && kind != .purged || reader.isAtEnd else {
                throw Malformed("the end of the values", offset: reader.offset)
            }
            return nil
        }
        remaining -= 1
        let id = try reader.uint16()
        guard id > last, FieldID(rawValue: id).isSlot else {
            throw Malformed("field ids that ascend", offset: reader.offset)
        }
        last = id
        let field = FieldID(rawValue: id)
        let first = Int(try reader.uint32())
        switch kind {
        case .updated:
            let second = Int(try reader.uint32())
            let before = try reader.span(count: first)
            let after = try reader.span(count: second)
            return FieldChange(field: field, before: before, after: after)
        case .purged:
            let before = try reader.span(count: first)
            return FieldChange(field: field, before: before, after: before.extracting(0..<0))
        default:
            let after = try reader.span(count: first)
            return FieldChange(field: field, before: after.extracting(0..<0), after: after)
        }
    }
}

/// The header of a field's value in the event `created`: its id and how many bytes follow.
package enum FieldHeader {
    package static let byteCount = 6
}

extension ByteWriter {
    package mutating func appendHeader(of id: FieldID, byteCount: Int) {
        append48(UInt64(id.rawValue) << 32 | UInt64(UInt32(clamping: byteCount)))
    }

    /// Corrects the header that ends at `start`: its value is everything that follows.
    package mutating func patchHeader(endingAt start: Int) {
        patch(UInt32(clamping: count - start), at: start - 4)
    }
}

/// The fields of the event `created`, with their form checked once: what follows can rely on it.
///
/// ``FieldChanges`` iterates over them as well; this is for the fold, which runs for every new
/// record.
struct CreatedFields: ~Escapable {
    /// Positioned before the first field.
    let reader: ByteReader
    let count: Int
    let highestSlot: Int

    @_lifetime(copy payload)
    init(_ payload: RawSpan) throws(Malformed) {
        var reader = ByteReader(payload)
        // An erasure leaves nothing at all.
        count = reader.isAtEnd ? 0 : Int(try reader.uint16())
        self.reader = copy reader
        var last = 0
        for _ in 0..<count {
            let id = try reader.uint16()
            guard id > last, FieldID(rawValue: id).isSlot else {
                throw Malformed("field ids that ascend", offset: reader.offset)
            }
            last = Int(id)
            _ = try reader.span(count: Int(try reader.uint32()))
        }
        guard reader.isAtEnd else {
            throw Malformed("the end of the values", offset: reader.offset)
        }
        highestSlot = last
    }

    /// Bytes of all values together.
    var valueByteCount: Int { reader.remaining - FieldHeader.byteCount * count }
}

package enum EventPayload {
    /// Last modified when and by whom, and SystemModstamp, before an update.
    static let stampsByteCount = 24

    package static func appendStamps(_ stamps: RecordStamps, to writer: inout ByteWriter) {
        writer.append(stamps.lastModified.milliseconds)
        writer.append(stamps.lastModifiedBy.packed)
        writer.append(stamps.systemModstamp.milliseconds)
    }

    /// The values of a deletion; `root` is 0 for the record that the call named, and the position
    /// of its deletion for those deleted along with it.
    package static func appendDeletion(
        _ stamps: RecordStamps,
        root: Position,
        to writer: inout ByteWriter
    ) {
        writer.append(stamps.systemModstamp.milliseconds)
        writer.append(root.ordinal)
    }

    package static func appendRestoration(_ stamps: RecordStamps, to writer: inout ByteWriter) {
        writer.append(stamps.systemModstamp.milliseconds)
        writer.append(stamps.deletedBy.packed)
        writer.append(stamps.deletedIn.ordinal)
    }

    /// The values of a purge: everything in the row.
    package static func appendPurge(of row: Row, to writer: inout ByteWriter) throws(Malformed) {
        writer.append(try row.state().rawValue)
        let countPlace = writer.count
        writer.append(UInt16(0))
        var count: UInt16 = 0
        for slot in 1..<(row.count + 1) {
            let value = try row.slot(slot)
            guard value.byteCount > 0 else { continue }
            writer.append(UInt16(slot))
            writer.append(UInt32(value.byteCount))
            writer.append(value)
            count += 1
        }
        writer.patch(count, at: countPlace)
    }

    package static func appendDefinition(
        before: [UInt8],
        after: [UInt8],
        to writer: inout ByteWriter
    ) {
        writer.append(UInt32(before.count))
        writer.append(before)
        writer.append(UInt32(after.count))
        writer.append(after)
    }

    /// Both sides of a definition's change; empty before for a new object.
    package static func definition(
        in payload: RawSpan
    ) throws(Malformed) -> (before: [UInt8], after: [UInt8]) {
        var reader = ByteReader(payload)
        let beforeCount = Int(try reader.uint32())
        let before = [UInt8](copying: try reader.span(count: beforeCount))
        let afterCount = Int(try reader.uint32())
        let after = [UInt8](copying: try reader.span(count: afterCount))
        guard reader.isAtEnd else { throw Malformed("the end", offset: reader.offset) }
        return (before, after)
    }
}
