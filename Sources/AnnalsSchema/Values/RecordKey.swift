/// A record as the engine's own tables refer to it: the object's code and the record's number in
/// it.
///
/// Serials ascend from 1 without gaps in the order of creation, so a new record is always the last
/// of its table.
package struct RecordKey: Hashable, Sendable, Comparable {
    /// The highest serial: 281 million million.
    package static let serialMax: UInt64 = 1 << 48 - 1

    /// The object's code in the high 16 bits, the serial in the low 48.
    package let packed: UInt64

    package init(packed: UInt64) { self.packed = packed }

    package init(object: UInt16, serial: UInt64) {
        precondition(serial <= Self.serialMax, "a serial has 48 bits")
        packed = UInt64(object) << 48 | serial
    }

    package var object: UInt16 { UInt16(truncatingIfNeeded: packed >> 48) }
    package var serial: UInt64 { packed & Self.serialMax }

    package static func < (left: RecordKey, right: RecordKey) -> Bool {
        left.packed < right.packed
    }

    // A single word through the hasher, which is the whole value.
    package func hash(into hasher: inout Hasher) { hasher.combine(packed) }
}
