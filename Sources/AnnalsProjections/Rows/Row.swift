package import AnnalsBytes
package import AnnalsLog
package import AnnalsSchema

/// The state of a record between its creation and its end.
///
/// Written to disk: never renumber them.
package enum RecordState: UInt8, Sendable {
    case live = 1
    /// In the recycle bin: `undelete` brings it back.
    case inBin = 2
    /// Deleted and out of the bin (emptyRecycleBin), still listed by getDeleted.
    case emptied = 3
    /// The values were removed; the id stays taken.
    case purged = 4
}

/// What a row contains of a record in addition to its fields.
package struct RecordStamps: Hashable, Sendable {
    package var state = RecordState.live
    /// The record's last event.
    package var lastPosition = Position.beforeFirst
    package var created = Timestamp(milliseconds: 0)
    package var createdBy = RecordKey(packed: 0)
    package var lastModified = Timestamp(milliseconds: 0)
    package var lastModifiedBy = RecordKey(packed: 0)
    package var systemModstamp = Timestamp(milliseconds: 0)
    /// Who deleted it; 0 where it is live.
    package var deletedBy = RecordKey(packed: 0)
    /// The event with which it was deleted: its own, or that of the record it was deleted along
    /// with.
    package var deletedIn = Position.beforeFirst

    package init() {}

    /// Whether a record in the bin was deleted along with another one.
    package var isCascaded: Bool {
        state == .inBin && deletedIn != lastPosition && deletedIn.ordinal & Self.ownMark == 0
    }

    /// Set if a record was deleted by its own deletion, which is not its last event any more: its
    /// values have been withheld since.
    static let ownMark: UInt64 = 1 << 62

    /// The position of the deletion with which it was deleted.
    package var deletion: Position { Position(deletedIn.ordinal & ~Self.ownMark) }
}

/// The current state of a record, in the bytes of the table: a header, a table of offsets, the
/// values.
///
/// One field is read without touching the others. The layout is in Format.md.
package struct Row: ~Escapable {
    @usableFromInline static var headerByteCount: Int { 72 }
    @usableFromInline static var version: UInt8 { 1 }

    package let bytes: RawSpan
    @usableFromInline let slotCount: Int

    /// Accepts the bytes for `key` after verifying their checksum.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan, of key: RecordKey) throws(Malformed) {
        guard try bytes.uint32(at: 0) == Row.checksum(of: bytes, key: key) else {
            throw Malformed("the checksum of the row", offset: 0)
        }
        try self.init(unchecked: bytes)
    }

    /// Accepts bytes that this process has just made or checked.
    @inlinable @_lifetime(copy bytes)
    package init(unchecked bytes: RawSpan) throws(Malformed) {
        guard try bytes.uint8(at: 4) == Row.version else {
            throw Malformed("row version 1", offset: 4)
        }
        slotCount = Int(try bytes.uint16(at: 6))
        guard bytes.byteCount >= Row.byteCount(slotCount: slotCount) else {
            throw Malformed("a table of offsets", offset: 6)
        }
        self.bytes = bytes
    }

    /// Bytes of a row without values.
    package static var emptyByteCount: Int { byteCount(slotCount: 0) }

    /// Bytes of a row before its first value.
    @inlinable static func byteCount(slotCount: Int) -> Int {
        headerByteCount + 4 * (slotCount + 1)
    }

    /// The place of the offset of the value of `slot`, counted from 1.
    @inlinable static func placeOfOffset(_ slot: Int) -> Int { headerByteCount + 4 * (slot - 1) }

    static func checksum(of bytes: RawSpan, key: RecordKey) -> UInt32 {
        CRC32C(key.packed, bytes.extracting(droppingFirst: min(4, bytes.byteCount))).value
    }

    /// How many slots the row has; fields beyond are null.
    package var count: Int { slotCount }

    @inlinable package func state() throws(Malformed) -> RecordState {
        guard let state = RecordState(rawValue: try bytes.uint8(at: 5)) else {
            throw Malformed("a known state", offset: 5)
        }
        return state
    }

    package func lastPosition() throws(Malformed) -> Position {
        Position(try bytes.uint64(at: 8))
    }

    package func systemModstamp() throws(Malformed) -> Timestamp {
        Timestamp(milliseconds: try bytes.int64(at: 48))
    }

    package func created() throws(Malformed) -> Timestamp {
        Timestamp(milliseconds: try bytes.int64(at: 16))
    }

    package func stamps() throws(Malformed) -> RecordStamps {
        var stamps = RecordStamps()
        stamps.state = try state()
        stamps.lastPosition = try lastPosition()
        stamps.created = try created()
        stamps.createdBy = RecordKey(packed: try bytes.uint64(at: 24))
        stamps.lastModified = Timestamp(milliseconds: try bytes.int64(at: 32))
        stamps.lastModifiedBy = RecordKey(packed: try bytes.uint64(at: 40))
        stamps.systemModstamp = try systemModstamp()
        stamps.deletedBy = RecordKey(packed: try bytes.uint64(at: 56))
        stamps.deletedIn = Position(try bytes.uint64(at: 64))
        return stamps
    }

    /// The bytes of the field with this slot, counted from 1; empty for null.
    @inlinable @_lifetime(copy self)
    package func slot(_ slot: Int) throws(Malformed) -> RawSpan {
        guard slot <= slotCount else { return bytes.extracting(0..<0) }
        let place = Row.placeOfOffset(slot)
        let start = Int(try bytes.uint32(at: place))
        let end = Int(try bytes.uint32(at: place + 4))
        return try bytes.slice(at: start, count: end - start)
    }

    @_lifetime(copy self)
    package func slot(_ id: FieldID) throws(Malformed) -> RawSpan { try slot(Int(id.rawValue)) }

    /// The bytes of any field that a record has: its dates and users are in the header in the same
    /// form as in slots.
    ///
    /// - Returns: Empty for a field that is not in the row.
    @_lifetime(copy self)
    package func bytes(of id: FieldID) throws(Malformed) -> RawSpan {
        if id.isSlot { return try slot(Int(id.rawValue)) }
        return switch id {
        case .createdDate: try bytes.slice(at: 16, count: 8)
        case .createdByID: try bytes.slice(at: 24, count: 8)
        case .lastModifiedDate: try bytes.slice(at: 32, count: 8)
        case .lastModifiedByID: try bytes.slice(at: 40, count: 8)
        case .systemModstamp: try bytes.slice(at: 48, count: 8)
        default: bytes.extracting(0..<0)
        }
    }
}

