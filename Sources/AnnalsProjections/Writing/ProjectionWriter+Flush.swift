internal import AnnalsBytes
package import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

extension ProjectionWriter {
    /// Updates every table to the staged rows, and clears the stage.
    ///
    /// Only between calls: what was staged cannot be rolled back afterwards.
    package mutating func flush() throws(StorageError) {
        guard !staged.isEmpty else { return }
        staged.sort()
        var shared = SharedChanges()
        var first = 0
        while first < staged.entries.count {
            let code = staged.entries[first].key.object
            var end = first + 1
            while end < staged.entries.count, staged.entries[end].key.object == code { end += 1 }
            try flush(first..<end, ofObject: code, &shared)
            first = end
        }
        try shared.bin.write(to: tables.bin, in: &transaction)
        try shared.cascades.write(to: tables.cascades, in: &transaction)
        for (code, second) in purgedDeletions.sorted(by: { $0.key < $1.key }) {
            try raiseWatermark(of: code, to: second)
        }
        purgedDeletions.removeAll()
        staged.removeAll()
        keep()
    }

    private mutating func flush(
        _ range: Range<Int>,
        ofObject code: UInt16,
        _ shared: inout SharedChanges
    ) throws(StorageError) {
        guard let tables = tables.objects[code], let object = schema.object(code: code) else {
            throw damage("an object without tables", staged.entries[range.lowerBound].key)
        }
        var changes = ObjectChanges(object)
        let rows = staged.buffer.bytes
        for entry in staged.entries[range] {
            do throws(Malformed) {
                if entry.isRemoval {
                    guard let base = entry.base else { continue }
                    let before = try Row(unchecked: rows.rawSpan.extracting(base))
                    try changes.remove(entry.key, before, &shared)
                    continue
                }
                let after = try Row(unchecked: rows.rawSpan.extracting(entry.current))
                if let base = entry.base {
                    let before = try Row(unchecked: rows.rawSpan.extracting(base))
                    try changes.add(entry.key, before: before, after: after, &shared)
                } else {
                    try changes.add(entry.key, before: nil, after: after, &shared)
                }
            } catch {
                throw damage("a row is malformed: not \(error.finding)", entry.key)
            }
        }
        for entry in staged.entries[range] {
            // A long row has pages of its own, and LMDB may overwrite them only as far as the new
            // row reaches: what is erased must not stay after it.
            if let base = entry.base, base.count > entry.current.count,
                entry.isRemoval || entry.current.count == Row.byteCount(slotCount: 0)
            {
                var key = ByteWriter(reserving: 6)
                key.append48(entry.key.serial)
                try transaction.delete(key.bytes.rawSpan, in: tables.records)
            }
            if entry.isRemoval { continue }
            try transaction.put(
                rows.rawSpan.extracting(entry.current),
                for48BitKey: entry.key.serial,
                in: tables.records,
                isLast: entry.base == nil
            )
        }
        try changes.times.write(to: tables.times, in: &transaction, isAscending: true)
        try changes.deletions.write(to: tables.deletions, in: &transaction)
        for (index, field) in object.indexedFields.enumerated() {
            guard let table = tables.indexes[field.id] else { continue }
            try changes.indexes[index].write(
                to: table,
                in: &transaction,
                isAscending: field.id == .createdDate || field.has(.autonumber)
            )
        }
        if changes.hasNewCount { try putCounter(of: code) }
    }

    private mutating func putCounter(of code: UInt16) throws(StorageError) {
        let key = ObjectCodeKey.bytes(code)
        guard lastSerials[code] > 0 else {
            try transaction.delete(key.rawSpan, in: tables.counters)
            return
        }
        var value = ByteWriter(reserving: 8)
        value.append(lastSerials[code])
        try transaction.put(value.bytes.rawSpan, forKey: key.rawSpan, in: tables.counters)
    }

    /// Records that deletions up to `second` may be missing from the list.
    private mutating func raiseWatermark(
        of code: UInt16,
        to second: Int64
    ) throws(StorageError) {
        let known = try watermark(of: code)
        guard known ?? .min < second else { return }
        try put(watermark: second, of: code)
    }

    func watermark(of code: UInt16) throws(StorageError) -> Int64? {
        let key = ObjectCodeKey.bytes(code)
        guard let value = try transaction.value(forKey: key.rawSpan, in: tables.watermarks) else {
            return nil
        }
        do throws(Malformed) {
            return try value.second(at: 0)
        } catch {
            throw .corrupted(
                Corruption("a watermark is malformed", table: tables.watermarks.name, key: key)
            )
        }
    }

    mutating func put(watermark second: Int64, of code: UInt16) throws(StorageError) {
        let key = ObjectCodeKey.bytes(code)
        var value = ByteWriter(reserving: 6)
        value.append(second: second)
        try transaction.put(value.bytes.rawSpan, forKey: key.rawSpan, in: tables.watermarks)
    }
}

/// Changes of the tables that all objects share.
struct SharedChanges {
    var bin = TableChanges()
    var cascades = TableChanges()
}

/// An indexed field as its rows hold it: without a reference that every record would have to count.
struct IndexedSlot {
    /// 0 for CreatedDate, which is in the row's header.
    let slot: Int
    let kind: Field.Kind

    init(_ field: Field) {
        slot = field.id == .createdDate ? 0 : Int(field.id.rawValue)
        kind = field.kind
    }
}

