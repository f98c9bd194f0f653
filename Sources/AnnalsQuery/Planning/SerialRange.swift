internal import AnnalsBytes
internal import AnnalsSOQL
internal import AnnalsSchema

/// A run of an object's records, which is a run of its ids as well: both ascend together.
struct SerialRange: Sendable, Equatable {
    let low: UInt64
    /// The first one after it.
    let high: UInt64

    /// All possible serials.
    static let all = SerialRange(low: 0, high: RecordKey.serialMax + 1)
    static let none = SerialRange(low: 0, high: 0)

    var isEmpty: Bool { low >= high }

    func contains(_ serial: UInt64) -> Bool { serial >= low && serial < high }

    func intersection(_ other: SerialRange) -> SerialRange {
        SerialRange(low: max(low, other.low), high: min(high, other.high))
    }

    /// The key of a record in the table of its object; empty for one after the last possible one.
    static func key(_ serial: UInt64) -> [UInt8] {
        guard serial <= RecordKey.serialMax else { return [] }
        var key = ByteWriter(reserving: 6)
        key.append48(serial)
        return key.bytes
    }
}

extension Schema {
    /// The records whose ids compare with `id` as the operator requires.
    ///
    /// Ids are in the order of their fifteen characters, capitals before lowercase letters: first
    /// that of the objects' prefixes, then that of the serials.
    func serials(
        _ op: Comparison.Operator,
        _ id: RecordID
    ) -> [UInt16: SerialRange] {
        let isBelow = op == .less || op == .lessOrEqual
        var ranges: [UInt16: SerialRange] = [:]
        for object in objects {
            if object.prefix.packed != id.prefix.packed {
                if (object.prefix.packed < id.prefix.packed) == isBelow {
                    ranges[object.code] = .all
                }
                continue
            }
            // An id with a number above all that are assigned has all records before it.
            let place = id.serial ?? SerialRange.all.high
            let through = min(place + 1, SerialRange.all.high)
            ranges[object.code] =
                switch op {
                case .less: SerialRange(low: 0, high: place)
                case .lessOrEqual: SerialRange(low: 0, high: through)
                case .greater: SerialRange(low: through, high: SerialRange.all.high)
                default: SerialRange(low: place, high: SerialRange.all.high)
                }
        }
        return ranges
    }
}