extension RecordStamps {
    /// Writes the header of a row with `slotCount` slots to the front of its bytes.
    ///
    /// The checksum is added at the end.
    func putHeader(slotCount: Int, in row: inout MutableRawSpan) {
        row.put(UInt64(Row.version) << 24 | UInt64(state.rawValue) << 16 | UInt64(slotCount), at: 0)
        row.put(lastPosition.ordinal, at: 8)
        row.put(UInt64(bitPattern: created.milliseconds), at: 16)
        row.put(createdBy.packed, at: 24)
        row.put(UInt64(bitPattern: lastModified.milliseconds), at: 32)
        row.put(lastModifiedBy.packed, at: 40)
        row.put(UInt64(bitPattern: systemModstamp.milliseconds), at: 48)
        row.put(deletedBy.packed, at: 56)
        row.put(deletedIn.ordinal, at: 64)
    }
}

/// Writes a row after the existing contents of a buffer.
struct RowWriter {
    private let start: Int
    private let slotCount: Int
    private var nextSlot = 1

    /// Begins a row whose highest non-null field has the slot `slotCount`.
    init(_ stamps: RecordStamps, slotCount: Int, in buffer: inout ByteWriter) {
        start = buffer.count
        self.slotCount = slotCount
        buffer.append(count: Row.byteCount(slotCount: slotCount)) {
            stamps.putHeader(slotCount: slotCount, in: &$0)
        }
    }

    /// Appends the value of `slot`; slots come in ascending order, omitted ones are null.
    mutating func put(_ value: RawSpan, slot: Int, in buffer: inout ByteWriter) {
        fillOffsets(upTo: slot, in: &buffer)
        buffer.append(value)
    }

    private mutating func fillOffsets(upTo slot: Int, in buffer: inout ByteWriter) {
        while nextSlot <= slot {
            let place = start + Row.placeOfOffset(nextSlot)
            buffer.patch(UInt32(buffer.count - start), at: place)
            nextSlot += 1
        }
    }

    /// Ends the row.
    ///
    /// - Returns: Where it lies in the buffer.
    consuming func finish(of key: RecordKey, in buffer: inout ByteWriter) -> Range<Int> {
        fillOffsets(upTo: slotCount + 1, in: &buffer)
        let range = start..<buffer.count
        let checksum = Row.checksum(of: buffer.bytes.rawSpan.extracting(range), key: key)
        buffer.patch(checksum, at: start)
        return range
    }
}
