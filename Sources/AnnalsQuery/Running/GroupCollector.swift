internal import AnnalsBytes
internal import AnnalsSchema

/// Sorts records into groups as they arrive.
struct GroupCollector {
    private let grouping: BoundGrouping
    private let orders: [SortOrder]
    private let arguments: [SortOrder]
    private(set) var groups: [QueryGroup] = []
    private var places: [[UInt8]: Int] = [:]
    /// The groups of the current record.
    private var current: [Int] = []
    /// Bytes of rows, and the group that they lead to: few, and checked before anything is decoded.
    private var known: [Known] = []
    private var key = ByteWriter()

    private struct Known {
        let bytes: [UInt8]
        let place: Int

        func has(_ other: RawSpan) -> Bool {
            let mine = bytes
            return other.isEqual(to: mine.rawSpan)
        }
    }

    private static let knownMax = 16

    init(_ grouping: BoundGrouping, _ schema: Schema) {
        self.grouping = grouping
        orders = grouping.expressions.map { $0.order(schema) }
        arguments = grouping.aggregates.map { $0.operand.order(schema) }
    }

    /// Finds the group of a record by the bytes of its row.
    ///
    /// - Returns: Whether they were seen before.
    mutating func find(_ bytes: RawSpan, _ serial: UInt64) throws -> Bool {
        guard let place = place(of: bytes) else { return false }
        // The spelling of the record with the lowest id is returned: it has to be read.
        if serial < groups[place].representative { return false }
        current.removeAll(keepingCapacity: true)
        current.append(place)
        return true
    }

    private func place(of bytes: RawSpan) -> Int? {
        for index in known.indices where known[index].has(bytes) { return known[index].place }
        return nil
    }

    /// Remembers which group these bytes have led to.
    mutating func remember(_ bytes: RawSpan) {
        guard known.count < Self.knownMax, current.count == 1 else { return }
        if place(of: bytes) != nil { return }
        known.append(Known(bytes: [UInt8](copying: bytes), place: current[0]))
    }

    /// Finds the groups of a record by its grouped values.
    mutating func find(_ values: [Scalar], _ serial: UInt64) {
        current.removeAll(keepingCapacity: true)
        for set in grouping.sets {
            key.bytes.removeAll(keepingCapacity: true)
            key.append(set)
            for index in values.indices where set & (1 << UInt64(index)) != 0 {
                orders[index].append(values[index], to: &key)
            }
            let place: Int
            if let found = places[key.bytes] {
                place = found
            } else {
                place = groups.count
                places[key.bytes] = place
                groups.append(grouping.emptyGroup(set: set, representative: .max))
            }
            if serial < groups[place].representative {
                groups[place].representative = serial
                for index in values.indices where set & (1 << UInt64(index)) != 0 {
                    groups[place].values[index] = values[index]
                }
            }
            current.append(place)
        }
    }

    /// Adds a value to an aggregate of the record's groups.
    mutating func add(_ value: Scalar, of serial: UInt64, toAggregate index: Int) {
        key.bytes.removeAll(keepingCapacity: true)
        if value != .null, Accumulator.needsKey(grouping.aggregates[index].function) {
            arguments[index].append(value, to: &key)
        }
        for place in current { groups[place].accumulators[index].add(value, key.bytes, serial) }
    }
}

extension BoundGrouping {
    /// The slot whose bytes alone determine the group; 0 if it is not that simple.
    var onlySlot: Int {
        guard expressions.count == 1, sets == [1], let expression = expressions.first,
            expression.access.isOwn, case .none = expression.transform,
            case .slot(let slot) = expression.access.leaf, expression.access.kind != .boolean
        else { return 0 }
        return slot
    }
}
