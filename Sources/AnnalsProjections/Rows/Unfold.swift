package import AnnalsBytes
package import AnnalsLog
package import AnnalsSchema

/// A record on its way back through history: its row, with its newest events undone one by one.
///
/// Events carry both sides of what they changed, so yesterday is today with the events since
/// undone; ``Fold`` is the opposite direction.
package struct UnfoldingRecord {
    private var stamps: RecordStamps
    /// By slot.
    private var values: [Int: [UInt8]] = [:]
    /// Whether the record exists at all.
    private(set) var exists = true
    /// Whether its values have been erased or withheld since: its former state is unknown, so
    /// nothing is reported.
    private(set) var isErased = false

    /// The record's last event that is not undone.
    var lastPosition: Position { stamps.lastPosition }

    var systemModstamp: Timestamp { stamps.systemModstamp }

    package init(_ row: Row) throws(Malformed) {
        stamps = try row.stamps()
        for slot in 1..<(row.count + 1) {
            let value = try row.slot(slot)
            if value.byteCount > 0 { values[slot] = [UInt8](copying: value) }
        }
    }

    /// Undoes the record's last event.
    ///
    /// - Parameter previous: The record's event before it.
    package mutating func undo(
        _ kind: EventKind,
        _ payload: RawSpan,
        previous: Position
    ) throws(Malformed) {
        stamps.lastPosition = previous
        if kind.takesValues || kind.carriesValues && payload.byteCount == 0 { isErased = true }
        if kind == .created { exists = false }
        if isErased { return }
        var reader = ByteReader(payload)
        switch kind {
        case .created: break
        case .updated:
            stamps.lastModified = Timestamp(milliseconds: try reader.int64())
            stamps.lastModifiedBy = RecordKey(packed: try reader.uint64())
            stamps.systemModstamp = Timestamp(milliseconds: try reader.int64())
        case .deleted:
            stamps.state = .live
            stamps.systemModstamp = Timestamp(milliseconds: try reader.int64())
            stamps.deletedBy = RecordKey(packed: 0)
            stamps.deletedIn = .beforeFirst
        case .undeleted:
            stamps.state = .inBin
            stamps.systemModstamp = Timestamp(milliseconds: try reader.int64())
            stamps.deletedBy = RecordKey(packed: try reader.uint64())
            stamps.deletedIn = Position(try reader.uint64())
        case .emptied: stamps.state = .inBin
        case .purged:
            guard let state = RecordState(rawValue: try reader.uint8()) else {
                throw Malformed("a known state", offset: 0)
            }
            stamps.state = state
        case .defined, .erased, .withheld: throw Malformed("an event of a record", offset: 0)
        }
        var changes = try FieldChanges(of: kind, payload: payload)
        while let change = try changes.next() {
            let before = [UInt8](copying: change.before)
            values[Int(change.field.rawValue)] = before.isEmpty ? nil : before
        }
    }

    /// The row as it was; `nil` if the record did not exist yet, or has been erased since.
    package func row(of key: RecordKey) -> [UInt8]? {
        guard exists, !isErased else { return nil }
        var buffer = ByteWriter()
        var writer = RowWriter(stamps, slotCount: values.keys.max() ?? 0, in: &buffer)
        for (slot, value) in values.sorted(by: { $0.key < $1.key }) {
            writer.put(value.rawSpan, slot: slot, in: &buffer)
        }
        _ = writer.finish(of: key, in: &buffer)
        return buffer.bytes
    }
}