/// Changes of one object's tables, computed by comparing old and new rows.
struct ObjectChanges {
    private let indexedSlots: [IndexedSlot]
    var times = TableChanges()
    var deletions = TableChanges()
    var indexes: [TableChanges]
    /// Whether the object has more or fewer records than before.
    private(set) var hasNewCount = false

    init(_ object: ObjectType) {
        indexedSlots = object.indexedFields.map(IndexedSlot.init)
        indexes = Array(repeating: TableChanges(), count: indexedSlots.count)
    }

    mutating func add(
        _ key: RecordKey,
        before: Row?,
        after: Row,
        _ shared: inout SharedChanges
    ) throws(Malformed) {
        let state = try after.state()
        let wasLive: Bool
        if let before {
            let stateBefore = try before.state()
            wasLive = stateBefore == .live
            if wasLive {
                if state == .live,
                    try before.systemModstamp().seconds == after.systemModstamp().seconds
                {
                    // Moved within the same second: the key does not change.
                } else {
                    times.begin()
                    times.key.append(stamp: try before.systemModstamp(), serial: key.serial)
                    times.endDelete()
                }
            }
            let stamps = try before.stamps()
            try addDeleted(key, stamps, isDeletion: true, unlike: after, &shared)
        } else {
            wasLive = false
            hasNewCount = true
        }
        if state == .live {
            var isMoved = true
            if let before, wasLive {
                isMoved = try before.systemModstamp().seconds != after.systemModstamp().seconds
            }
            if isMoved {
                times.begin()
                times.key.append(stamp: try after.systemModstamp(), serial: key.serial)
                times.endPut()
            }
        }
        if state == .inBin || state == .emptied {
            try addDeleted(key, try after.stamps(), isDeletion: false, unlike: before, &shared)
        }
        for (index, field) in indexedSlots.enumerated() {
            if let before, wasLive {
                if state == .live, try isEqual(field, before, after) { continue }
                try indexes[index].add(field, of: before, serial: key.serial, isDeletion: true)
            }
            if state == .live {
                try indexes[index].add(field, of: after, serial: key.serial, isDeletion: false)
            }
        }
    }

    /// The creation of a record is undone.
    mutating func remove(
        _ key: RecordKey,
        _ before: Row,
        _ shared: inout SharedChanges
    ) throws(Malformed) {
        hasNewCount = true
        try addDeleted(key, try before.stamps(), isDeletion: true, unlike: nil, &shared)
        guard try before.state() == .live else { return }
        times.begin()
        times.key.append(stamp: try before.systemModstamp(), serial: key.serial)
        times.endDelete()
        for (index, field) in indexedSlots.enumerated() {
            try indexes[index].add(field, of: before, serial: key.serial, isDeletion: true)
        }
    }

    private func isEqual(
        _ field: IndexedSlot,
        _ before: Row,
        _ after: Row
    ) throws(Malformed) -> Bool {
        guard field.slot > 0 else { return true }
        return try before.slot(field.slot).isEqual(to: after.slot(field.slot))
    }

    /// The entries of a deleted record: in the list of deletions until it is purged, in the bin
    /// until it leaves it, and among those deleted along with another if it was.
    private mutating func addDeleted(
        _ key: RecordKey,
        _ stamps: RecordStamps,
        isDeletion: Bool,
        unlike other: Row?,
        _ shared: inout SharedChanges
    ) throws(Malformed) {
        let mine = DeletedEntries(stamps)
        let theirs: DeletedEntries
        if let other {
            theirs = DeletedEntries(try other.stamps())
        } else {
            theirs = DeletedEntries()
        }
        if let time = mine.listed, theirs.listed != time {
            deletions.begin()
            deletions.key.append(stamp: time, serial: key.serial)
            if isDeletion { deletions.endDelete() } else { deletions.endPut() }
        }
        if let time = mine.binned, theirs.binned != time {
            shared.bin.begin()
            shared.bin.key.append(stamp: time, key: key)
            if isDeletion { shared.bin.endDelete() } else { shared.bin.endPut() }
        }
        if let root = mine.cascaded, theirs.cascaded != root {
            shared.cascades.begin()
            shared.cascades.key.append(root.ordinal)
            shared.cascades.key.append(key.packed)
            if isDeletion { shared.cascades.endDelete() } else { shared.cascades.endPut() }
        }
    }
}

/// The entries that a record has because it is deleted.
private struct DeletedEntries {
    /// Its second in the list of deletions.
    var listed: Timestamp?
    /// Its second in the recycle bin; records deleted along with another have no entry of their
    /// own.
    var binned: Timestamp?
    /// The deletion that it was part of.
    var cascaded: Position?

    init() {}

    init(_ stamps: RecordStamps) {
        guard stamps.state == .inBin || stamps.state == .emptied else { return }
        listed = stamps.systemModstamp.wholeSecond
        guard stamps.state == .inBin else { return }
        if stamps.isCascaded {
            cascaded = stamps.deletedIn
        } else {
            binned = stamps.systemModstamp.wholeSecond
        }
    }
}

extension TableChanges {
    /// Adds the index entry of a row, unless its value is null.
    mutating func add(
        _ field: IndexedSlot,
        of row: Row,
        serial: UInt64,
        isDeletion: Bool
    ) throws(Malformed) {
        begin()
        if field.slot == 0 {
            key.append(second: try row.created().seconds)
        } else {
            let value = try row.slot(field.slot)
            guard value.byteCount > 0 else { return }
            try IndexKey.append(value, of: field.kind, to: &key)
        }
        key.append48(serial)
        if isDeletion { endDelete() } else { endPut() }
    }
}
